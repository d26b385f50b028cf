import { test } from 'vitest'
import { OWNER_SUSPEND, SUSPENDED_AT } from '../../src/domain/annotations.ts'
import { iso, slotOf } from '../../src/domain/slots.ts'
import type { Side, WorkloadRef } from '../../src/domain/platform.ts'
import { aNamespace } from '../contract/servers.ts'
import { driven } from '../support/driven.ts'
import { aCronJob, call } from '../support/small-world.ts'
import { slotsBetween } from '../support/two-schedules.ts'
import type { RealWorld } from './real-world.ts'

/** Every kind of schedule that meets a slot each minute; all Jobs are kept, so that they can be counted. */
const history = { successfulJobsHistoryLimit: 100, failedJobsHistoryLimit: 100 }
const specs: Readonly<Record<string, object>> = {
  'any-number': { ...history },
  'one-at-a-time': { ...history, concurrencyPolicy: 'Forbid' },
  'the-newest': { ...history, concurrencyPolicy: 'Replace' },
  'with-a-deadline': { ...history, startingDeadlineSeconds: 45 },
  'in-tokyo': { ...history, timeZone: 'Asia/Tokyo', schedule: '*/1 * * * *' },
}
/** Suspended for so long that its controller would count no further. */
const FOR_HOURS = 'for-hours'
const HOURS = 3
const MINUTES = 3
const sides = ['blue', 'green'] as const

/** Tests that wait most of their time, so they go on beside others. */
export function schedulesThatAlternate(of: () => RealWorld): void {
  test.concurrent('every slot runs exactly once over both clusters, whenever schedules change sides', async ({
    expect,
  }) => {
    const { activities, blue, green } = of()
    const namespace = await aNamespace(blue, green)
    const workloads = [...Object.keys(specs), FOR_HOURS].map((name): WorkloadRef => ({
      kind: 'CronJob',
      namespace,
      name,
    }))
    for (const { name } of workloads)
      if (name !== FOR_HOURS) await blue.applyAs('team', aCronJob(name, namespace, specs[name]))
    const since = new Date(Date.now() - HOURS * 3_600_000).toISOString()
    const old = aCronJob(FOR_HOURS, namespace, { ...history, suspend: true })
    const annotations = { [SUSPENDED_AT]: since, [OWNER_SUSPEND]: 'false' }
    await blue.applyAs('team', { ...old, metadata: { ...old.metadata, annotations } })
    const lastScheduleTime = iso(Math.floor(Date.parse(since) / 60_000) * 60)
    await blue.admin.patch('CronJob', namespace, FOR_HOURS, { status: { lastScheduleTime } }, 'status')
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
    const jobs = (await Promise.all(sides.map((side) => of()[side].admin.list('Job', { namespace })))).flat()
    for (const { name } of workloads) {
      const ran = jobs
        .filter((job) => (job.metadata.ownerReferences ?? []).some((o) => o.name === name))
        .map((job) => new Date((slotOf(job, name) ?? 0) * 1000).toISOString().replace('.000', ''))
        .toSorted()
      const [first, due] = [new Date(began).toISOString(), slotsBetween(began, ended)]
      const told = `${name}\n${moved.join('\n')}`
      expect(
        ran.filter((slot) => slot >= first && slot <= new Date(ended).toISOString()),
        told,
      ).toEqual(due)
      // Of all that it missed in hours the newest at most, and no other.
      const late = ran.filter((slot) => slot < first)
      expect(late.length, told).toBeLessThanOrEqual(name === FOR_HOURS ? 1 : 0)
      for (const slot of late) expect(began - Date.parse(slot), told).toBeLessThan(60_000)
    }
    expect(moved.length).toBeGreaterThan(workloads.length * 3)
  }, 600_000)
}
