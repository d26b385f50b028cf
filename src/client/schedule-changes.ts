import {
  ScheduleAlreadyRunning,
  ScheduleOverlapPolicy,
  type CalendarSpec,
  type ScheduleDescription,
  type ScheduleOptions,
} from '@temporalio/client'
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'
import {
  firingsOf,
  inWords,
  openDays,
  startsAfter,
  type FiringCalendar,
  type KeptSchedule,
} from '../domain/schedule.ts'
import { scheduleId, type ScheduledRequest } from '../domain/scheduled.ts'
import { asking } from './ask.ts'
import type { Temporal } from './connect.ts'
import { Refused } from './problems.ts'
import { describedOf, handleOf, KEPT, keptIn, scheduled } from './schedules.ts'

/** What is said to Temporal of a platform's schedule. None of it needs a worker. */

/**
 * While one is open there is none to start; an upgrade that would have been announced yesterday still is, one of last week
 * is not; one that ended badly is looked at by somebody before the next.
 */
const policies = {
  overlap: ScheduleOverlapPolicy.SKIP,
  catchupWindow: 24 * 3600 * 1000,
  pauseOnFailure: true,
} as const satisfies ScheduleDescription['policies']

const MONTHS = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
] as const
const WEEKDAYS = {
  Sun: 'SUNDAY',
  Mon: 'MONDAY',
  Tue: 'TUESDAY',
  Wed: 'WEDNESDAY',
  Thu: 'THURSDAY',
  Fri: 'FRIDAY',
  Sat: 'SATURDAY',
} as const

/** Which years have a February of 29 days, and of 28; 2100 is another matter. */
const YEARS = {
  leap: [{ start: 2028, end: 2096, step: 4 }],
  common: [1, 2, 3].map((n) => ({ start: 2024 + n, end: 2096 + n, step: 4 })),
}

/** Which of these are other than what is there, in words; none: it is as it should be. */
export interface Planned {
  readonly is: 'new' | 'same' | 'changed'
  readonly changes: readonly string[]
}

/** Compares; changes nothing. */
export async function planned(temporal: Temporal, platform: string, kept: KeptSchedule): Promise<Planned> {
  const found = await describedOf(temporal, platform)
  if (!found) return { is: 'new', changes: [] }
  const changes = changesOf(temporal, found, kept)
  return { is: changes.length === 0 ? 'same' : 'changed', changes }
}

/**
 * Makes the schedule, or makes the one that is there like this; a paused one stays paused. Safe to repeat. Throws
 * `Refused` where somebody makes one in the same moment.
 */
export async function put(temporal: Temporal, platform: string, kept: KeptSchedule, by: string): Promise<void> {
  const { spec, action, policies } = optionsOf(temporal, platform, kept)
  const found = await describedOf(temporal, platform)
  await asking(temporal, `schedule of ${platform}`, async () => {
    if (found) return handleOf(temporal, platform).update(({ state }) => ({ spec, action, policies, state }))
    try {
      const state = { note: `made by ${by}` }
      await temporal.client.schedule.create({ scheduleId: scheduleId(platform), spec, action, policies, state })
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error
      throw new Refused(
        'already-there',
        `somebody made a schedule of ${platform} in this moment; look at it: norikae schedule show ${platform}`,
      )
    }
  })
}

/** Fires no more until it is resumed; what it has announced already starts. */
export async function pause(temporal: Temporal, platform: string, note: string): Promise<void> {
  await scheduled(temporal, platform)
  await asking(temporal, `schedule of ${platform}`, () => handleOf(temporal, platform).pause(note))
}

export async function resume(temporal: Temporal, platform: string, note: string): Promise<void> {
  await scheduled(temporal, platform)
  await asking(temporal, `schedule of ${platform}`, () => handleOf(temporal, platform).unpause(note))
}

/** Fires now, also while it is paused. Throws `Refused` where what it started last goes on: Temporal would drop it. */
export async function trigger(temporal: Temporal, platform: string): Promise<void> {
  const { info } = await scheduled(temporal, platform)
  const [open] = info.runningActions
  if (open)
    throw new Refused(
      'already-running',
      `what the schedule of ${platform} started last goes on: ${open.workflow.workflowId}. See: norikae schedule show ${platform}`,
    )
  await asking(temporal, `schedule of ${platform}`, () =>
    handleOf(temporal, platform).trigger(ScheduleOverlapPolicy.SKIP),
  )
}

/** What it has started goes on. */
export async function remove(temporal: Temporal, platform: string): Promise<void> {
  await scheduled(temporal, platform)
  await asking(temporal, `schedule of ${platform}`, () => handleOf(temporal, platform).delete())
}

function optionsOf({ taskQueue }: Temporal, platform: string, kept: KeptSchedule) {
  const { schedule, timeZone } = kept
  const request: ScheduledRequest = { platform, tells: kept.tells }
  return {
    spec: { calendars: firingsOf(schedule).map((on) => calendarOf(on, kept)), timezone: timeZone, jitter: 0 },
    action: {
      type: 'startWorkflow',
      workflowType: 'scheduledUpgrade',
      workflowId: scheduleId(platform),
      taskQueue,
      args: [request],
      memo: { [KEPT]: kept },
      workflowTaskTimeout: '60s',
      staticSummary: `look whether ${platform} is to be upgraded`,
      staticDetails: `Announces an upgrade ${schedule.announceDays} days before it starts: on the ${inWords(schedule)} (${timeZone}). Then it starts and follows it.`,
      typedSearchAttributes: [
        { key: defineSearchAttributeKey('NorikaePlatform', SearchAttributeType.KEYWORD), value: platform },
      ],
    },
    policies,
  } as const satisfies Omit<ScheduleOptions, 'scheduleId'>
}

function calendarOf({ month, days, weekday, years }: FiringCalendar, { schedule }: KeptSchedule): CalendarSpec {
  const [hour = 0, minute = 0] = schedule.time.split(':').map(Number)
  const name = MONTHS[month - 1]
  return {
    ...(name !== undefined && { month: name }),
    dayOfMonth: { start: days.first, end: days.last },
    dayOfWeek: WEEKDAYS[weekday],
    hour,
    minute,
    ...(years && { year: YEARS[years] }),
    comment: `${schedule.announceDays} days before the ${inWords(schedule)}`,
  }
}

function changesOf(
  { taskQueue }: Temporal,
  { action, info, policies: found }: ScheduleDescription,
  kept: KeptSchedule,
): string[] {
  const before = keptIn(action.memo)
  if (!before) return ['it was not made by this command']
  const told = partsOf(kept)
  const changes = Object.entries(partsOf(before)).flatMap(([name, was]) =>
    was === told[name] ? [] : [`${name}: ${was} → ${told[name] ?? ''}`],
  )
  if (action.taskQueue !== taskQueue) changes.push(`task queue: ${action.taskQueue} → ${taskQueue}`)
  const ours = policyWords(policies)
  for (const [name, was] of Object.entries(policyWords(found)))
    if (was !== ours[name]) changes.push(`${name}: ${was} → ${ours[name] ?? ''}`)
  if (changes.length > 0) return changes
  const [first] = info.nextActionTimes
  const [wanted] = startsAfter(kept.schedule, openDays(kept), new Date().toISOString(), 1)
  const byHand = first && wanted && first.toISOString() !== wanted.announcedAt
  return byHand ? ['its dates were changed by hand'] : []
}

function partsOf({ schedule, timeZone, closed, tells }: KeptSchedule): Record<string, string> {
  return {
    at: inWords(schedule),
    announced: `${schedule.announceDays} days before`,
    target: schedule.target,
    refreshed: schedule.refreshDays === undefined ? 'never' : `after ${schedule.refreshDays} days`,
    'time zone': timeZone,
    'closed days': closed.join(', ') || 'none',
    'where it fails': `tells ${[tells.team, tells.slack, tells.webhook].filter((it) => it !== undefined).join(', ')}`,
  }
}

/** What Temporal's own commands and UI may have set otherwise. */
const policyWords = ({
  overlap = 'SKIP',
  catchupWindow,
  pauseOnFailure,
}: ScheduleDescription['policies']): Record<string, string> => ({
  'while one is open': overlap.toLowerCase().replaceAll('_', ' '),
  'catches up with': `${catchupWindow / 1000}s`,
  'after one that ended badly': pauseOnFailure ? 'pauses' : 'goes on',
})
