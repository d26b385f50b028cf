import { test } from 'vitest'
import type { WorkloadRef } from '../../src/domain/platform.ts'
import { aNamespace } from '../contract/servers.ts'
import { driven } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { aDeployment, call } from '../support/small-world.ts'
import type { RealWorld } from './real-world.ts'

/** For so long its controller is denied: its back-off is over a minute by then. */
const DENIED_MS = 100_000

/** It waits most of its time, so it goes on beside others. */
export function deniedForLong(of: () => RealWorld): void {
  test.concurrent('what was denied for long comes up within seconds of its turn', async ({ expect }) => {
    const { activities, blue, green } = of()
    const namespace = await aNamespace(blue, green)
    const workload: WorkloadRef = { kind: 'Deployment', namespace, name: 'actor' }
    await blue.applyAs('team', aDeployment('actor', namespace, 2))
    const closed = call<'raiseFence'>({ namespaces: [namespace], on: 'green', closed: [workload] })
    await driven(activities.raiseFence, closed, { withinMs: 60_000 })
    const place = { app: 'shop', environment: 'test', namespaces: [namespace] }
    await driven(activities.deploy, call<'deploy'>({ ...place, on: 'green', asleep: [workload] }))
    await green.applyAs('gitops', aDeployment('actor', namespace, 2))
    const events = () => green.events(namespace)
    await eventually('it is denied', async () => (await events()).some((e) => e.startsWith('FailedCreate')), {
      withinMs: 30_000,
    })
    await new Promise((resolve) => setTimeout(resolve, DENIED_MS))
    expect(await green.admin.list('Pod', { namespace })).toEqual([])

    await driven(activities.stopWorkload, call<'stopWorkload'>({ workload, on: 'blue' }), { withinMs: 60_000 })
    const began = Date.now()
    const start = call<'startWorkload'>({ workload, on: 'green', within: '60s', alone: true })
    await driven(activities.startWorkload, start, { withinMs: 60_000 })
    // Without the scaling it took 19 s and more, measured: seconds where the next try might be minutes away.
    expect(Date.now() - began).toBeLessThan(15_000)
    expect(await green.admin.list('Pod', { namespace, labels: 'app=actor' })).toHaveLength(2)
  }, 300_000)
}
