import type { Finding } from './findings.ts'
import type { OwnedRow } from './ownership.ts'
import type { Plan, Subject } from './plan.ts'
import type { Step } from './steps.ts'
import type { TrafficAhead } from './traffic-ahead.ts'
import type { ToProve } from './trust.ts'
import type { TwinPart } from './twin.ts'

/** A plan to read: what will be done, in order, and how it comes back. Inputs are left out. */
export interface Outline {
  readonly subject: Subject
  readonly digest: string
  readonly findings: readonly Finding[]
  /** Of an environment: how long each of its weights needs for its samples; absent where nobody knows, or none needs any. */
  readonly traffic?: TrafficAhead
  readonly phases: readonly {
    readonly name: string
    readonly title: string
    readonly forward: readonly OutlineStep[]
    readonly back: readonly OutlineStep[]
    readonly commit: readonly OutlineStep[]
    readonly pointOfNoReturn?: true
  }[]
}

export interface OutlineStep {
  readonly id: string
  readonly title: string
  /** Who is asked, where people decide. */
  readonly asks?: readonly string[]
  /** Side by side: each in order. */
  readonly lanes?: readonly (readonly OutlineStep[])[]
}

/** What `upgradePlan` answers and `norikae plan` prints. */
export interface PlannedUpgrade {
  /** By what the start is proven; absent where names are believed. */
  readonly proves?: ToProve
  readonly from: string
  readonly to: string
  readonly upgrade: Outline
  /** Green's cluster and all that hangs on it, beside blue's. */
  readonly twin: readonly TwinPart[]
  /** Whose everything in AWS is that it writes or deletes. */
  readonly owned: readonly OwnedRow[]
  /** Of every environment of every app; without steps where there are too many to send. */
  readonly cutovers: readonly Outline[]
}

/** `steps`: also what is done, step by step. */
export const outlineOf = ({ subject, digest, findings, phases }: Plan, steps = true): Outline => ({
  subject,
  digest,
  findings,
  phases: (steps ? phases : []).map(({ name, title, forward, back, commit, pointOfNoReturn }) => ({
    name,
    title,
    forward: forward.map(outlineStep),
    back: back.map(outlineStep),
    commit: commit.map(outlineStep),
    ...(pointOfNoReturn && { pointOfNoReturn }),
  })),
})

function outlineStep(step: Step): OutlineStep {
  const { id, title } = step
  if (step.kind === 'group') return { id, title, lanes: step.lanes.map((lane) => lane.map(outlineStep)) }
  return { id, title, ...(step.kind === 'gate' && { asks: step.gate.teams }) }
}
