import { afterAll, beforeAll, expect, test } from 'vitest'
import { slotOf } from '../../src/domain/slots.ts'
import type { Side, WorkloadRef } from '../../src/domain/platform.ts'
import { aNamespace } from '../contract/servers.ts'
import { driven } from '../support/driven.ts'
import { aCronJob, call } from '../support/small-world.ts'
import { slotsBetween } from '../support/two-schedules.ts'
import { aRealWorld, type RealWorld } from './real-world.ts'

let world: RealWorld
beforeAll(async () => {
  world = await aRealWorld()
}, 180_000)
afterAll(() => world?.stop())

/** Every kind of schedule that meets a slot each minute; all Jobs are kept, so that they can be counted. */
const history = { successfulJobsHistoryLimit: 100, failedJobsHistoryLimit: 100 }
const specs: Readonly<Record<string, object>> = {
  'any-number': { ...history },
  'one-at-a-time': { ...history, concurrencyPolicy: 'Forbid' },
  'the-newest': { ...history, concurrencyPolicy: 'Replace' },
  'with-a-deadline': { ...history, startingDeadlineSeconds: 45 },
  'in-tokyo': { ...history, timeZone: 'Asia/Tokyo', schedule: '*/1 * * * *' },
}
const MINUTES = 3
const sides = ['blue', 'green'] as const

test('every slot runs exactly once over both clusters, whenever schedules change sides', async () => {
  const { activities, blue, green } = world
  const namespace = await aNamespace(blue, green)
  const workloads = Object.keys(specs).map((name): WorkloadRef => ({ kind: 'CronJob', namespace, name }))
  for (const { name } of workloads) await blue.applyAs('team', aCronJob(name, namespace, specs[name]))
  const deploy = call<'deploy'>({
    app: 'shop',
    environment: 'test',
    namespaces: [namespace],
    on: 'green',
    asleep: workloads,
  })
  await driven(activities.deploy, deploy)

  const began = Date.now()
  const until = began + MINUTES * 60_000
  const moved: string[] = []
  const move = async (workload: WorkloadRef, from: Side, to: Side) => {
    const at = new Date().toISOString().slice(14, 23)
    await driven(activities.suspendSchedule, call<'suspendSchedule'>({ workload, on: from }), { withinMs: 120_000 })
    await driven(activities.resumeSchedule, call<'resumeSchedule'>({ workload, on: to }), { withinMs: 120_000 })
    moved.push(`${workload.name} ${at} to ${to} by ${new Date().toISOString().slice(14, 23)}`)
  }
  await Promise.all(
    workloads.map(async (workload) => {
      for (let from: Side = 'blue'; Date.now() < until;) {
        const to: Side = from === 'blue' ? 'green' : 'blue'
        await move(workload, from, to)
        from = to
        // At any second of a minute, and now and then across the turn of one.
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 25_000))
      }
    }),
  )
  // The last slots have begun once nothing new comes up within the controllers' own look-out.
  await new Promise((resolve) => setTimeout(resolve, 15_000))
  const ended = Date.now() - 15_000
  const jobs = (await Promise.all(sides.map((side) => world[side].admin.list('Job', { namespace })))).flat()
  for (const { name } of workloads) {
    const ran = jobs
      .filter((job) => (job.metadata.ownerReferences ?? []).some((o) => o.name === name))
      .map((job) => new Date((slotOf(job, name) ?? 0) * 1000).toISOString().replace('.000', ''))
      .toSorted()
    const due = slotsBetween(began, ended)
    expect(
      ran.filter((slot) => slot <= new Date(ended).toISOString()),
      `${name}\n${moved.join('\n')}`,
    ).toEqual(due)
  }
  expect(moved.length).toBeGreaterThan(workloads.length * 3)
}, 600_000)
