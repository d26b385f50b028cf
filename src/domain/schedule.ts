import { closing, type Calendar } from './calendar.ts'
import type { PlatformFile } from './platform-file.ts'
import {
  clockIn,
  daysAfter,
  lengthOf,
  momentOf,
  months,
  nthOf,
  weekdays,
  type Day,
  type Month,
  type Weekday,
} from './days.ts'

/** When upgrades of a platform start, as its file says it: `{ months: [Jan, Apr], at: first Tue 10:00, announce: 14d }`. */
export interface Schedule {
  readonly months: readonly Month[]
  readonly nth: 1 | 2 | 3 | 4
  readonly weekday: Weekday
  /** `10:00` */
  readonly time: string
  /** How many days before its start an upgrade is decided and announced. */
  readonly announceDays: number
  readonly target: Target
  /** From which age on blue is built anew at its own version, where there is no other to upgrade to; absent: never. */
  readonly refreshDays?: number
}

/** Which of EKS's versions is wanted: the newest, the one before it, or the one that EKS itself takes. */
export const targets = ['newest', 'n-1', 'default'] as const
export type Target = (typeof targets)[number]

export const nths = ['first', 'second', 'third', 'fourth'] as const

/** A longer announcement would reach over two months, and nobody remembers it. */
export const MOST_AHEAD_DAYS = 28

/** What a schedule was made from: kept with what it starts, so that it can be shown and compared. */
export interface KeptSchedule extends CalendarFile {
  readonly schedule: Schedule
  readonly tells: Tells
}

/** Who hears of it where nothing can be decided, and perhaps not even the platform file be read: the platform team. */
export interface Tells {
  readonly team: string
  readonly slack?: string
  readonly webhook?: string
}

export const tellsIn = ({ platformTeam, teams }: Pick<PlatformFile, 'platformTeam' | 'teams'>): Tells => ({
  team: platformTeam,
  ...teams[platformTeam]?.notify,
})

/** Whose clocks a schedule goes by, and which days are closed: `2026-12-25`, or two with `/`. */
export type CalendarFile = Pick<Calendar, 'timeZone' | 'closed'>

/** The one place where a schedule reads the platform's calendar. */
export const calendarIn = ({
  calendar: { timeZone = 'UTC', closed = [] } = {},
}: {
  readonly platform: string
  readonly calendar?: Partial<CalendarFile>
}): CalendarFile => ({ timeZone, closed })

/** The platform's own days, as far as a start needs them. */
export interface OpenDays {
  readonly timeZone: string
  isClosed(day: Day): boolean
}

export const openDays = ({ timeZone, closed }: CalendarFile): OpenDays => ({ timeZone, isClosed: closing({ closed }) })

/** One start, with what comes before it. */
export interface Start {
  /** When the schedule fires: what is to be done is decided and told to everybody. */
  readonly announcedAt: string
  readonly at: string
  /** The day that was meant, where that is closed. */
  readonly movedFrom?: Day
}

/** Longer than this nothing is closed: who closes everything is told that it never starts. */
const FAR_DAYS = 366

/** The next starts that are announced after a moment, the earliest first. */
export function startsAfter(schedule: Schedule, days: OpenDays, after: string, count: number): Start[] {
  const found: Start[] = []
  const from = Number(clockIn(days.timeZone, after).day.slice(0, 4))
  // A year too many on both sides: announcements reach back over New Year, and closed days forward.
  for (let year = from; found.length < count && year <= from + count + 2; year += 1)
    for (const month of months.keys())
      if (schedule.months.some((name) => name === months[month])) {
        const start = startOn(schedule, days, nthOf(schedule.nth, schedule.weekday, year, month))
        if (start && start.announcedAt > new Date(after).toISOString()) found.push(start)
      }
  return found.slice(0, count)
}

/**
 * The start that is announced at this moment, whether a schedule did it or somebody by hand: at the same time by the
 * clock, so many days later. Undefined where every day is closed.
 */
export function startAfter(schedule: Schedule, days: OpenDays, announcedAt: string): Start | undefined {
  const { day, time } = clockIn(days.timeZone, announcedAt)
  const start = startOn({ ...schedule, time }, days, daysAfter(day, schedule.announceDays))
  // To the minute; nothing starts before it was announced.
  return start && { ...start, announcedAt, at: start.at < announcedAt ? announcedAt : start.at }
}

/** Longer than a server that comes back catches up with. */
const LATE_MS = 86_400_000

/** When an announcement that was due is made: where nobody could make it for a day, now, so that it is still ahead. */
export const announcedWhen = (due: string, now: string): string =>
  Date.parse(now) - Date.parse(due) > LATE_MS ? now : due

function startOn({ time, announceDays }: Schedule, { timeZone, isClosed }: OpenDays, meant: Day): Start | undefined {
  const day = Array.from({ length: FAR_DAYS }, (_, n) => daysAfter(meant, n)).find((it) => !isClosed(it))
  if (day === undefined) return undefined
  return {
    announcedAt: momentOf(timeZone, { day: daysAfter(meant, -announceDays), time }),
    at: momentOf(timeZone, { day, time }),
    ...(day !== meant && { movedFrom: meant }),
  }
}

/** Days on which a schedule fires, in the words of Temporal's: all of one calendar must match. */
export interface FiringCalendar {
  /** From 1. */
  readonly month: number
  readonly days: { readonly first: number; readonly last: number }
  readonly weekday: Weekday
  /** Only where the length of a February counts. */
  readonly years?: 'leap' | 'common'
}

/** When announcements are due, as calendars that a server keeps by itself for ever. No two name the same day. */
export function firingsOf({ months: wanted, nth, weekday, announceDays }: Schedule): FiringCalendar[] {
  const on = weekdays[(weekdays.indexOf(weekday) - (announceDays % 7) + 7) % 7] ?? weekday
  const first = (nth - 1) * 7 + 1 - announceDays
  return wanted.flatMap((name) => {
    const month = months.indexOf(name)
    const before = (month + 11) % 12
    const inMonth = range(first, first + 6, 1, lengthOf(2028, month))
    const inBefore = (length: number) => range(first + length, first + 6 + length, 1, length)
    const ofMonth = inMonth ? [{ month: month + 1, days: inMonth, weekday: on }] : []
    const ofBefore = (length: number, years?: FiringCalendar['years']): FiringCalendar[] => {
      const days = inBefore(length)
      return days ? [{ month: before + 1, days, weekday: on, ...(years && { years }) }] : []
    }
    return before === 1
      ? [...ofMonth, ...ofBefore(29, 'leap'), ...ofBefore(28, 'common')]
      : [...ofMonth, ...ofBefore(lengthOf(2028, before))]
  })
}

/** What of the days `from` to `to` is between `least` and `most`. */
function range(from: number, to: number, least: number, most: number): { first: number; last: number } | undefined {
  const [first, last] = [Math.max(from, least), Math.min(to, most)]
  return first <= last ? { first, last } : undefined
}

/** `first Tue of Jan, Apr, Jul and Oct at 10:00`, as people read it. */
export const inWords = ({ months: wanted, nth, weekday, time }: Schedule): string =>
  `${nths[nth - 1] ?? ''} ${weekday} of ${wanted.join(', ')} at ${time}`
