import { inQuotes, inShell } from '../domain/in-shell.ts'
import type { MessageName } from '../domain/messages.ts'
import { gatesIn, LONGEST_VALID, parseProof } from '../domain/proofs.ts'
import { spelled } from '../domain/people.ts'
import type { ToProve } from '../domain/trust.ts'
import { asking, workerIsThere } from './ask.ts'
import type { Temporal } from './connect.ts'
import { listenerOf } from './planned.ts'
import { BadInput, NotReady } from './problems.ts'
import { proven } from './prove.ts'

/** What is said, and where it goes. */
export interface Said {
  readonly workflowId: string
  readonly message: MessageName
  readonly body: Readonly<Record<string, string | readonly string[]>>
}

/**
 * Sends an answer or an order as an update, with its proof where the platform wants one: it counts when this returns.
 * `plans`: digests of the plans whose gates it is about. Throws `Refused` with the worker's reason, and `BadInput` where
 * there is nothing to prove it with. Where no worker answers it throws `NotReady` with the signal that works without one;
 * it sends none by itself, because a signal is refused in silence.
 */
export async function say(
  temporal: Temporal,
  said: Said,
  proves: ToProve | undefined,
  plans: readonly string[] = [],
): Promise<void> {
  // Not sent at all: an update that nobody takes may still arrive when a worker comes back.
  if (!(await workerIsThere(temporal))) throw await unheard(temporal, [said])
  const { workflowId, message, body } = await proven(said, proves, plans)
  try {
    await asking(temporal, workflowId, () =>
      temporal.client.workflow.getHandle(workflowId).executeUpdate<string, [typeof body]>(message, { args: [body] }),
    )
  } catch (error) {
    if (!isSilence(error)) throw error
    throw new NotReady(
      'no-answer',
      `no worker answered within 10 s on task queue ${temporal.taskQueue}. It may still count when one does: look first (norikae status). A signal works without one${holds(body)}:\n  ${signalOf({ workflowId, message, body })}`,
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
    throw await unheard(temporal, [typeof said === 'function' ? await said() : said], error)
  }
}

const isSilence = (error: unknown): boolean => error instanceof NotReady && error.code === 'no-worker'

/** Why nothing is said now, and what to leave instead. */
export async function unheard(temporal: Temporal, all: readonly Said[], cause?: unknown): Promise<NotReady> {
  const ways = await Promise.all(all.map((said) => wayWithout(temporal, said)))
  return new NotReady(
    'no-worker',
    `no worker answers on task queue ${temporal.taskQueue}; nothing was sent. Start one (npm run worker) and try again, or leave a signal, which is read when one starts${ways.length > 1 ? ', of each' : ''}:\n${ways.map((lines) => lines.map((text) => `  ${text}`).join('\n')).join('\n')}`,
    cause,
  )
}

/** The signal, with a proof that lasts; where it cannot be made here, what makes it. A line each. */
async function wayWithout(temporal: Temporal, bare: Said): Promise<readonly string[]> {
  const listener = await listenerOf(temporal, bare.workflowId).catch((error: unknown) => {
    if (error instanceof NotReady && error.code === 'not-found') return undefined
    throw error
  })
  if (!listener) return [signalOf(bare)]
  const { proves, digests, people } = listener
  const { by } = bare.body
  const said = typeof by === 'string' ? { ...bare, body: { ...bare.body, by: spelled(people, by) } } : bare
  if (!proves) return [signalOf(said)]
  const gates = gatesIn(said.body)
  const plans = digests.filter((digest) => gates.some((id) => id.includes(`@${digest.slice(0, 8)}.`)))
  const ofKnown = gates.every((id) => plans.some((digest) => id.includes(`@${digest.slice(0, 8)}.`)))
  if (!ofKnown) return [`signal ${said.message} to ${said.workflowId} with what this prints:`, toSign(said, proves)]
  try {
    const sent = await proven(said, proves, plans, LONGEST_VALID)
    return [signalOf(sent), ...[holds(sent.body).trim()].filter((note) => note !== '')]
  } catch (error) {
    if (!(error instanceof BadInput)) throw error
    return [
      `signal ${said.message} to ${said.workflowId} with what this prints:`,
      toSign(said, proves, plans),
      `(here it was not signed: ${error.message})`,
    ]
  }
}

const options = {
  gate: '--gate',
  gates: '--gate',
  by: '--as',
  app: '--app',
  comment: '--comment',
  typed: '--typed',
  reason: '--reason',
  environment: '--environment',
  notBefore: '--not-before',
  notAfter: '--not-after',
} as const

/** What makes the body on a machine where the key is, as the current details of a workflow have it. */
function toSign(
  { workflowId, message, body }: Said,
  { run, audience }: ToProve,
  plans: readonly string[] = ["<digest: of the gate's plan>"],
): string {
  const said = Object.entries(options).flatMap(([name, option]) => {
    const value = body[name]
    return value === undefined ? [] : [option, ...(typeof value === 'string' ? [value] : value)]
  })
  const all = [
    '--workflow',
    workflowId,
    '--run',
    run,
    ...(plans.length > 0 ? ['--plan', ...plans] : []),
    ...(audience === undefined ? [] : ['--audience', audience]),
    ...said,
    '--for',
    LONGEST_VALID,
  ]
  return `norikae sign ${message} ${all.map(inShell).join(' ')}`
}

/** Until when its proof holds; a token may end before that. */
const holds = ({ proof }: Said['body']): string => {
  const { until, kind } = (typeof proof === 'string' ? parseProof(proof) : undefined) ?? {}
  if (until === undefined) return ''
  return ` (its proof holds until ${until}${kind === 'oidc' ? ', and no longer than its token' : ''})`
}

const signalOf = ({ workflowId, message, body }: Said): string =>
  `temporal workflow signal --workflow-id '${inQuotes(workflowId)}' --name ${message} --input '${inQuotes(JSON.stringify(body))}'`
