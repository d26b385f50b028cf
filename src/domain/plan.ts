import type { Keeping } from './costs.ts'
import type { Finding } from './findings.ts'
import { archived, begun, settled, type Journal } from './journal.ts'
import type { Move } from './moves.ts'
import type { Scope } from './platform.ts'
import { leaves, type LeafStep, type Step, type StepId } from './steps.ts'
import type { Check } from './verdict.ts'

/** The part of a plan that goes back as one: an environment of a cutover, or a part of an upgrade. */
export interface Phase extends Move {
  readonly name: string
  readonly title: string
  /** Watched from the moment `from` is begun until commit, whatever else waits. */
  readonly health?: { readonly from: StepId; readonly checks: readonly Check[] }
  /** A step failed for good: go back, then ask; only ask; or end the run. */
  readonly onFailure: 'rollback' | 'ask' | 'abort'
  /** Once begun, nothing can be taken back. */
  readonly pointOfNoReturn?: true
}

/** Where a plan works, and whose it is. A cutover's plan is of one environment, so that a digest speaks of nothing else. */
export interface Subject extends Scope {
  readonly team: string
  readonly app?: string
  readonly environment?: string
  /** Of an upgrade: green gets blue's own version. */
  readonly refresh?: true
}

/** `toy-1-35 → toy-1-35-r2 (refresh)` */
export const sides = ({ blue, green, refresh }: Pick<Subject, 'blue' | 'green' | 'refresh'>): string =>
  `${blue} → ${green}${refresh ? ' (refresh)' : ''}`

export interface PlanBody {
  readonly subject: Subject
  readonly findings: readonly Finding[]
  readonly phases: readonly Phase[]
  /** A fingerprint of what is deployed: not in the digest, but approvals given ahead fall with it. */
  readonly images: string
  /** Of an upgrade: what both clusters cost a day. Not in the digest. Absent where the platform file has no prices. */
  readonly cost?: Keeping
}

/** What was approved is what runs: gate ids carry the digest. */
export interface Plan extends PlanBody {
  readonly digest: string
}

/** The way back from here: what undoes something begun, in the order planned. */
export function wayBack(phase: Phase, journal: Journal): Step[] {
  const needed = (step: LeafStep) => (step.undoes ?? []).some((id) => begun(journal, id))
  return phase.back.flatMap((step): Step[] => {
    if (step.kind !== 'group') return needed(step) ? [step] : []
    const lanes = step.lanes.map((lane) => lane.filter(needed)).filter((lane) => lane.length > 0)
    return lanes.length > 0 ? [{ ...step, lanes }] : []
  })
}

/** What going back from here loses, in the words by which people are asked for it. */
export const lossesOnReturn = (phase: Phase, journal: Journal): string[] =>
  leaves(wayBack(phase, journal)).flatMap((step) => (step.kind === 'gate' ? step.title : []))

/**
 * The phase starts clean, except for what is still there because its undo was skipped: that has a way back yet, and is
 * done again going forward, because nobody knows how people left it.
 */
export function afterWayBack(phase: Phase, journal: Journal): Journal {
  const back = leaves(phase.back)
  const left = new Set(back.filter((s) => journal.steps[s.id]?.state === 'skipped').flatMap((s) => s.undoes ?? []))
  const all = [...leaves(phase.forward), ...back].map((s) => s.id)
  const { steps, archive } = archived(
    journal,
    all.filter((id) => !left.has(id)),
  )
  return {
    steps: Object.fromEntries(
      Object.entries(steps).map(([id, r]) => [id, left.has(id) ? { ...r, state: 'stopped' as const } : r]),
    ),
    archive,
  }
}

export const isOver = (phase: Phase, journal: Journal): boolean =>
  leaves(phase.forward).every((s) => settled(journal, s.id))

export const blockers = ({ findings }: PlanBody): Finding[] => findings.filter((f) => f.level === 'blocker')

const names = (findings: readonly Finding[]): string[] => findings.map((f) => `${f.code} ${f.about}`).toSorted()

/**
 * The text that is hashed: what will be done, in spite of what, and who is asked, not how it is worded. Who approves a
 * plan approves of what is waived in it; without that blocker, or with another one, it is another plan.
 */
export const intent = (body: PlanBody): string => {
  const waived = names(body.findings.filter((f) => f.waived !== undefined))
  return canonicalJson(
    {
      subject: body.subject,
      phases: body.phases,
      blockers: names(blockers(body)),
      ...(waived.length > 0 && { waived }),
    },
    new Set(['title']),
  )
}

/** Keys sorted, undefined dropped: equal values give equal text. */
export function canonicalJson(value: unknown, without: ReadonlySet<string> = new Set()): string {
  return JSON.stringify(value, (key, v: unknown) => {
    // What people wrote is theirs, also where a key of it is called like one of ours.
    if (key === 'patch' && without.size > 0) return canonicalJson(v)
    return v !== null && typeof v === 'object' && !Array.isArray(v)
      ? Object.fromEntries(
          Object.entries(v)
            .filter(([k]) => !without.has(k))
            .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
        )
      : v
  })
}
