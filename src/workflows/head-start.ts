import type { WorkflowInternalsInterceptor } from '@temporalio/workflow'
import { atStart, mayGoOn, paced, type Turn } from '../domain/head-start.ts'

const AHEAD = [
  'a query made this worker run ahead of its task, so that messages could be heard in another order than in a replay.',
  'Nothing is lost: the task is done anew from the history (docs/adr/0045-who-ran-ahead-for-a-query-begins-anew.md)',
].join(' ')

/**
 * Fails the task of whoever ran ahead for a query: the server gives it out again at once, and the worker, which has dropped
 * what it had, runs it from its history. One for each workflow.
 */
export function headStart(): WorkflowInternalsInterceptor {
  let pace = atStart
  return {
    activate(input, next) {
      const { timestamp, historyLength, isReplaying, jobs } = input.activation
      const turn: Turn = {
        at: `${String(timestamp?.seconds ?? '')}.${timestamp?.nanos ?? 0}`,
        events: historyLength ?? 0,
        replaying: isReplaying === true,
        asks: (jobs ?? []).every((job) => job.queryWorkflow != null),
      }
      if (!mayGoOn(pace, turn)) throw new Error(AHEAD)
      pace = paced(pace, turn)
      next(input)
    },
  }
}
