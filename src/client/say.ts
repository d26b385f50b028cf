import type { Answer } from '../domain/gates.ts'
import type { Command } from '../domain/messages.ts'
import { asking, workerIsThere } from './ask.ts'
import type { Temporal } from './connect.ts'
import { NotReady } from './problems.ts'

/**
 * Sends an answer or an order as an update: it counts when this returns. Throws `Refused` with the worker's reason.
 * Where no worker answers it throws `NotReady` with the signal that works without one; it sends none by itself, because
 * a signal is refused in silence.
 */
export async function say(
  temporal: Temporal,
  workflowId: string,
  message: Answer | Command,
  body: Readonly<Record<string, string>>,
): Promise<void> {
  const signal = `temporal workflow signal --workflow-id '${quoted(workflowId)}' --name ${message} --input '${quoted(JSON.stringify(body))}'`
  // Not sent at all: an update that nobody takes may still arrive when a worker comes back.
  if (!(await workerIsThere(temporal)))
    throw new NotReady(
      'no-worker',
      `no worker answers on task queue ${temporal.taskQueue}; nothing was sent. Start one (npm run worker) and try again, or leave a signal, which is read when one starts:\n  ${signal}`,
    )
  try {
    await asking(temporal, workflowId, () =>
      temporal.client.workflow.getHandle(workflowId).executeUpdate<string, [typeof body]>(message, { args: [body] }),
    )
  } catch (error) {
    if (!(error instanceof NotReady) || error.code !== 'no-worker') throw error
    throw new NotReady(
      'no-answer',
      `no worker answered within 10 s on task queue ${temporal.taskQueue}. It may still count when one does: look first (norikae status). A signal works without one:\n  ${signal}`,
      error,
    )
  }
}

/** For single quotes of a shell. */
const quoted = (text: string): string => text.replaceAll("'", String.raw`'\''`)
