import { costInAll } from './both-clusters.ts'
import type { Spent } from './costs.ts'
import { effortOf, efforts, type Effort } from './effort.ts'
import { placeOf, type Finding } from './findings.ts'
import type { Desk, Logged } from './gates.ts'
import type { StepRecord } from './journal.ts'
import { textIn } from './messages.ts'
import { gatesIn } from './proofs.ts'
import { noticedBy, type Run } from './run.ts'
import { shortened } from './report-size.ts'
import { leaves, type StepId } from './steps.ts'

/** Who decided what and when, and what came of it: all from what was written down on the way. */
export interface Report {
  readonly subjects: readonly ReportedSubject[]
  readonly decisions: readonly (Logged & Place)[]
  /** What it took of people, by app; of the upgrade itself first. */
  readonly effort: readonly Effort[]
  /** How long people were waited for, by gate. */
  readonly waits: readonly (Place & {
    readonly gate: string
    readonly seconds: number
    readonly ended: string
    readonly by: readonly string[]
  })[]
  readonly weights: readonly {
    readonly app: string
    readonly step: StepId
    readonly at: string
    readonly note: string
  }[]
  readonly problems: readonly {
    readonly app: string
    readonly step: StepId
    readonly attempt: number
    readonly at: string
    readonly message: string
  }[]
  /** Environments that went back to blue, as often as they did. */
  readonly rollbacks: readonly {
    readonly app: string
    readonly environment: string
    readonly at: string
    readonly why: string
  }[]
  readonly findings: readonly Finding[]
  /** Undos that people skipped, and what was left behind of blue: somebody must look after these by hand. */
  readonly leftovers: readonly string[]
  /** Where the platform file has prices: what both clusters cost while there were both. */
  readonly cost?: Spent
}

/** What it was about; the upgrade itself where no app is named, all environments where none is. */
interface Place {
  readonly app?: string
  readonly environment?: string
}

export interface ReportedSubject extends Place {
  readonly digest: string
  readonly ended?: string
}

export interface WentBack {
  readonly app: string
  readonly environment: string
  readonly at: string
  readonly why: string
}

export function reportOf(runs: readonly Run[], desk: Desk, rollbacks: readonly WentBack[] = []): Report {
  const recordsOf = (run: Run): StepRecord[] => [...run.journal.archive, ...Object.values(run.journal.steps)]
  const records = runs
    .flatMap((run) => recordsOf(run).map((record) => ({ app: run.plan.subject.app ?? '', record })))
    .toSorted((a, b) => Date.parse(a.record.startedAt) - Date.parse(b.record.startedAt))
  const weighs = new Set(
    runs
      .flatMap(({ plan }) => plan.phases)
      .flatMap((p) => leaves([...p.forward, ...p.back]))
      .filter((s) => s.kind === 'observe' || (s.kind === 'action' && s.action === 'setWeight'))
      .map((s) => s.id),
  )
  const place = placesOf(runs)
  const effort = effortOf(runs, desk)
  return shortened({
    subjects: runs.map(({ plan: { subject, digest }, ended }) => ({
      ...(subject.app !== undefined && { app: subject.app }),
      ...(subject.environment !== undefined && { environment: subject.environment }),
      digest,
      ...(ended && { ended }),
    })),
    decisions: desk.log.map((it) => ({ ...it, ...place(aboutOne(it.body) ?? textIn(it.body, 'environment')) })),
    effort: effort ? [effort] : [],
    waits: desk.gates.flatMap((g) =>
      // Its hours were waited for, and not people.
      g.closed && g.opensAt === undefined
        ? [
            {
              ...place(g.id),
              gate: g.id,
              seconds: Math.round((Date.parse(g.closed.at) - Date.parse(g.openedAt)) / 1000),
              ended: g.closed.as,
              by: g.given.map((d) => d.by),
            },
          ]
        : [],
    ),
    weights: records.flatMap(({ app, record: r }) =>
      weighs.has(r.step) && r.endedAt !== undefined
        ? [{ app, step: r.step, at: r.endedAt, note: r.receipt?.note ?? r.problem?.message ?? r.state }]
        : [],
    ),
    problems: records.flatMap(({ app, record: r }) =>
      r.problem
        ? [{ app, step: r.step, attempt: r.attempt, at: r.endedAt ?? r.startedAt, message: r.problem.message }]
        : [],
    ),
    rollbacks,
    findings: runs
      .flatMap(({ plan, journal }) => [...plan.findings, ...noticedBy(plan.phases, journal)])
      .filter((f) => !isLeft(f)),
    leftovers: runs.flatMap((run) => {
      // Archive first: the last word on an undo counts.
      const last = new Map(recordsOf(run).map((r) => [r.step, r.state]))
      return run.plan.phases
        .flatMap((p) => leaves(p.back))
        .filter((s) => last.get(s.id) === 'skipped')
        .map((s) => s.title)
        .concat(
          noticedBy(run.plan.phases, run.journal)
            .filter(isLeft)
            .map((f) => `${placeOf(f)} ${f.message} → ${f.remedy}`),
        )
    }),
    ...costOf(runs),
  })
}

const costOf = (runs: readonly Run[]): Pick<Report, 'cost'> => {
  const [cost] = runs.flatMap((run) => costInAll(run) ?? [])
  return cost ? { cost } : {}
}

/** What is left of blue is work to do, and not news. */
const isLeft = ({ code }: Finding): boolean => code === 'left-behind'

/** An act for several gates is of no one place. */
const aboutOne = (body: unknown): string | undefined => {
  const gates = typeof body === 'object' && body !== null ? gatesIn({ ...body }) : []
  return gates.length === 1 ? gates[0] : undefined
}

/** One desk is of one app, or of the upgrade; a step's name begins with its environment. */
function placesOf(runs: readonly Run[]): (about: string | undefined) => Place {
  const app = runs[0]?.plan.subject.app
  const names = runs.flatMap(({ plan }) => plan.subject.environment ?? [])
  return (about) => {
    const environment = names.find((name) => name === about?.split(/[/@]/, 1)[0])
    return { ...(app !== undefined && { app }), ...(environment !== undefined && { environment }) }
  }
}

/** What was tried for all was tried again when its turn came: of the same thing that is the last word. */
function toldLast(reports: readonly Report[]): readonly Finding[] {
  const isOwn = (r: Report) => r.subjects.some((s) => s.app === undefined)
  const ofApps = reports.filter((r) => !isOwn(r))
  const again = new Set(ofApps.flatMap((r) => r.findings).map(thing))
  const moved = new Set(
    ofApps.flatMap((r) => r.subjects).flatMap((s) => (s.ended === 'done' ? `${s.app} ${s.environment}` : [])),
  )
  const isOld = (f: Finding) => again.has(thing(f)) || (f.code === 'findings-left-out' && moved.has(f.about))
  return [
    ...reports.filter(isOwn).flatMap((r) => r.findings.filter((f) => !isOld(f))),
    ...ofApps.flatMap((r) => r.findings),
  ]
}

/** What it is about, without how many others are likewise. */
const thing = ({ level, code, about, field = '' }: Finding): string => [level, code, about, field].join(' ')

/** An upgrade's own report and those of its apps, as one. */
export function joined(reports: readonly Report[]): Report {
  // What an app reported is in the history, perhaps from a release that did not write all of it.
  const all = <K extends Exclude<keyof Report, 'cost'>>(field: K) =>
    reports.flatMap((r) => (r[field] as readonly Report[K][number][] | undefined) ?? [])
  const byTime = <T extends { readonly at: string }>(items: readonly T[]) =>
    items.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
  return shortened({
    subjects: all('subjects'),
    decisions: byTime(all('decisions')),
    effort: efforts(all('effort')),
    waits: all('waits'),
    weights: byTime(all('weights')),
    problems: byTime(all('problems')),
    rollbacks: byTime(all('rollbacks')),
    findings: [...new Map(toldLast(reports).map((f) => [JSON.stringify(f), f])).values()],
    leftovers: all('leftovers'),
    ...reports.flatMap(({ cost }) => (cost ? [{ cost }] : []))[0],
  })
}
