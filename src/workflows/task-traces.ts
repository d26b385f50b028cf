import { defaultPayloadConverter, type WorkflowInternalsInterceptor } from '@temporalio/workflow'
import { isHeard, leavesEvent } from '../domain/task-traces.ts'

/** Takes out of the memo what is not in it: the server refuses a memo without fields. */
const changeNothing = {
  modifyWorkflowProperties: {
    upsertedMemo: { fields: { 'norikae-heard': defaultPayloadConverter.toPayload(null) } },
  },
}

/**
 * A task in which something was heard and nothing wanted gets a command that changes nothing: so the history tells it from
 * the next one, whoever reads it (docs/adr/0086-each-task-leaves-an-event.md). One for each workflow.
 */
export function taskTraces(): WorkflowInternalsInterceptor {
  let heard = false
  return {
    activate(input, next) {
      heard ||= (input.activation.jobs ?? []).some((job) => isHeard({ ...job }))
      next(input)
    },
    concludeActivation(input, next) {
      const { commands } = next(input)
      const untold = heard && !leavesEvent(commands.map((command) => ({ ...command })))
      heard = false
      return { commands: untold ? [...commands, changeNothing] : commands }
    },
  }
}
