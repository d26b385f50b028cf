import { cutoverId, upgradeId, type CutoverStatus, type UpgradeStatus } from '../domain/messages.ts'
import { cutoverStatus, describe, latestRun, requestOf, upgradeStatus, type Run } from './ask.ts'
import type { Temporal } from './connect.ts'
import { attribute, endedUpgrades, openCutovers, openUpgrades, platformOf, type Sighting } from './find.ts'
import { gatesOf } from './gates.ts'
import { holding } from './holding.ts'
import { keptView } from './kept.ts'
import { NotReady } from './problems.ts'
import type { Overview, UpgradeSummary, UpgradeView } from './shapes.ts'
import { ending } from './upgrades.ts'

/** Cutovers that are asked at once for their details; the others are known by their upgrade's counts. */
const ASKED_AT_ONCE = 30

/** One upgrade as it stands, with the details of the apps that need a look. Throws `NotReady` when it never was. */
export async function viewOf(temporal: Temporal, platform: string, runId?: string): Promise<UpgradeView> {
  const run =
    runId === undefined ? await latestRun(temporal, platform) : await describe(temporal, upgradeId(platform), runId)
  if (run === undefined) throw new NotReady('not-found', `${platform} was never upgraded here; see: norikae status`)
  const [{ outcome, message }, status, open] = await Promise.all([
    ending(temporal, run),
    statusIn(temporal, platform, run),
    openCutovers(temporal, platform),
  ])
  const cutovers = await detailsOf(temporal, worthAsking(platform, status, open))
  return {
    at: new Date().toISOString(),
    workflowId: run.workflowId,
    runId: run.runId,
    outcome,
    ...(message !== undefined && { message }),
    status,
    cutovers,
    gates: gatesOf(platform, outcome === 'running' ? status : undefined, cutovers),
  }
}

async function statusIn(temporal: Temporal, platform: string, run: Run): Promise<UpgradeStatus> {
  const asSent = async () => {
    const { to = '', by = '' } = await requestOf(temporal, run.workflowId, run.runId)
    return { platform, to, by }
  }
  try {
    const status = await upgradeStatus(temporal, platform, run.runId)
    // It ended before it had read what was sent.
    return run.closeTime !== undefined && status.from === '' ? { ...status, ...(await asSent()) } : status
  } catch (error) {
    // A run that failed before it could say anything; or one that is over, and no worker is there to read it.
    if (run.closeTime === undefined) throw error
    return { ...untold(run), ...(await asSent()) }
  }
}

/**
 * The same, also where no worker answers: then it is what Temporal itself has kept, and says so (`silent`, `kept`). With
 * what each gate holds up.
 */
export async function viewOrKept(temporal: Temporal, platform: string, runId?: string): Promise<UpgradeView> {
  try {
    return holding(await viewOf(temporal, platform, runId))
  } catch (error) {
    if (!(error instanceof NotReady) || error.code !== 'no-worker') throw error
    const run = await describe(temporal, upgradeId(platform), runId)
    return holding(await keptView(temporal, platform, run, error.message))
  }
}

/** All that is open, the latest that ended, and every gate where somebody is waited for. */
export async function overview(temporal: Temporal): Promise<Overview> {
  const [open, ended] = await Promise.all([openUpgrades(temporal), endedUpgrades(temporal)])
  const [upgrades, views] = await Promise.all([
    Promise.all([...open, ...ended].map((run) => summaryOf(temporal, run))),
    Promise.all(open.map((run) => viewIn(temporal, run))),
  ])
  const silent = views.flatMap((view) => (view instanceof NotReady ? view.message : (view.silent ?? [])))
  return {
    upgrades,
    gates: views.flatMap((view) => (view instanceof NotReady ? [] : view.gates)),
    ...(silent[0] !== undefined && { silent: silent[0] }),
  }
}

/** One that does not answer takes nothing from the others: what Temporal itself knows of it is shown. */
const viewIn = async (temporal: Temporal, run: Run): Promise<UpgradeView | NotReady> => {
  try {
    return await viewOrKept(temporal, platformOf(run), run.runId)
  } catch (error) {
    if (error instanceof NotReady) return error
    throw error
  }
}

async function summaryOf(temporal: Temporal, run: Run): Promise<UpgradeSummary> {
  const { workflowId, runId, startTime, closeTime } = run
  const [{ to = '', by = '' }, { outcome }] = await Promise.all([
    requestOf(temporal, workflowId, runId),
    ending(temporal, run),
  ])
  return {
    platform: platformOf(run),
    to,
    by,
    workflowId,
    runId,
    startedAt: startTime.toISOString(),
    ...(closeTime && { closedAt: closeTime.toISOString() }),
    outcome,
    phase: attribute(run, 'NorikaePhase'),
    waitingFor: outcome === 'running' ? attribute(run, 'NorikaeWaitingFor') : [],
  }
}

/** Who waits first, then who is in trouble, then who moves. */
export function worthAsking(platform: string, { apps }: UpgradeStatus, open: readonly Sighting[]): string[] {
  const standing = (app: string) => apps.find((a) => a.app === app)?.environments.map((e) => e.is) ?? []
  const urgency = ({ app, phase, waitingFor }: Sighting): number => {
    const is = standing(app)
    if (waitingFor.length > 0) return 0
    if (is.includes('trouble') || phase.some((p) => /: (stuck|going-back|rolled-back|waiting)$/.test(p))) return 1
    if (is.includes('awaited') || is.includes('window')) return 1
    if (is.includes('moving') || phase.some((p) => /: (moving|paused)$/.test(p))) return 2
    return 3
  }
  const known = open.map((s) => ({ id: s.workflowId, urgency: urgency(s) }))
  // Visibility may lag: who moves by the upgrade's word is asked although no list shows it yet.
  const unseen = apps
    .filter((a) => a.environments.some((e) => ['moving', 'awaited', 'window', 'trouble'].includes(e.is)))
    .map((a) => ({ id: cutoverId(platform, a.app), urgency: 2 }))
    .filter(({ id }) => !known.some((k) => k.id === id))
  return [...known, ...unseen]
    .filter((k) => k.urgency < 3)
    .toSorted((a, b) => a.urgency - b.urgency)
    .slice(0, ASKED_AT_ONCE)
    .map((k) => k.id)
}

/** One that ended in between, or cannot answer now, is left out: the upgrade's counts still hold it. */
async function detailsOf(temporal: Temporal, ids: readonly string[]): Promise<CutoverStatus[]> {
  const found = await Promise.all(ids.map((id) => cutoverStatus(temporal, id).catch(() => undefined)))
  return found.flatMap((status) => status ?? []).toSorted((a, b) => (a.app < b.app ? -1 : 1))
}

const untold = ({ startTime }: Run): Omit<UpgradeStatus, 'platform' | 'to' | 'by'> => ({
  from: '',
  since: startTime.toISOString(),
  paused: false,
  apps: [],
  members: {},
  findings: [],
  refused: [],
})
