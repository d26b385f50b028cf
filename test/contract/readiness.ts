import { ApplicationFailure } from '@temporalio/common'
import { expect, test } from 'vitest'
import type { Finding } from '../../src/domain/findings.ts'
import type { WorkloadRef } from '../../src/domain/platform.ts'
import { attempted, driven, ending } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { aDeployment, call, scope } from '../support/small-world.ts'
import { aLostNode, placed } from './nodes.ts'
import { aNamespace } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
const TIMES = { timeout: 180_000 }

/** What is said of an app that does not become ready, whichever API servers and controllers tell of it. */
export function readinessContract(of: () => WorldUnderTest): void {
  /** On green, on a node where nothing happens to its pod but what the test says. */
  async function aWeb(node: string) {
    const { green } = of()
    const namespace = await aNamespace(green)
    await aLostNode(green, node, 'aws:///ap-northeast-1a/i-0')
    await green.applyAs('team', placed(aDeployment('web', namespace), node))
    const pods = () => green.admin.list('Pod', { namespace })
    await eventually('its pod is there', async () => (await pods()).length === 1, patience)
    const [pod] = await pods()
    /** As a kubelet tells of a container that waits, of a pod that is not ready for so many seconds. */
    const waits = (reason: string, message: string, seconds: number) =>
      green.admin.patch(
        'Pod',
        namespace,
        pod?.metadata.name ?? '',
        {
          status: {
            conditions: [
              {
                type: 'Ready',
                status: 'False',
                lastTransitionTime: `${new Date(Date.now() - seconds * 1000).toISOString().slice(0, -5)}Z`,
              },
            ],
            containerStatuses: [
              {
                name: 'app',
                image: 'registry.test/app:1',
                imageID: '',
                ready: false,
                restartCount: 0,
                state: { waiting: { reason, message } },
              },
            ],
          },
        },
        'status',
      )
    const ready = call<'checkReady'>({
      app: 'shop',
      environment: 'test',
      namespaces: [namespace],
      on: 'green',
      asleep: [],
    })
    const forget = () => green.admin.remove('Node', undefined, node)
    return { namespace, waits, ready, forget }
  }

  test(
    'an image that cannot be pulled is named while it is waited for, and ends the waiting after eight minutes',
    TIMES,
    async () => {
      const { checkReady } = of().activities
      const { namespace, waits, ready, forget } = await aWeb('dead-1.ec2.internal')
      const words = 'Back-off pulling image "registry.test/app:1": 403 Forbidden'
      await waits('ImagePullBackOff', words, 30)
      expect(await attempted(checkReady, ready)).toBe(
        `${namespace}/web not ready on ${scope.green} (0 of 1 pods): Deployment/${namespace}/web container app: ImagePullBackOff, ${words}`,
      )
      await waits('ImagePullBackOff', words, 600)
      const failure = await driven(checkReady, ready, patience).then(
        () => undefined,
        (error: unknown) => error,
      )
      if (!(failure instanceof ApplicationFailure))
        throw new Error(`it did not fail as one of ours: ${String(failure)}`)
      expect(failure.message).toBe(
        `${scope.green} cannot run Deployment/${namespace}/web container app: ImagePullBackOff, ${words}`,
      )
      const [{ findings }] = failure.details as [{ findings: Finding[] }] // as `faulty` makes them
      expect(findings).toMatchObject([
        { level: 'blocker', code: 'image-not-pulled', about: `Deployment/${namespace}/web`, field: 'containers[app]' },
      ])
      await forget()
    },
  )

  test('a container that crashes is named, and waited for', TIMES, async () => {
    const { checkReady } = of().activities
    const { waits, ready, forget } = await aWeb('dead-2.ec2.internal')
    await waits('CrashLoopBackOff', 'back-off 5m0s restarting failed container=app', 600)
    expect(await attempted(checkReady, ready)).toContain('CrashLoopBackOff, back-off 5m0s restarting')
    await forget()
  })

  test(
    'what is to start at its turn is held to the same, where there is another side to go back to',
    TIMES,
    async () => {
      const { startWorkload } = of().activities
      const { namespace, waits, forget } = await aWeb('dead-3.ec2.internal')
      const start = call<'startWorkload'>({ workload: { kind: 'Deployment', namespace, name: 'web' }, on: 'green' })
      await waits('CreateContainerConfigError', 'configmap "settings" not found', 30)
      expect(await attempted(startWorkload, start)).toBe(
        `0 of 1 pods of web are ready on ${scope.green}: Deployment/${namespace}/web container app: CreateContainerConfigError, configmap "settings" not found`,
      )
      await waits('CreateContainerConfigError', 'configmap "settings" not found', 150)
      expect(await ending(startWorkload, start, patience)).toEqual({
        type: 'Failed',
        message: `${scope.green} cannot run Deployment/${namespace}/web container app: CreateContainerConfigError, configmap "settings" not found`,
      })
      await forget()
    },
  )

  test('what sleeps and could not start is told before its turn, and is ready once it could', TIMES, async () => {
    const { activities, green } = of()
    const namespace = await aNamespace(green)
    const workload: WorkloadRef = { kind: 'Deployment', namespace, name: 'worker' }
    const { spec = {}, ...rest } = aDeployment('worker', namespace, 0)
    const template = spec['template'] as { readonly spec: object } // it was just made
    const volumes = [{ name: 'key', secret: { secretName: 'key' } }]
    const needing = { ...template, spec: { ...template.spec, volumes, serviceAccountName: 'worker' } }
    await green.applyAs('pipeline', { ...rest, spec: { ...spec, template: needing } })
    const place = { app: 'shop', environment: 'test', namespaces: [namespace], on: 'green' as const }
    const ready = call<'checkReady'>({ ...place, asleep: [workload] })
    expect(await attempted(activities.checkReady, ready)).toBe(
      `could not start at its turn on ${scope.green}: Deployment/${namespace}/worker needs Secret key, ServiceAccount worker`,
    )
    const metadata = { namespace }
    await green.applyAs('team', { apiVersion: 'v1', kind: 'Secret', metadata: { ...metadata, name: 'key' } })
    await green.applyAs('team', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...metadata, name: 'worker' } })
    expect(await attempted(activities.checkReady, ready)).toBe('ready')
  })
}
