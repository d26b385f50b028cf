import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client'
import { upgradeId, type UpgradeRequest, type UpgradeResult } from '../domain/messages.ts'
import type { PlannedUpgrade } from '../domain/outline.ts'
import { asking, endOf, latestRun, requestOf, workerIsThere, type Run } from './ask.ts'
import type { Temporal } from './connect.ts'
import { completedBefore } from './find.ts'
import { Failed, Left, NotReady, Refused } from './problems.ts'
import type { Before, RunOutcome, UpgradeReport } from './shapes.ts'
import { noWorker, translated } from './translate.ts'

/** A plan asks AWS and Kubernetes about every app; one that takes longer has lost somebody. */
const PLAN_WITHIN = '15m'

export interface Started {
  readonly did: 'start' | 'attach'
  readonly workflowId: string
  readonly runId: string
}

/**
 * The run that goes on already, if it was asked for with this request; undefined where none is open.
 * Throws `Refused` when another one is.
 */
export async function running(temporal: Temporal, request: UpgradeRequest): Promise<Started | undefined> {
  const run = await latestRun(temporal, request.platform)
  if (run === undefined || endOf(run.status.name) !== 'running') return undefined
  const { workflowId, runId, startTime } = run
  const theirs = await requestOf(temporal, workflowId, runId)
  const other = (['platform', 'to', 'by', 'file'] as const).filter((field) => theirs[field] !== request[field])
  if (other.length === 0) return { did: 'attach', workflowId, runId }
  const differs = other.map((f) =>
    f === 'file' ? 'the platform file' : `${f} (${request[f] ?? 'none'}, there ${theirs[f] ?? 'none'})`,
  )
  throw new Refused(
    'already-running',
    `${request.platform} is being upgraded to ${theirs.to ?? '?'} already, started by ${theirs.by ?? '?'} at ${startTime.toISOString()}; yours differs in ${differs.join(', ')}.\nSee how it goes: norikae watch ${request.platform}`,
  )
}

/** Starts it, or attaches to the run with this request. Safe to repeat. */
export async function start(temporal: Temporal, request: UpgradeRequest): Promise<Started> {
  const there = await running(temporal, request)
  if (there) return there
  if (!(await workerIsThere(temporal))) throw noWorker(temporal.taskQueue)
  const { platform, to, by, file } = request
  const workflowId = upgradeId(platform)
  try {
    const { firstExecutionRunId: runId } = await asking(temporal, workflowId, () =>
      temporal.client.workflow.start('clusterUpgrade', {
        workflowId,
        taskQueue: temporal.taskQueue,
        args: [request],
        workflowTaskTimeout: '60s', // measured: shorter ones time out when 1,500 apps are committed
        staticSummary: `upgrade ${platform} to ${to}`,
        staticDetails: `Started by ${by}, ${file === undefined ? "with the worker's own platform file" : 'with a platform file sent along'}. Who is waited for, and the JSON to send, is in the current details.`,
      }),
    )
    return { did: 'start', workflowId, runId }
  } catch (error) {
    // Somebody started one between our look and our start.
    const raced = error instanceof WorkflowExecutionAlreadyStartedError ? await running(temporal, request) : undefined
    if (raced) return raced
    throw error
  }
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
 * What the upgrade would do. Runs on the worker, which alone can look outside; changes nothing, and leaves nothing
 * running behind. Throws `NotReady` where nobody works on it any more.
 */
export async function plan(
  temporal: Temporal,
  request: UpgradeRequest,
  { signal, news, everyMs = LOOK_EVERY_MS, giveUpAfterMs = GIVE_UP_AFTER_MS }: Patience,
): Promise<PlannedUpgrade> {
  if (!(await workerIsThere(temporal))) throw noWorker(temporal.taskQueue)
  const { client, taskQueue } = temporal
  const what = `plan of ${request.platform}`
  const workflowId = `upgrade-plan/${request.platform}/${randomUUID().slice(0, 8)}`
  const handle = await asking(temporal, workflowId, () =>
    client.workflow.start('upgradePlan', {
      workflowId,
      taskQueue,
      args: [request],
      workflowExecutionTimeout: PLAN_WITHIN,
      staticSummary: `plan ${request.platform} to ${request.to}`,
    }),
  )
  const over = new AbortController()
  const result: Promise<{ readonly planned: PlannedUpgrade }> = client
    .withAbortSignal(over.signal, () => handle.result())
    .then((planned: PlannedUpgrade) => ({ planned }))
  try {
    let [alive, aliveAt] = ['', Date.now()]
    for (;;) {
      const done = await Promise.race([result, sleep(everyMs, undefined, { signal }).catch(() => undefined)])
      if (done) return done.planned
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
  const beats = pending.map((p) => p.lastHeartbeatTime?.seconds?.toString() ?? '')
  const [first, ...more] = pending
  const failed = first?.lastFailure?.message
  const doing = [
    first?.activityId ?? 'a worker to take it',
    ...(more.length > 0 ? [` and ${more.length} more`] : []),
    ...(failed === undefined || failed === null ? [] : [`, attempt ${first?.attempt ?? 1}; before: ${failed}`]),
  ]
  return { sign: [historyLength, ...beats].join(), doing: doing.join('') }
}

export interface Ending {
  readonly outcome: RunOutcome
  readonly result?: UpgradeResult
  /** Why it failed. */
  readonly message?: string
}

/** How a run ended; `running` when it goes on. Never waits. */
export async function ending(temporal: Temporal, run: Run): Promise<Ending> {
  const ended = endOf(run.status.name)
  if (ended === 'running') return { outcome: ended }
  const handle = temporal.client.workflow.getHandle(run.workflowId, run.runId, { followRuns: false })
  try {
    const result: UpgradeResult = await asking(temporal, run.workflowId, () => handle.result())
    return { outcome: result.outcome, result }
  } catch (error) {
    if (ended === undefined) throw error
    return { outcome: ended, message: error instanceof Error ? error.message : String(error) }
  }
}

/** Throws while it goes on: the report is made at the end. */
export async function report(temporal: Temporal, platform: string): Promise<UpgradeReport> {
  const run = await latestRun(temporal, platform)
  if (run === undefined) throw new NotReady('not-found', `${platform} was never upgraded here; see: norikae status`)
  const { outcome, result, message } = await ending(temporal, run)
  if (outcome === 'running')
    throw new NotReady(
      'not-found',
      `${platform} is being upgraded: the report is made at the end. Until then: norikae status ${platform}`,
    )
  if (result === undefined) throw new Failed(`the upgrade of ${platform} made no report: ${message ?? outcome}`)
  const [{ to = '', by = '' }, before] = await Promise.all([
    requestOf(temporal, run.workflowId, run.runId),
    doneBefore(temporal, platform, run),
  ])
  return {
    platform,
    to,
    by,
    workflowId: run.workflowId,
    runId: run.runId,
    outcome: result.outcome,
    startedAt: run.startTime.toISOString(),
    closedAt: (run.closeTime ?? run.startTime).toISOString(),
    report: result.report,
    ...(before && { before }),
  }
}

/** The last one that came to its end: one that was rejected or went back is no measure. */
async function doneBefore(temporal: Temporal, platform: string, { startTime }: Run): Promise<Before | undefined> {
  for (const run of await completedBefore(temporal, platform, startTime)) {
    const [{ to = '' }, { result }] = await Promise.all([
      requestOf(temporal, run.workflowId, run.runId),
      ending(temporal, run),
    ])
    if (result?.outcome !== 'done') continue
    const closedAt = (run.closeTime ?? run.startTime).toISOString()
    return { runId: run.runId, to, closedAt, effort: result.report.effort }
  }
  return undefined
}
