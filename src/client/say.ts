import type { MessageName } from '../domain/messages.ts'
import { asking, workerIsThere } from './ask.ts'
import type { Temporal } from './connect.ts'
import { NotReady } from './problems.ts'

/** What is said, and where it goes. */
export interface Said {
  readonly workflowId: string
  readonly message: MessageName
  readonly body: Readonly<Record<string, string | readonly string[]>>
}

/**
 * Sends an answer or an order as an update: it counts when this returns. Throws `Refused` with the worker's reason.
 * Where no worker answers it throws `NotReady` with the signal that works without one; it sends none by itself, because
 * a signal is refused in silence.
 */
export async function say(temporal: Temporal, said: Said): Promise<void> {
  const { workflowId, message, body } = said
  // Not sent at all: an update that nobody takes may still arrive when a worker comes back.
  if (!(await workerIsThere(temporal))) throw leaveA(signalOf(said), temporal)
  try {
    await asking(temporal, workflowId, () =>
      temporal.client.workflow.getHandle(workflowId).executeUpdate<string, [typeof body]>(message, { args: [body] }),
    )
  } catch (error) {
    if (!isSilence(error)) throw error
    throw new NotReady(
      'no-answer',
      `no worker answered within 10 s on task queue ${temporal.taskQueue}. It may still count when one does: look first (norikae status). A signal works without one:\n  ${signalOf(said)}`,
      error,
    )
  }
}

/** Looks at something before it is said: where no worker answers, throws `NotReady` with the signal, as `say` does. */
export async function lookFirst<T>(
  temporal: Temporal,
  said: Said | (() => Promise<Said>),
  look: () => Promise<T>,
): Promise<T> {
  try {
    return await look()
  } catch (error) {
    if (!isSilence(error)) throw error
    throw leaveA(signalOf(typeof said === 'function' ? await said() : said), temporal, error)
  }
}

const isSilence = (error: unknown): boolean => error instanceof NotReady && error.code === 'no-worker'

const signalOf = ({ workflowId, message, body }: Said): string =>
  `temporal workflow signal --workflow-id '${quoted(workflowId)}' --name ${message} --input '${quoted(JSON.stringify(body))}'`

const leaveA = (signal: string, { taskQueue }: Temporal, cause?: unknown): NotReady =>
  new NotReady(
    'no-worker',
    `no worker answers on task queue ${taskQueue}; nothing was sent. Start one (npm run worker) and try again, or leave a signal, which is read when one starts:\n  ${signal}`,
    cause,
  )

/** For single quotes of a shell. */
const quoted = (text: string): string => text.replaceAll("'", String.raw`'\''`)
