import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { notReady } from '../../../src/activities/errors.ts'
import type { KubernetesPort } from '../../../src/activities/ports.ts'
import { freshened } from '../../../src/activities/releases-asleep.ts'
import { heldBack } from '../../../src/domain/flux.ts'
import type { KubernetesObject } from '../../../src/domain/kubernetes-objects.ts'
import { driven } from '../../support/driven.ts'
import { aDeployment } from '../../support/small-world.ts'

const began = Date.parse('2026-11-26T01:00:00Z')
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: began }))
afterEach(() => void vi.useRealTimers())

const group = (name: string) => ({
  [`${name}.toolkit.fluxcd.io/name`]: 'shop',
  [`${name}.toolkit.fluxcd.io/namespace`]: 'flux-system',
})

function worker(image: string, by: 'kustomize' | 'helm' = 'kustomize', held = true): KubernetesObject {
  const made = aDeployment('worker', 'shop', 0, { labels: group(by), resourceVersion: '1' })
  const spec = JSON.parse(JSON.stringify(made.spec).replace('registry.test/app:1', image)) as Record<string, unknown> // it was one
  return { ...made, spec, metadata: { ...made.metadata, ...(held && { annotations: heldBack(made) }) } }
}

/** Until it may wake up, a second at a time; `fluxBrings`: after so many seconds. */
async function woken(
  mine: KubernetesObject,
  other: KubernetesObject | undefined,
  { fluxBrings = Infinity, flux = {} }: { fluxBrings?: number; flux?: object | undefined },
) {
  let found = mine
  const written: string[] = []
  const here = {
    find: async () => flux && { ...flux, kind: 'Kustomization' },
    patch: async (kind: string) => {
      written.push(kind)
      if (kind === 'Deployment') found = { ...found, metadata: { ...found.metadata, annotations: {} } }
      return found
    },
  } as unknown as KubernetesPort
  await driven(
    async () => {
      const why = await freshened(here, found, other, 'run/step/1')
      if (why !== undefined) throw notReady(why, '1s')
    },
    undefined,
    {
      between: () => {
        vi.setSystemTime(Date.now() + 1_000)
        if (other && Date.now() - began >= fluxBrings * 1_000)
          found = { ...other, metadata: { ...found.metadata, annotations: {} } }
      },
    },
  )
  return { seconds: (Date.now() - began) / 1_000, written }
}

const [v1, v2] = ['registry.test/app:1', 'registry.test/app:2']
const asked = ['Deployment', 'Kustomization']

test.for<{
  says: string
  mine?: KubernetesObject
  other?: KubernetesObject | 'gone'
  how?: Parameters<typeof woken>[2]
  seconds: number
  written: string[]
}>([
  { says: 'at once with the release of the other side', other: worker(v1), seconds: 0, written: [] },
  { says: 'once Flux has brought that', how: { fluxBrings: 4 }, seconds: 4, written: asked },
  { says: 'after half a minute, whatever Flux does', seconds: 31, written: asked },
  {
    says: 'at once where somebody suspended Flux',
    how: { flux: { spec: { suspend: true } } },
    seconds: 0,
    written: [],
  },
  { says: 'at once where the other side is gone', other: 'gone', seconds: 0, written: [] },
  { says: 'at once where Helm has released it all the while', mine: worker(v1, 'helm'), seconds: 0, written: [] },
  { says: 'at once where it was never held', mine: worker(v1, 'kustomize', false), seconds: 0, written: [] },
])('what slept wakes up $says', async ({ mine = worker(v1), other = worker(v2), how = {}, seconds, written }) => {
  expect(await woken(mine, other === 'gone' ? undefined : other, how)).toEqual({ seconds, written })
})
