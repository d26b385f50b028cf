import { expect, test } from 'vitest'
import { isHeard, leavesEvent, type Named } from '../../src/domain/task-traces.ts'

test.for<{ says: string; job: Named; heard: boolean }>([
  { says: 'the end of an activity', job: { resolveActivity: { seq: 1 } }, heard: true },
  { says: 'a timer', job: { fireTimer: { seq: 1 }, queryWorkflow: null }, heard: true },
  { says: 'a signal', job: { signalWorkflow: { signalName: 'pause' } }, heard: true },
  { says: 'its beginning', job: { initializeWorkflow: {} }, heard: true },
  { says: 'somebody who asks', job: { queryWorkflow: { queryId: '1' } }, heard: false },
  { says: 'an update, which is an event once it is accepted', job: { doUpdate: { name: 'pause' } }, heard: false },
  { says: 'a worker that needs the room', job: { removeFromCache: {} }, heard: false },
])('$says is heard: $heard', ({ job, heard }) => {
  expect(isHeard(job)).toBe(heard)
})

const timer = { startTimer: { seq: 7 }, userMetadata: { summary: {} } }
const activity = { scheduleActivity: { seq: 3 } }
test.for<{ says: string; commands: Named[]; leaves: boolean }>([
  { says: 'nothing', commands: [], leaves: false },
  { says: 'a timer', commands: [timer], leaves: true },
  { says: 'a timer of before, taken back', commands: [{ cancelTimer: { seq: 7 } }], leaves: true },
  { says: 'a timer, taken back at once', commands: [timer, { cancelTimer: { seq: 7 } }], leaves: false },
  { says: 'a timer, and another taken back', commands: [timer, { cancelTimer: { seq: 8 } }], leaves: true },
  { says: 'an activity', commands: [activity], leaves: true },
  { says: 'an activity that is left alone', commands: [{ requestCancelActivity: { seq: 3 } }], leaves: false },
  {
    says: 'an activity, taken back at once',
    commands: [activity, { requestCancelActivity: { seq: 3 } }],
    leaves: false,
  },
  {
    says: 'a child, taken back at once',
    commands: [{ startChildWorkflowExecution: { seq: 5 } }, { cancelChildWorkflowExecution: { childWorkflowSeq: 5 } }],
    leaves: false,
  },
  { says: 'a signal to another', commands: [{ signalExternalWorkflowExecution: { seq: 2 } }], leaves: true },
  { says: 'an answer to who asks', commands: [{ respondToQuery: {} }], leaves: false },
  { says: 'a message that is refused', commands: [{ updateResponse: { rejected: { message: 'no' } } }], leaves: false },
  { says: 'a message that is accepted', commands: [{ updateResponse: { accepted: {} } }], leaves: true },
  { says: 'a memo', commands: [{ modifyWorkflowProperties: {} }], leaves: true },
  { says: 'its end', commands: [{ completeWorkflowExecution: {} }], leaves: true },
])('$says leaves an event: $leaves', ({ commands, leaves }) => {
  expect(leavesEvent(commands)).toBe(leaves)
})
