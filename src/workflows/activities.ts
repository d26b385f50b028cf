import { proxyActivities, workflowInfo, type ActivityOptions } from '@temporalio/workflow'
import type { ActionActivities, ActionCall, ActionName, ActionReceipt } from '../domain/actions.ts'
import type { Due, Sent } from '../domain/board.ts'
import type { Calendar, Opening } from '../domain/calendar.ts'
import type { Draft, DraftRequest } from '../domain/draft.ts'
import type { RequestedChanges, RequestedRequest } from '../domain/requested-changes.ts'
import type { ExaminationRequest, Organ, Seen } from '../domain/examination.ts'
import type { ClusterFacts } from '../domain/facts.ts'
import type { Refusal } from '../domain/gates.ts'
import type { HealthExplained, HealthRequest } from '../domain/health-explained.ts'
import type { CutoverPlatform, CutoverRequest, Order, UpgradeRequest } from '../domain/messages.ts'
import type { Addressed, Untold } from '../domain/notices.ts'
import type { Outline } from '../domain/outline.ts'
import type { Plan, Subject } from '../domain/plan.ts'
import type { ByArgo } from '../domain/argocd.ts'
import type { BothSides } from '../domain/both-sides.ts'
import type { OwnedRow } from '../domain/ownership.ts'
import type { App, Platform, Route, Scope, WorkloadRef } from '../domain/platform.ts'
import type { Became } from '../domain/replanning.ts'
import type { Foreseen, OutlookRequest } from '../domain/scheduled.ts'
import type { ActionStep, ObserveStep } from '../domain/steps.ts'
import type { Oidc } from '../domain/trust.ts'
import type { TwinPart } from '../domain/twin.ts'
import type { Breach, Check, Judgement } from '../domain/verdict.ts'
import type { SeenSoFar, WatchedEnvironment } from '../domain/watching.ts'
import { options, optionsOf } from './activity-options.ts'
import { summary } from './problems.ts'

interface Q<Input, Output> {
  readonly input: Input
  readonly output: Output
}
export interface Watched {
  readonly subject: Subject
  readonly checks: readonly Check[]
}
/** What is known of the platform, and the upgrade's own plan. */
export interface Prepared {
  readonly platform: Platform
  readonly from: string
  readonly to: string
  readonly plan: Plan
  readonly facts: ClusterFacts
  readonly twin: readonly TwinPart[]
  /** Whose everything in AWS is that the plan writes or deletes. */
  readonly owned: readonly OwnedRow[]
}

export interface Replanning extends Omit<Prepared, 'twin' | 'owned'> {
  readonly request: UpgradeRequest
  readonly order: Order & { readonly app: string }
}

/** Without a plan: nothing is to be changed, and `note` says why. */
export type Replanned =
  | { readonly became: Became; readonly next: Pick<Prepared, 'platform' | 'plan'> }
  | { readonly became: 'unchanged' | 'refused'; readonly note: string }

/** By what a plan is the same: what it does, and to what. */
export type Known = Pick<Plan, 'digest' | 'images'>
/** What was noticed may have changed all the same. */
export interface Same {
  readonly same: true
  readonly findings: Plan['findings']
}

/** What is asked of the outside beside actions. */
interface Questions {
  /** Validates the request and the file, finds, plans and hashes. Changes nothing. */
  prepare: Q<UpgradeRequest, Prepared>
  /** Looks for one app of blue again, and plans the upgrade with it as it is now. Changes nothing. */
  replan: Q<Replanning, Replanned>
  /** All environments of an app, in their order. */
  planApp: Q<CutoverRequest, readonly Plan[]>
  /** What the cutovers of these apps would do, to read; `steps`: with all that is done. */
  outlineApps: Q<
    { readonly platform: CutoverPlatform; readonly apps: readonly App[]; readonly steps: boolean },
    readonly Outline[]
  >
  /** One of them. `known`: of a plan that need not be sent again, where it is still the same. */
  planCutover: Q<CutoverRequest & { readonly environment: string; readonly known?: Known }, Plan | Same>
  /** What the schedule does: that fired at this moment, else what it does next. Reads only. */
  foresee: Q<OutlookRequest & { readonly firedAt?: string }, Foreseen>
  /** Why what was announced does not start; absent: it does. */
  /** `refreshes`: the cluster that was to be built anew at its own version. */
  lookAgain: Q<
    { readonly platform: string; readonly to: string; readonly refreshes?: string },
    { readonly why?: string }
  >
  /** Ends after the window, with all that was judged. `run`: as of `ActionCall`; absent where an older release asked. */
  observe: Q<
    Pick<ObserveStep, 'for' | 'checks'> & { readonly subject: Subject; readonly run?: string },
    readonly Judgement[]
  >
  /**
   * All environments of an app that its workflow's memo says (`Watches`), of those that it is told of. Ends only by what it says
   * of one (`WatchEnd`). `run`: as of `ActionCall`. `seen`: by the watch before.
   */
  watch: Q<
    {
      readonly subject: Subject
      readonly environments: readonly WatchedEnvironment[]
      readonly run: string
      readonly seen?: SeenSoFar
    },
    never
  >
  /** Ends once the metrics have not answered for a while, or once they answer again. */
  awaitMetrics: Q<{ readonly url: string; readonly until: 'silent' | 'answering' }, Silence>
  /** What is known outside at the moment of a breach, `at`. */
  compare: Q<
    Watched & { readonly related?: readonly string[] },
    Pick<Breach, 'blue' | 'differing' | 'unrelated'> & { readonly at?: string | undefined }
  >
  /** `argocd`: what deploys the environment, and what sleeps there. */
  compareImages: Q<
    {
      readonly subject: Subject
      readonly namespaces: readonly string[]
      readonly argocd?: ByArgo & { readonly asleep: readonly WorkloadRef[] }
    },
    BothSides
  >
  /** Why its routes have no way back to blue, where their owners have handed them over. Reads only. */
  lookWayBack: Q<
    { readonly subject: Subject; readonly routes: readonly Route[]; readonly run: string },
    { readonly none: readonly string[] }
  >
  /** Whether it is open, `at` this time or later, and when that changes. */
  opening: Q<{ readonly calendar: Calendar; readonly at: string }, Opening>
  /** Answers who refused it for good; fails where somebody does not answer. */
  notify: Q<Addressed, readonly Untold[]>
  /** Brings messages in chat channels to what they are to be, and answers where they are, or who refused them for good. */
  post: Q<{ readonly workflowId: string; readonly runId: string; readonly due: readonly Due[] }, readonly Sent[]>
  /** Whether one of the things works that an upgrade needs; fails where it cannot even be looked at. */
  examine: Q<ExaminationRequest & { readonly organ: Organ }, readonly Seen[]>
  /** A platform file for a cluster that has none. Reads only. */
  draft: Q<DraftRequest, Draft>
  /** What the checks of one app say now. Reads only. */
  explainHealth: Q<HealthRequest, HealthExplained>
  /** All that owners of others' things are asked for, by a platform file. Reads only. */
  tellRequested: Q<RequestedRequest, RequestedChanges>
  checkProof: Q<ToCheck, Checked>
}

/** What the worker registers. */
export type Activities = ActionActivities & {
  [N in keyof Questions]: (input: Questions[N]['input']) => Promise<Questions[N]['output']>
}

/**
 * A token, and what it must be for; or a key that has signed, and may have been taken out of the worker's file since. The
 * time is asked with both: a signal must not read it by itself.
 */
export interface ToCheck {
  readonly key?: { readonly workflow: string; readonly by: string; readonly key: string }
  readonly token?: { readonly text: string; readonly by: string; readonly statement: string; readonly oidc: Oidc }
}
export interface Checked {
  /** When it was looked at. */
  readonly at: string
  readonly refused?: Refusal
}

/** Since when nothing can be measured, and how that shows. */
export interface Silence {
  readonly since: string
  readonly why: string
}

interface Executable<Input, Output> {
  executeWithOptions(how: ActivityOptions, input: [Input]): Promise<Output>
}
const proxies = proxyActivities<Activities>(options.quick)
const questions: { [N in keyof Questions]: Executable<Questions[N]['input'], Questions[N]['output']> } = proxies
const acts: { [A in ActionName]: Executable<ActionCall<A>, ActionReceipt<A>> } = proxies

/** The id is what replay compares (it does not look at inputs), and what people see and address. */
export const question = <N extends keyof Questions>(
  name: N,
  activityId: string,
  words: string,
  pace: keyof typeof options,
  input: Questions[N]['input'],
): Promise<Questions[N]['output']> =>
  questions[name].executeWithOptions({ ...options[pace], activityId, summary: summary(words) }, [input])

/** What an attempt of an action is asked with beside its input. */
type Circumstances = Pick<ActionCall, 'choice' | 'contest' | 'because' | 'told'>

/** `made`: whose it is what is made; undefined: this run's. `as`: the activity's id, where that of its step was used a moment ago. */
export const perform = <A extends ActionName>(
  step: ActionStep<A>,
  scope: Scope,
  attempt: number,
  {
    goingBack,
    made,
    as = step.id,
    ...circumstances
  }: Circumstances & {
    readonly goingBack: boolean
    readonly made: string | undefined
    readonly as?: string
  },
): Promise<ActionReceipt<A>> =>
  acts[step.action].executeWithOptions(
    {
      ...(circumstances.told ? options.byOthers : optionsOf(step.action, goingBack)),
      activityId: as,
      summary: summary(step.title),
    },
    [
      {
        run: made ?? workflowInfo().firstExecutionRunId,
        asker: workflowInfo().firstExecutionRunId,
        scope,
        step: step.id,
        attempt,
        input: step.input,
        ...circumstances,
      },
    ],
  )
