import { cutoverId, type CutoverStatus, type UpgradeStatus } from '../domain/messages.ts'
import type { Subject } from '../domain/plan.ts'
import type { Status } from '../domain/status.ts'
import { clustersAt, type Where } from '../domain/where.ts'
import { asking, cutoverStatus, latestRun, upgradeStatus, workerIsThere } from './ask.ts'
import type { Temporal } from './connect.ts'
import { endedUpgrades, platformOf, thePlatform } from './find.ts'
import { BadInput, NotReady } from './problems.ts'
import type { RunOutcome, Whereabouts } from './shapes.ts'
import { noWorker } from './translate.ts'
import { ending } from './upgrades.ts'

/** All that tells where an environment is: the platform's latest upgrade, and the app's latest cutover. */
export interface Known {
  readonly outcome?: RunOutcome
  readonly upgrade?: UpgradeStatus
  readonly cutover?: CutoverStatus
}

/**
 * To which clusters a pipeline deploys now. Throws `BadInput` where there is no such environment, and `NotReady` where
 * nobody knows: a pipeline must not guess.
 */
export async function whereIs(
  temporal: Temporal,
  platform: string,
  app: string,
  environment: string,
): Promise<Whereabouts> {
  if (!(await workerIsThere(temporal))) throw noWorker(temporal.taskQueue)
  const run = await latestRun(temporal, platform)
  const [end, upgrade, cutover] = await Promise.all([
    run && ending(temporal, run),
    run && upgradeStatus(temporal, platform, run.runId),
    cutoverStatus(temporal, cutoverId(platform, app)).catch(undefinedWhereMissing),
  ])
  const known = { ...(end && { outcome: end.outcome }), ...(upgrade && { upgrade }), ...(cutover && { cutover }) }
  const found = whereabouts(platform, app, environment, known)
  if (runOf(cutover, environment)?.awaits === undefined) return found
  const missing = await missingOn(temporal, cutoverId(platform, app), environment)
  return { ...found, ...(missing !== undefined && { waitingFor: missing }) }
}

/** The same from what is known. Pure. */
export function whereabouts(platform: string, app: string, environment: string, known: Known): Whereabouts {
  const { outcome, upgrade, cutover } = known
  const subject = upgrade?.run?.subject
  const run = runOf(cutover, environment)
  const at = (scope: Subject, where: Where): Whereabouts => ({
    platform,
    app,
    environment,
    where,
    clusters: clustersAt(scope, where),
  })
  // One of an earlier upgrade says nothing of this one.
  if (run && (subject === undefined || isSameUpgrade(run.subject, subject))) {
    if (run.where === undefined) throw unknown(`the plan of ${app} ${environment} does not tell`)
    return at(run.subject, run.where)
  }
  if (outcome === undefined || upgrade === undefined)
    throw unknown(`${platform} was never upgraded here, or too long ago`)
  if (subject === undefined)
    throw unknown(
      outcome === 'running'
        ? `the upgrade of ${platform} is being planned; ask again in a moment`
        : `the last upgrade of ${platform} ended (${outcome}) before it was planned`,
    )
  mustBeThere(upgrade, app, environment)
  switch (outcome) {
    case 'running':
    case 'rolled-back':
    case 'rejected':
    case 'blocked':
      return at(subject, 'blue')
    case 'done':
      return at(subject, 'green')
    default:
      throw unknown(`the last upgrade of ${platform} ended as ${outcome}, and ${app} does not tell any more`)
  }
}

/** The only open upgrade; where none is open, the only platform that was ever upgraded. `unsure`: what is not known without it. */
export async function platformMeant(
  temporal: Temporal,
  named: string | undefined,
  unsure: (why: string) => NotReady = unknown,
): Promise<string> {
  try {
    return await thePlatform(temporal, named)
  } catch (error) {
    if (!(error instanceof NotReady) || error.code !== 'not-found') throw error
    const [only, ...others] = new Set((await endedUpgrades(temporal)).map(platformOf))
    if (only === undefined) throw unsure('no platform was ever upgraded here')
    if (others.length === 0) return only
    throw new BadInput(
      `${[only, ...others].toSorted().join(', ')} were upgraded here; say which with --platform <name>`,
    )
  }
}

const unknown = (why: string): NotReady =>
  new NotReady('not-found', `it is not known where to deploy: ${why}. See: norikae status`)

const runOf = (cutover: CutoverStatus | undefined, environment: string): Status | undefined =>
  cutover?.runs.find((r) => r.subject.environment === environment)

const isSameUpgrade = (one: Subject, other: Subject): boolean => one.blue === other.blue && one.green === other.green

function mustBeThere({ platform, apps }: UpgradeStatus, app: string, environment: string): void {
  const found = apps.find((a) => a.app === app)
  if (!found) throw new BadInput(`${platform} has no app ${app}; it has ${apps.map((a) => a.app).join(', ') || 'none'}`)
  const names = found.environments.map((e) => e.name)
  if (!names.includes(environment))
    throw new BadInput(`${app} has no environment ${environment}; it has ${names.join(', ')}`)
}

/** What the wait for its deployment said last. */
async function missingOn(temporal: Temporal, workflowId: string, environment: string): Promise<string | undefined> {
  const { raw } = await asking(temporal, workflowId, () => temporal.client.workflow.getHandle(workflowId).describe())
  const waits = (raw.pendingActivities ?? []).find((p) => p.activityId === `${environment}/deployed`)
  return waits?.lastFailure?.message ?? undefined
}

/** Whoever is there and does not answer may be anywhere: that is no blue. */
function undefinedWhereMissing(error: unknown): undefined {
  if (!(error instanceof NotReady) || error.code !== 'not-found') throw error
}
