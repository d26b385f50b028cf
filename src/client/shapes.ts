import type { Effort } from '../domain/effort.ts'
import type { Seen } from '../domain/examination.ts'
import type { Finding } from '../domain/findings.ts'
import type { CutoverStatus, MessageName, Outcome, UpgradeStatus } from '../domain/messages.ts'
import type { Report } from '../domain/report.ts'
import type { KeptSchedule, Start } from '../domain/schedule.ts'
import type { ScheduledResult } from '../domain/scheduled.ts'
import type { RunState } from '../domain/run.ts'
import type { Waiting } from '../domain/status.ts'
import type { ToProve } from '../domain/trust.ts'
import type { Where } from '../domain/where.ts'

/** What the command line and the console show, and what `-o json` prints; the JSON Schemas in `schema/` are of these. */

/** How a run of an upgrade ended, or `running`. Temporal's own ends are beside the outcomes. */
export type RunOutcome = Outcome | 'running' | 'failed' | 'cancelled' | 'terminated' | 'timed-out'

/** A gate where somebody is waited for, and what one must know to answer. */
export interface OpenGate extends Waiting {
  readonly platform: string
  /** Absent: a gate of the upgrade itself. */
  readonly app?: string
  readonly environment?: string
  /** Where the answer goes. */
  readonly workflowId: string
  readonly digest: string
  /** How an answer is proven; absent where names are believed. */
  readonly proves?: ToProve
  readonly findings: readonly Finding[]
  /** What going back would do now. */
  readonly wayBack: readonly string[]
  /** Of the app, where they stand and what their checks said; none for a gate of the upgrade. */
  readonly environments: readonly {
    readonly name: string
    readonly state: RunState
    readonly verdicts: readonly string[]
  }[]
  readonly problem?: string
  /** What cannot go on before it is answered, whatever else happens; absent where that was not asked, or is nothing. */
  readonly holdsUp?: readonly string[]
}

export interface UpgradeSummary {
  readonly platform: string
  readonly to: string
  readonly by: string
  readonly workflowId: string
  readonly runId: string
  readonly startedAt: string
  readonly closedAt?: string
  readonly outcome: RunOutcome
  readonly phase: readonly string[]
  /** The teams that are asked, as Temporal lists them. */
  readonly waitingFor: readonly string[]
}

/** `norikae status` without a name. */
export interface Overview {
  readonly upgrades: readonly UpgradeSummary[]
  readonly gates: readonly OpenGate[]
  /** Not every upgrade told its gates: why. */
  readonly silent?: string
}

/** `norikae status <platform>`: one upgrade as it stands. */
export interface UpgradeView {
  readonly at: string
  readonly workflowId: string
  readonly runId: string
  readonly outcome: RunOutcome
  /** Why it failed. */
  readonly message?: string
  readonly status: UpgradeStatus
  /** Of the apps that move, wait or are in trouble; where the rest are is in `status.apps`. */
  readonly cutovers: readonly CutoverStatus[]
  readonly gates: readonly OpenGate[]
  /** No worker answers: what is shown is from `at`. */
  readonly silent?: string
  /** There where no worker answered at all: what Temporal itself has kept of the run. */
  readonly kept?: Kept
}

/** What Temporal keeps of a run beside its memo and search attributes. */
export interface Kept {
  /** When the run last did anything. */
  readonly at: string
  readonly phase: readonly string[]
  /** What it waits for outside, and what that said last. */
  readonly doing: readonly string[]
}

/** `norikae where <app>/<environment>`. */
export interface Whereabouts {
  readonly platform: string
  readonly app: string
  readonly environment: string
  readonly where: Where
  /** To each of these, blue first. */
  readonly clusters: readonly string[]
  /** What is still missing on green, where Norikae waits until it was deployed. */
  readonly waitingFor?: string
}

/** `norikae approve` without a name. */
export interface Gates {
  readonly gates: readonly OpenGate[]
}

export interface UpgradeReport {
  readonly platform: string
  readonly from: string
  /** The same as `from`, where it was a refresh. */
  readonly to: string
  readonly by: string
  readonly workflowId: string
  readonly runId: string
  readonly outcome: Outcome
  readonly startedAt: string
  readonly closedAt: string
  readonly report: Report
  /** The upgrade, or refresh, of this platform that was done last before it, to be held against; absent where Temporal has none. */
  readonly before?: Before
}

export interface Before {
  readonly runId: string
  readonly from: string
  readonly to: string
  readonly closedAt: string
  readonly effort: readonly Effort[]
}

/** One line of `norikae watch -o json`. */
export interface Change {
  readonly at: string
  readonly platform: string
  readonly what: 'phase' | 'environment' | 'waiting' | 'closed' | 'note' | 'ended'
  readonly app?: string
  readonly environment?: string
  /** Where it was, in a word; absent where that is not known. */
  readonly before?: string
  readonly now: string
  readonly weight?: number
  /** What is waited for, and what is sent to release it. */
  readonly gate?: OpenGate
  readonly outcome?: RunOutcome
}

/** What a command did. */
export interface Done {
  readonly did: MessageName | 'start' | 'attach'
  readonly platform: string
  readonly workflowId: string
  readonly by: string
  readonly message: string
  readonly runId?: string
  readonly gate?: string
  /** Where it was about several at once. */
  readonly gates?: readonly string[]
  readonly app?: string
  readonly environment?: string
}

/** `norikae schedule show`. */
export interface ScheduleView {
  readonly platform: string
  readonly scheduleId: string
  readonly paused: boolean
  /** Why it is paused, or who made or resumed it. */
  readonly note?: string
  /** What it was made from; absent where not by `norikae schedule create`. */
  readonly kept?: KeptSchedule
  /** As Temporal will fire it. */
  readonly next: readonly Start[]
  /** What it fired last, the latest first. */
  readonly last: readonly ScheduledAction[]
  /** Ids of the workflows that it started and that go on. */
  readonly open: readonly string[]
}

export interface ScheduledAction {
  readonly firedAt: string
  readonly workflowId: string
  readonly runId: string
  readonly outcome: ScheduledResult['outcome'] | RunOutcome | 'forgotten'
  readonly to?: string
  readonly refresh?: true
  readonly because: readonly string[]
}

/** What `norikae schedule create|pause|resume|trigger|delete` did. */
export interface ScheduleDone {
  readonly did: 'create' | 'update' | 'keep' | 'pause' | 'resume' | 'trigger' | 'delete'
  readonly platform: string
  readonly scheduleId: string
  readonly by: string
  readonly message: string
  /** In words; of `update` alone. */
  readonly changes: readonly string[]
}

/** `norikae approve --all`, `--ahead` and `withdraw`: one message a workflow. */
export interface Batches {
  readonly done: readonly Done[]
  readonly refused: readonly Unsaid[]
  /** What else went wrong after something had counted; absent where nothing did. Of `no-answer` it may still count. */
  readonly failed?: readonly Unsaid[]
}

export interface Unsaid {
  readonly workflowId: string
  readonly gates: readonly string[]
  readonly code: string
  readonly message: string
}

/** `norikae sign`: what is sent to the workflow, or starts it. */
export interface Signed {
  readonly workflowId: string
  readonly message: MessageName | 'start'
  readonly body: Readonly<Record<string, string | readonly string[]>>
}

/** `norikae keys`. */
export interface KeyShown {
  readonly file: string
  /** What goes into the platform file. */
  readonly publicKey: string
}

/** `norikae validate`. */
export interface Validation {
  readonly file: string
  readonly valid: boolean
  readonly problems: readonly {
    readonly code: 'InvalidInput' | 'Unsupported'
    readonly file: string
    readonly line: number
    readonly column: number
    readonly path: string
    readonly message: string
  }[]
}

/** `norikae doctor`. */
export interface Examination {
  /** Nothing is broken. */
  readonly well: boolean
  readonly here: readonly Seen[]
  readonly worker: readonly Seen[]
}

/** `norikae version`. */
export interface Version {
  readonly norikae: string
  readonly node: string
}

/** What `-o json` prints instead when a command did not do it. */
export interface Complaint {
  readonly error: { readonly code: string; readonly message: string; readonly exit: number }
}
