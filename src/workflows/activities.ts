import { proxyActivities, workflowInfo, type ActivityOptions } from '@temporalio/workflow'
import type { ActionActivities, ActionCall, ActionName, ActionReceipt } from '../domain/actions.ts'
import type { Choice } from '../domain/choices.ts'
import type { ClusterFacts } from '../domain/facts.ts'
import type { CutoverRequest, Order, UpgradeRequest } from '../domain/messages.ts'
import type { Addressed } from '../domain/notices.ts'
import type { Plan, Subject } from '../domain/plan.ts'
import type { Platform, Scope } from '../domain/platform.ts'
import type { Became } from '../domain/replanning.ts'
import type { ActionStep, ObserveStep } from '../domain/steps.ts'
import type { Breach, Check, Judgement } from '../domain/verdict.ts'
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
}

export interface Replanning extends Prepared {
  readonly request: UpgradeRequest
  readonly order: Order & { readonly app: string }
}

/** Without a plan: nothing is to be changed, and `note` says why. */
export type Replanned =
  | { readonly became: Became; readonly next: Pick<Prepared, 'platform' | 'plan'> }
  | { readonly became: 'unchanged' | 'refused'; readonly note: string }

/** What is asked of the outside beside actions. */
interface Questions {
  /** Validates the request and the file, finds, plans and hashes. Changes nothing. */
  prepare: Q<UpgradeRequest, Prepared>
  /** Looks for one app of blue again, and plans the upgrade with it as it is now. Changes nothing. */
  replan: Q<Replanning, Replanned>
  planCutover: Q<CutoverRequest & { readonly environment: string }, Plan>
  /** Ends after the window, with all that was judged. */
  observe: Q<Pick<ObserveStep, 'for' | 'checks'> & { readonly subject: Subject }, readonly Judgement[]>
  /** Ends only by Unhealthy. */
  watch: Q<Watched, never>
  /** Ends once the metrics have not answered for a while, or once they answer again. */
  awaitMetrics: Q<{ readonly url: string; readonly until: 'silent' | 'answering' }, Silence>
  /** What is known outside at the moment of a breach, `at`. */
  compare: Q<
    Watched & { readonly related?: readonly string[] },
    Pick<Breach, 'blue' | 'sameImages' | 'differing' | 'unrelated'> & { readonly at?: string | undefined }
  >
  /** Which workloads run other images on blue than on green, in words. */
  compareImages: Q<{ readonly subject: Subject; readonly namespaces: readonly string[] }, readonly string[]>
  notify: Q<Addressed, void>
}

/** What the worker registers. */
export type Activities = ActionActivities & {
  [N in keyof Questions]: (input: Questions[N]['input']) => Promise<Questions[N]['output']>
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

export const perform = <A extends ActionName>(
  step: ActionStep<A>,
  scope: Scope,
  attempt: number,
  goingBack: boolean,
  choice: Choice | undefined,
): Promise<ActionReceipt<A>> =>
  acts[step.action].executeWithOptions(
    { ...optionsOf(step.action, goingBack), activityId: step.id, summary: summary(step.title) },
    [
      {
        run: workflowInfo().firstExecutionRunId,
        scope,
        step: step.id,
        attempt,
        input: step.input,
        ...(choice && { choice }),
      },
    ],
  )
