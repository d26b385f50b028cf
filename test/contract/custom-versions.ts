import { expect, test } from 'vitest'
import { createActivities } from '../../src/activities/index.ts'
import type { KubernetesPort } from '../../src/activities/ports.ts'
import type { ServedResource } from '../../src/domain/resources.ts'
import { driven } from '../support/driven.ts'
import { call, scope } from '../support/small-world.ts'
import { aNamespace } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
const TIMES = { timeout: 180_000 }

/** What an app is told of its custom resources, whichever API servers have them. */
export function customVersionsContract(of: () => WorldUnderTest): void {
  /** A worker to whom green serves these instead; all else is as it is. */
  function withGreen(serves: (resource: ServedResource) => readonly ServedResource[]) {
    const { ports } = of()
    const lesser = (port: KubernetesPort): KubernetesPort => ({
      ...port,
      resources: async () => (await port.resources()).flatMap(serves),
    })
    return createActivities({
      ports: {
        ...ports,
        kubernetes: async (region, cluster) => {
          const port = await ports.kubernetes(region, cluster)
          return cluster === scope.green ? lesser(port) : port
        },
      },
      platformFile: async () => undefined,
      stateFile: async () => undefined,
      upgradeStatus: async () => undefined,
      openUpgrade: async () => undefined,
      startedSince: async () => [],
      probeImage: 'registry.test/busybox:1',
      log: () => undefined,
    })
  }
  const isSealed = ({ kind }: ServedResource) => kind === 'SealedSecret'

  test.for<{ says: string; serves: (r: ServedResource) => ServedResource[]; is?: string; because?: string }>([
    { says: 'is not told where green serves what blue does', serves: (r) => [r] },
    {
      says: 'is told where green has no definition of it',
      serves: (r) => (isSealed(r) ? [] : [r]),
      is: 'warning custom-api-missing',
      because: 'green does not serve SealedSecret of bitnami.com: it and 1 more cannot be there',
    },
    {
      says: "is told where green's definition serves another version than blue keeps",
      serves: (r) => [isSealed(r) ? { ...r, apiVersion: 'bitnami.com/v1' } : r],
      is: 'warning custom-version-missing',
      because: "blue keeps SealedSecret as v1alpha1, and green's definition serves v1 only",
    },
  ])('what green could not take of them $says', TIMES, async ({ serves, is, because }) => {
    const { blue, green } = of()
    const [namespace, other] = [await aNamespace(blue, green), await aNamespace(blue, green)]
    for (const name of ['one', 'two'])
      await blue.applyAs('team', {
        apiVersion: 'bitnami.com/v1alpha1',
        kind: 'SealedSecret',
        metadata: { name, namespace },
        spec: { encryptedData: { password: 'AgBy' } },
      })
    const { dryRunObjects } = withGreen(serves)
    const tried = (namespaces: readonly string[]) =>
      driven(
        dryRunObjects,
        call<'dryRunObjects'>({ app: 'shop', environment: 'test', namespaces, on: 'green' }),
        patience,
      )
    const { findings = [] } = (await tried([namespace])).answer
    expect(findings.map((f) => `${f.level} ${f.code}`)).toEqual(is === undefined ? [] : [is])
    if (because !== undefined)
      expect(findings[0]).toMatchObject({
        about: `SealedSecret/${namespace}/one`,
        message: expect.stringContaining(because),
      })
    expect((await tried([other])).answer.findings).toEqual([])
  })
}
