import { Cron } from 'croner'
import type { JobRun, KubernetesObject, SandboxCluster } from '../types.ts'

/** A CronJob, by namespace and name wherever it lives, and when it should have run. */
export interface Schedule {
  readonly cronJob: string
  readonly schedule: string
  readonly timeZone: string
  /** When it was first there and not suspended. */
  readonly fromMs: number
  /** When it was gone from every cluster. */
  readonly toMs?: number
}

interface Offence {
  readonly cronJob: string
  readonly slot: string
  readonly is: 'lost' | 'twice'
  /** `<cluster>/<job>` */
  readonly runs: readonly string[]
}

export interface JobsJudgement {
  readonly slots: number
  readonly twice: number
  readonly lost: number
  readonly offences: readonly Offence[]
}

/** A slot is its moment; whoever ran for it, wherever, took it. */
export function judgeSlots(schedules: readonly Schedule[], runs: readonly JobRun[], untilMs: number): JobsJudgement {
  const taken = Map.groupBy(runs, (r) => slotKey(`${r.namespace}/${r.cronJob}`, Date.parse(r.slot)))
  const due = schedules.flatMap((s) =>
    slotsOf(s, Math.min(untilMs, s.toMs ?? untilMs)).map((ms) => ({ cronJob: s.cronJob, ms })),
  )
  const lost = due
    .filter(({ cronJob, ms }) => !taken.has(slotKey(cronJob, ms)))
    .map(({ cronJob, ms }): Offence => ({ cronJob, slot: new Date(ms).toISOString(), is: 'lost', runs: [] }))
  const twice = [...taken.values()].flatMap((same): Offence[] => {
    const [first] = same
    if (!first || same.length === 1) return []
    const runs = same.map((r) => `${r.cluster}/${r.job}`)
    return [{ cronJob: `${first.namespace}/${first.cronJob}`, slot: first.slot, is: 'twice', runs }]
  })
  return { slots: due.length, twice: twice.length, lost: lost.length, offences: [...lost, ...twice] }
}

const slotKey = (cronJob: string, ms: number) => `${cronJob} ${ms}`

/** After `fromMs`, before `untilMs`. */
function slotsOf({ schedule, timeZone, fromMs }: Schedule, untilMs: number): number[] {
  const cron = new Cron(schedule, { timezone: timeZone, mode: '5-part' })
  const slots: number[] = []
  for (let next = cron.nextRun(new Date(fromMs)); next && next.getTime() < untilMs; next = cron.nextRun(next)) {
    slots.push(next.getTime())
  }
  return slots
}

type Cluster = Pick<SandboxCluster, 'name' | 'list'>

/** Keeps, over all clusters, since when each CronJob should run. */
export class Schedules {
  readonly #known = new Map<string, Schedule>()
  readonly #ended: Schedule[] = []
  readonly #suspendedByOwner = new Set<string>()
  readonly #seen = new Set<string>()
  readonly #clusters: () => readonly Cluster[]
  readonly #now: () => number

  constructor(clusters: () => readonly Cluster[], now: () => number = Date.now) {
    this.#clusters = clusters
    this.#now = now
  }

  /** To be called after every change of a CronJob, and when a cluster went. */
  look(): void {
    const all = this.#clusters().flatMap((c) => c.list('batch/v1', 'CronJob'))
    for (const object of all) this.#see(object)
    const there = new Set(all.map(nameOf))
    for (const [cronJob, schedule] of this.#known) {
      if (there.has(cronJob)) continue
      this.#ended.push({ ...schedule, toMs: this.#now() })
      this.#known.delete(cronJob)
    }
  }

  /** Those that were suspended from the beginning: nobody but their owner can have done it. */
  suspendedByOwner(): ReadonlySet<string> {
    return this.#suspendedByOwner
  }

  list(): readonly Schedule[] {
    return [...this.#ended, ...this.#known.values()]
  }

  #see(object: KubernetesObject): void {
    const cronJob = nameOf(object)
    const { schedule, timeZone = 'Etc/UTC', suspend = false } = object.spec as unknown as CronJobSpec // as batch/v1 says
    if (!this.#seen.has(cronJob) && suspend) this.#suspendedByOwner.add(cronJob)
    this.#seen.add(cronJob)
    if (suspend) return
    this.#suspendedByOwner.delete(cronJob)
    const { fromMs = this.#now() } = this.#known.get(cronJob) ?? {}
    this.#known.set(cronJob, { cronJob, schedule, timeZone, fromMs })
  }
}

interface CronJobSpec {
  readonly schedule: string
  readonly timeZone?: string
  readonly suspend?: boolean
}
const nameOf = ({ metadata }: KubernetesObject) => `${metadata.namespace}/${metadata.name}`
