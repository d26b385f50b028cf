import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { LONGEST_REFRESH_MS } from '../domain/insights.ts'
import { asking, workerIsThere } from './ask.ts'
import type { Temporal } from './connect.ts'
import { Failed, Left, NotReady } from './problems.ts'
import { noWorker, translated } from './translate.ts'

/**
 * In milliseconds. It asks AWS and Kubernetes about every app; one that takes longer has lost somebody. That EKS looks again
 * first is no part of it.
 */
export const WITHIN_MS = LONGEST_REFRESH_MS + 15 * 60_000

interface Look {
  /** Of a workflow that only reads. */
  readonly type:
    | 'upgradePlan'
    | 'upgradePreflight'
    | 'platformDraft'
    | 'nextUpgrade'
    | 'healthExplained'
    | 'requestedChanges'
  /** What its id begins with. */
  readonly id: string
  readonly what: string
  readonly summary: string
}

export interface Patience {
  /** Who asked has gone: what was begun is ended, and `Left` thrown. */
  readonly signal: AbortSignal
  /** What is waited for, now and then. */
  readonly news: (what: string) => void
  readonly everyMs?: number
  /** Without a sign of life. */
  readonly giveUpAfterMs?: number
}

/** An attempt of what it does takes a minute at most, and tells how far it is. */
const GIVE_UP_AFTER_MS = 180_000
const LOOK_EVERY_MS = 3000

/**
 * Looks outside by a workflow on the worker, which alone can; changes nothing, and leaves nothing running behind. Throws
 * `NotReady` where nobody works on it any more, and `Left` where who asked has gone.
 */
export async function lookOutside<T>(
  temporal: Temporal,
  { type, id, what, summary }: Look,
  request: object,
  { signal, news, everyMs = LOOK_EVERY_MS, giveUpAfterMs = GIVE_UP_AFTER_MS }: Patience,
): Promise<T> {
  if (!(await workerIsThere(temporal))) throw noWorker(temporal.taskQueue)
  const { client, taskQueue } = temporal
  const workflowId = `${id}/${randomUUID().slice(0, 8)}`
  const handle = await asking(temporal, workflowId, () =>
    client.workflow.start(type, {
      workflowId,
      taskQueue,
      args: [request],
      workflowExecutionTimeout: WITHIN_MS,
      staticSummary: summary,
    }),
  )
  const over = new AbortController()
  const result: Promise<{ readonly seen: T }> = client
    .withAbortSignal(over.signal, () => handle.result())
    .then((seen: T) => ({ seen }))
  try {
    let [alive, aliveAt] = ['', Date.now()]
    for (;;) {
      const done = await Promise.race([result, sleep(everyMs, undefined, { signal }).catch(() => undefined)])
      if (done) return done.seen
      if (signal.aborted) throw new Left(`the ${what} was stopped`)
      const { sign, doing } = await progress(temporal, workflowId)
      if (sign !== alive) [alive, aliveAt] = [sign, Date.now()]
      news(doing)
      if (!(await workerIsThere(temporal))) throw noWorker(taskQueue)
      if (Date.now() - aliveAt > giveUpAfterMs)
        throw new NotReady(
          'no-progress',
          `nobody works on the ${what} any more; last: ${doing}. Look at the worker's log`,
        )
    }
  } catch (error) {
    await handle.terminate('who asked for it has gone').catch(() => undefined) // or it is over
    const problem = translated(error, temporal, what)
    throw problem instanceof Failed ? new Failed(problem.message, true) : problem
  } finally {
    over.abort()
    await result.catch(() => undefined)
  }
}

/** `sign`: changes while somebody works on it. */
async function progress(temporal: Temporal, workflowId: string): Promise<{ sign: string; doing: string }> {
  const { raw, historyLength } = await asking(temporal, workflowId, () =>
    temporal.client.workflow.getHandle(workflowId).describe(),
  )
  const pending = raw.pendingActivities ?? []
  // What waits for others (EKS looks again) is asked again and again: each time somebody works on it.
  const beats = pending.map((p) => {
    const waits = p.lastFailure?.applicationFailureInfo?.type === 'NotReady'
    return `${p.lastHeartbeatTime?.seconds?.toString() ?? ''}${waits ? ` ${p.attempt ?? 1}` : ''}`
  })
  const [first, ...more] = pending
  const failed = first?.lastFailure?.message
  const doing = [
    first?.activityId ?? 'a worker to take it',
    ...(more.length > 0 ? [` and ${more.length} more`] : []),
    ...(failed === undefined || failed === null ? [] : [`, attempt ${first?.attempt ?? 1}; before: ${failed}`]),
  ]
  return { sign: [historyLength, ...beats].join(), doing: doing.join('') }
}
