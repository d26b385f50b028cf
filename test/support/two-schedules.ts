import { vi } from 'vitest'
import type { Ports } from '../../src/activities/ports.ts'
import type { Side } from '../../src/domain/platform.ts'
import type { StandInCluster } from '../../src/sandbox/types.ts'
import { driven } from './driven.ts'
import { eventually } from './eventually.ts'
import { aCronJob, aPlace, call, type TwoClusters } from './small-world.ts'

/**
 * A clock that moves only when it is told to, seen by activities, adapters and both clusters alike (all of them ask
 * `Date`). Controllers get their turn after each step, and no job runs over the end of a minute.
 */
export class SteppedClock {
  #clusters: readonly StandInCluster[] = []

  /** To be called before the world is made: whoever asks the time keeps the function that tells it. */
  constructor() {
    vi.useFakeTimers({ toFake: ['Date'] })
  }

  start(at: number, ...clusters: readonly StandInCluster[]): void {
    this.#clusters = clusters
    vi.setSystemTime(at)
  }

  async pass(seconds: number): Promise<void> {
    for (let left = seconds; left > 0;) {
      const step = Math.min(left, 20, 60 - ((Date.now() / 1000) % 60))
      if ((Date.now() / 1000 + step) % 60 === 0) await eventually('no job runs', () => !this.#active())
      vi.setSystemTime(Date.now() + step * 1000)
      left -= step
      await new Promise((resolve) => setTimeout(resolve, 6))
    }
  }

  #active(): boolean {
    return this.#clusters.some((cluster) => cluster.jobRuns().some((run) => run.endedAt === undefined))
  }
}

/** Time goes by before each request to a cluster, as it does for a worker that is slow or a network that is. */
export const slowly =
  (pause: () => Promise<void>) =>
  (ports: Ports): Ports => ({
    ...ports,
    async kubernetes(region, name) {
      const cluster = await ports.kubernetes(region, name)
      return {
        ...cluster,
        list: (...asked) => pause().then(() => cluster.list(...asked)),
        create: (...asked) => pause().then(() => cluster.create(...asked)),
        patch: (...asked) => pause().then(() => cluster.patch(...asked)),
      }
    },
  })

/** One schedule on blue, and its sleeping copy on green. */
export async function aSchedule({ activities, blue, green }: TwoClusters, clock: SteppedClock, spec: object = {}) {
  const namespace = aPlace(blue, green)
  blue.apply(aCronJob('report', namespace, spec))
  const workload = { kind: 'CronJob', namespace, name: 'report' } as const
  const fence = call<'raiseFence'>({ namespaces: [namespace], on: 'green', closed: [workload] })
  await driven(activities.raiseFence, fence)
  const place = { app: 'chat', environment: 'test', namespaces: [namespace] }
  await driven(activities.deploy, call<'deploy'>({ ...place, on: 'green', asleep: [workload] }))

  const patience = { between: () => clock.pass(4) }
  const cluster = (side: Side) => (side === 'blue' ? blue : green)
  return {
    namespace,
    workload,
    suspend: (on: Side, lost = false) =>
      driven(activities.suspendSchedule, call<'suspendSchedule'>({ workload, on }), { ...patience, lost }),
    resume: (on: Side, lost = false) =>
      driven(activities.resumeSchedule, call<'resumeSchedule'>({ workload, on }), { ...patience, lost }),
    /** Git has it unsuspended, and says so again. */
    meddle: (side: Side) => cluster(side).apply(aCronJob('report', namespace, { ...spec, suspend: false })),
    on: (side: Side) => cluster(side).list('batch/v1', 'CronJob', namespace)[0],
    /** Every slot that ran, on whichever side, oldest first. */
    ran: (...sides: readonly Side[]) =>
      (sides.length === 0 ? (['blue', 'green'] as const) : sides)
        .flatMap((side) => cluster(side).jobRuns())
        .filter((run) => run.namespace === namespace)
        .map((run) => run.slot)
        .toSorted(),
  }
}

/** The minutes of a span at which something is due, as the API writes them. */
export function slotsBetween(from: number, until: number, due: (at: Date) => boolean = () => true): string[] {
  const slots: string[] = []
  for (let at = Math.floor(from / 60_000 + 1) * 60_000; at <= until; at += 60_000)
    if (due(new Date(at))) slots.push(new Date(at).toISOString().replace('.000', ''))
  return slots
}
