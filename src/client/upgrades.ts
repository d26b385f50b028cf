import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client'
import type { Draft, DraftRequest } from '../domain/draft.ts'
import { upgradeId, type UpgradeRequest, type UpgradeResult } from '../domain/messages.ts'
import type { HealthExplained, HealthRequest } from '../domain/health-explained.ts'
import { sourced } from '../domain/finding-sources.ts'
import type { Outline, PlannedUpgrade } from '../domain/outline.ts'
import type { Preflight, PreflightRequest } from '../domain/preflight.ts'
import type { RequestedChanges, RequestedRequest } from '../domain/requested-changes.ts'
import { START } from '../domain/starting.ts'
import type { ToProve } from '../domain/trust.ts'
import type { Outlook, OutlookRequest } from '../domain/scheduled.ts'
import { asking, endOf, latestRun, requestOf, workerIsThere, type Run } from './ask.ts'
import type { Temporal } from './connect.ts'
import { completedBefore } from './find.ts'
import { lookOutside, type Patience } from './look-outside.ts'
import { Failed, NotReady, Refused } from './problems.ts'
import { proven } from './prove.ts'
import type { Before, RunOutcome, UpgradeReport } from './shapes.ts'
import { noWorker } from './translate.ts'

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

/**
 * Starts it, with its proof where the platform wants one, or attaches to the run with this request. Safe to repeat. Throws
 * `BadInput` where there is nothing to prove it with.
 */
export async function start(
  temporal: Temporal,
  request: UpgradeRequest,
  proves: ToProve | undefined,
): Promise<Started> {
  const there = await running(temporal, request)
  if (there) return there
  if (!(await workerIsThere(temporal))) throw noWorker(temporal.taskQueue)
  const { platform, to, by, file } = request
  const workflowId = upgradeId(platform)
  const { body } = await proven({ workflowId, message: START, body: { ...request } }, proves)
  try {
    const { firstExecutionRunId: runId } = await asking(temporal, workflowId, () =>
      temporal.client.workflow.start('clusterUpgrade', {
        workflowId,
        taskQueue: temporal.taskQueue,
        args: [body],
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

/**
 * What the upgrade would do. Runs on the worker, which alone can look outside; changes nothing. Throws as `lookOutside`.
 */
export async function plan(temporal: Temporal, request: UpgradeRequest, patience: Patience): Promise<PlannedUpgrade> {
  const it = await lookOutside<PlannedUpgrade>(
    temporal,
    {
      type: 'upgradePlan',
      id: `upgrade-plan/${request.platform}`,
      what: `plan of ${request.platform}`,
      summary: `plan ${request.platform} to ${request.to}`,
    },
    request,
    patience,
  )
  const told = (of: Outline): Outline => ({ ...of, findings: sourced(of.findings) })
  return { ...it, upgrade: told(it.upgrade), cutovers: it.cutovers.map(told) }
}

/** What is in the way of an upgrade, by who has to act. As `plan`. */
export async function preflight(temporal: Temporal, request: PreflightRequest, patience: Patience): Promise<Preflight> {
  const it = await lookOutside<Preflight>(
    temporal,
    {
      type: 'upgradePreflight',
      id: `upgrade-preflight/${request.platform}`,
      what: `preflight of ${request.platform}`,
      summary: `look what is in the way of an upgrade of ${request.platform}`,
    },
    request,
    patience,
  )
  return { ...it, teams: it.teams.map((team) => ({ ...team, findings: sourced(team.findings) })) }
}

/** A platform file for a cluster that has none. As `plan`. */
export const draft = (temporal: Temporal, request: DraftRequest, patience: Patience): Promise<Draft> =>
  lookOutside(
    temporal,
    {
      type: 'platformDraft',
      id: `platform-draft/${request.cluster}`,
      what: `look at ${request.cluster}`,
      summary: `look what is on ${request.cluster}`,
    },
    request,
    patience,
  )

/** What the schedule of a platform would do next. As `plan`. */
export const next = (temporal: Temporal, request: OutlookRequest, patience: Patience): Promise<Outlook> =>
  lookOutside(
    temporal,
    {
      type: 'nextUpgrade',
      id: `next-upgrade/${request.platform}`,
      what: `look at ${request.platform}`,
      summary: `look whether ${request.platform} is to be upgraded`,
    },
    request,
    patience,
  )

/** What the checks of an app say now, and why. As `plan`. */
export const health = (temporal: Temporal, request: HealthRequest, patience: Patience): Promise<HealthExplained> =>
  lookOutside(
    temporal,
    {
      type: 'healthExplained',
      id: `health-explained/${request.platform}/${request.app}`,
      what: `look at ${request.app}`,
      summary: `look what the checks of ${request.app} say`,
    },
    request,
    patience,
  )

/** What others are asked for, whole. As `plan`. */
export const requested = (
  temporal: Temporal,
  request: RequestedRequest,
  patience: Patience,
): Promise<RequestedChanges> =>
  lookOutside(
    temporal,
    {
      type: 'requestedChanges',
      id: `requested-changes/${request.platform}`,
      what: `look at what is asked of others for ${request.platform}`,
      summary: `look what is asked of others for ${request.platform}`,
    },
    request,
    patience,
  )

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
    from: result.from,
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

/**
 * The last one that came to its end: one that was rejected or went back is no measure. A refresh asks people for as much as
 * an upgrade does, so it is one.
 */
async function doneBefore(temporal: Temporal, platform: string, { startTime }: Run): Promise<Before | undefined> {
  for (const run of await completedBefore(temporal, platform, startTime)) {
    const [{ to = '' }, { result }] = await Promise.all([
      requestOf(temporal, run.workflowId, run.runId),
      ending(temporal, run),
    ])
    if (result?.outcome !== 'done') continue
    const closedAt = (run.closeTime ?? run.startTime).toISOString()
    return { runId: run.runId, from: result.from, to, closedAt, effort: result.report.effort }
  }
  return undefined
}
