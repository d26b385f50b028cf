import type { Client } from '@temporalio/client'
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common'
import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger } from '@temporalio/worker'
import { options } from '../../src/workflows/activity-options.ts'

export interface Driving {
  /** Each attempt is made twice, as if the answer of the first had been lost. */
  readonly lost?: boolean
  /** When the step was asked for; later attempts of a test may go on from it. */
  readonly scheduledMs?: number
  /** Called after each attempt that was not the last, with why, and for how long it wants to be left alone. */
  readonly between?: (why: string, attempt: number, pause: ApplicationFailure['nextRetryDelay']) => void | Promise<void>
  /** Called when Temporal is told that it goes on. */
  readonly beat?: () => void
  readonly withinMs?: number
  readonly workflow?: { readonly type: string; readonly id: string }
  /** What its workflow has left with Temporal by then. */
  readonly memo?: () => Readonly<Record<string, unknown>>
}

export interface Driven<O> {
  readonly answer: O
  /** Why it was not ready, attempt by attempt. */
  readonly waits: readonly string[]
}

/**
 * One activity, driven to its end the way Temporal does it: attempts, the details of its last heartbeat (as JSON), the time
 * at which it was scheduled, and the policy's list of what is final. Between attempts it waits far shorter.
 */
export async function driven<I, O>(
  activity: (input: I) => Promise<O>,
  input: I,
  { lost = false, scheduledMs = Date.now(), between, beat, withinMs = 40_000, workflow, memo }: Driving = {},
): Promise<Driven<O>> {
  const until = performance.now() + withinMs
  const waits: string[] = []
  let pause: ApplicationFailure['nextRetryDelay']
  let details: unknown
  for (let attempt = 1; ; attempt += 1) {
    const environment = new MockActivityEnvironment(
      {
        attempt,
        heartbeatDetails: details,
        scheduledTimestampMs: scheduledMs,
        ...(workflow && {
          workflowType: workflow.type,
          workflowExecution: { workflowId: workflow.id, runId: 'run' },
        }),
      },
      { logger: new DefaultLogger('ERROR'), ...(memo && { client: knowing(memo) }) },
    )
    environment.on('heartbeat', (sent: unknown) => {
      beat?.()
      details = defaultPayloadConverter.fromPayload(defaultPayloadConverter.toPayload(sent ?? null))
    })
    try {
      if (lost) await environment.run(activity, input).catch(() => undefined)
      return { answer: await environment.run(activity, input), waits }
    } catch (error) {
      if (!(error instanceof ApplicationFailure) || isFinal(error)) throw error
      waits.push(error.message)
      pause = error.nextRetryDelay
      if (performance.now() > until) throw new Error(`not in ${withinMs} ms: ${error.message}`, { cause: error })
    }
    await between?.(waits.at(-1) ?? '', attempt, pause)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const knowing = (memo: () => Readonly<Record<string, unknown>>): Client =>
  ({
    withAbortSignal: (_signal: AbortSignal, work: () => unknown) => work(),
    workflow: { getHandle: () => ({ describe: async () => ({ memo: memo() }) }) },
  }) as unknown as Client // all that is asked of it

const isFinal = ({ nonRetryable, type }: ApplicationFailure): boolean =>
  nonRetryable === true || options.long.retry.nonRetryableErrorTypes.includes(type ?? '')

/** What it ends with when it does not end well. */
export async function ending<I, O>(
  activity: (input: I) => Promise<O>,
  input: I,
  driving: Driving = {},
): Promise<{ readonly type: string; readonly message: string }> {
  try {
    await driven(activity, input, driving)
  } catch (error) {
    if (error instanceof ApplicationFailure) return { type: error.type ?? '', message: error.message }
    throw error
  }
  throw new Error('it ended well')
}

/** One attempt: `ready`, or why not yet; anything final is thrown. */
export async function attempted<I, O>(
  activity: (input: I) => Promise<O>,
  input: I,
  driving: Driving = {},
): Promise<string> {
  class Enough extends Error {}
  try {
    await driven(activity, input, {
      ...driving,
      between: (why) => {
        throw new Enough(why)
      },
    })
    return 'ready'
  } catch (error) {
    if (error instanceof Enough) return error.message
    throw error
  }
}
