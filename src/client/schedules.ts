import {
  ScheduleNotFoundError,
  type ScheduleDescription,
  type ScheduleExecutionResult,
  type ScheduleHandle,
} from '@temporalio/client'
import { openDays, startAfter, type KeptSchedule, type Start } from '../domain/schedule.ts'
import { scheduleId, type ScheduledResult } from '../domain/scheduled.ts'
import { asking, describe, endOf } from './ask.ts'
import type { Temporal } from './connect.ts'
import { BadInput, NotReady } from './problems.ts'
import type { ScheduledAction, ScheduleView } from './shapes.ts'
import { translated } from './translate.ts'

/** What Temporal knows of the schedules of platforms; none of it needs a worker. */

/** What a schedule did last; the server keeps ten. */
const LAST = 5
const NEXT = 4

export const handleOf = ({ client }: Temporal, platform: string): ScheduleHandle =>
  client.schedule.getHandle(scheduleId(platform))

/** Undefined where the platform has no schedule. */
export const describedOf = (temporal: Temporal, platform: string): Promise<ScheduleDescription | undefined> =>
  asking(temporal, `schedule of ${platform}`, async () => {
    try {
      return await handleOf(temporal, platform).describe()
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return undefined
      throw error
    }
  })

export async function scheduled(temporal: Temporal, platform: string): Promise<ScheduleDescription> {
  const found = await describedOf(temporal, platform)
  if (found) return found
  throw new NotReady(
    'not-found',
    `${platform} has no schedule in namespace ${temporal.namespace}; make one: norikae schedule create -f <file>`,
  )
}

/** The platform that is meant: the only one with a schedule, where none is named. */
export async function thePlatformScheduled(temporal: Temporal, named: string | undefined): Promise<string> {
  if (named !== undefined) return named
  const start = scheduleId('')
  const all = await asking(temporal, 'schedules', async () => {
    const found: string[] = []
    for await (const { scheduleId: id } of temporal.client.schedule.list())
      if (id.startsWith(start)) found.push(id.slice(start.length))
    return found
  })
  const [only, ...others] = all
  if (only === undefined)
    throw new NotReady('not-found', 'no platform has a schedule here; make one: norikae schedule create -f <file>')
  if (others.length > 0) throw new BadInput(`${all.toSorted().join(', ')} have schedules; say which`)
  return only
}

/** The schedule as it stands: its dates, and what became of the last ones. Throws `NotReady` where there is none. */
export async function viewOf(temporal: Temporal, platform: string): Promise<ScheduleView> {
  const { state, info, action } = await scheduled(temporal, platform)
  const kept = keptIn(action.memo)
  const last = info.recentActions.slice(-LAST).toReversed()
  const open = info.runningActions.map((it) => it.workflow.workflowId)
  return {
    platform,
    scheduleId: scheduleId(platform),
    paused: state.paused,
    ...(state.note !== undefined && state.note !== '' && { note: state.note }),
    ...(kept && { kept }),
    next: info.nextActionTimes.slice(0, NEXT).map((at) => startOf(kept, at.toISOString())),
    last: await Promise.all(last.map((it) => actionOf(temporal, it))),
    open,
  }
}

const startOf = (kept: KeptSchedule | undefined, announcedAt: string): Start =>
  (kept && startAfter(kept.schedule, openDays(kept), announcedAt)) ?? { announcedAt, at: announcedAt }

export const KEPT = 'norikae'

/** Undefined where somebody else has made the schedule. */
export function keptIn(memo: Readonly<Record<string, unknown>> | undefined): KeptSchedule | undefined {
  const found = memo?.[KEPT]
  // Written by us alone, as `schedule-changes.ts` does it.
  return typeof found === 'object' && found !== null && 'schedule' in found && 'tells' in found
    ? (found as KeptSchedule)
    : undefined
}

/** What became of one firing. */
async function actionOf(
  temporal: Temporal,
  { scheduledAt, action }: ScheduleExecutionResult,
): Promise<ScheduledAction> {
  const { workflowId, firstExecutionRunId: runId } = action.workflow
  const it = { firedAt: scheduledAt.toISOString(), workflowId, runId }
  const run = await describe(temporal, workflowId, runId).catch(undefinedWhereMissing)
  if (!run) return { ...it, outcome: 'forgotten', because: ['Temporal keeps it no more'] }
  const ended = endOf(run.status.name)
  if (ended === 'running') return { ...it, outcome: 'running', because: [] }
  try {
    const handle = temporal.client.workflow.getHandle(workflowId, runId, { followRuns: false })
    const { outcome, because, to, refresh }: ScheduledResult = await asking(temporal, workflowId, () => handle.result())
    return { ...it, outcome, because, ...(to !== undefined && { to }), ...(refresh && { refresh }) }
  } catch (error) {
    if (ended === undefined) throw error
    const { message } = translated(error, temporal, workflowId) as Error
    return { ...it, outcome: ended, because: [message] }
  }
}

function undefinedWhereMissing(error: unknown): undefined {
  if (!(error instanceof NotReady) || error.code !== 'not-found') throw error
}
