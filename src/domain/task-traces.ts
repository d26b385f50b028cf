/** A piece of what Temporal's SDK gives a workflow to do, or of what that wants: one name of the protocol is set in it. */
export type Named = Readonly<Record<string, unknown>>

/** These change nothing in a workflow, or, as a message that is accepted, are in the history by themselves. */
const unheard = ['queryWorkflow', 'doUpdate', 'removeFromCache', 'notifyHasPatch', 'updateRandomSeed']

export const isHeard = (job: Named): boolean => unheard.every((name) => bodyOf(job, name) === undefined)

/** Answers to queries, and what is left alone: an activity or a child may not be asked to end. */
const untold = ['respondToQuery', 'requestCancelActivity', 'cancelChildWorkflowExecution', 'cancelSignalWorkflow']
/** What is begun, what takes it back, and where that says what it means. */
const takenBack = [
  ['startTimer', 'cancelTimer', 'seq'],
  ['scheduleActivity', 'requestCancelActivity', 'seq'],
  ['startChildWorkflowExecution', 'cancelChildWorkflowExecution', 'childWorkflowSeq'],
  ['signalExternalWorkflowExecution', 'cancelSignalWorkflow', 'seq'],
] as const

/**
 * Whether the history will show any of these commands. What is begun and taken back at once never reaches the server; a
 * message that is refused leaves no event.
 */
export function leavesEvent(commands: readonly Named[]): boolean {
  const has = (name: string, key: string, seq: unknown) => commands.some((c) => bodyOf(c, name)?.[key] === seq)
  return commands.some((command) => {
    if (untold.some((name) => bodyOf(command, name))) return false
    if (bodyOf(command, 'updateResponse')?.['rejected'] != null) return false
    const cancelled = bodyOf(command, 'cancelTimer')
    if (cancelled) return !has('startTimer', 'seq', cancelled['seq'])
    return takenBack.every(([begin, end, key]) => {
      const begun = bodyOf(command, begin)
      return !begun || !has(end, key, begun['seq'])
    })
  })
}

const bodyOf = (named: Named, name: string): Named | undefined => (named[name] ?? undefined) as Named | undefined
