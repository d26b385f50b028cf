import { offsetIn } from './time-zones.ts'

/** Days of the calendar, `2027-01-05`, and what the clock shows there in a time zone. */
export type Day = string

const DAY_MS = 86_400_000

const msOf = (day: Day): number => Date.parse(`${day}T00:00:00Z`)
const dayOf = (ms: number): Day => new Date(ms).toISOString().slice(0, 10)

/** `n` may be negative. */
export const daysAfter = (day: Day, n: number): Day => dayOf(msOf(day) + n * DAY_MS)

export const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
export type Weekday = (typeof weekdays)[number]

export const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const
export type Month = (typeof months)[number]

export const weekdayOf = (day: Day): Weekday => weekdays[new Date(msOf(day)).getUTCDay()] ?? 'Sun'

/** How many days a month has; `month` from 0. */
export const lengthOf = (year: number, month: number): number => new Date(Date.UTC(year, month + 1, 0)).getUTCDate()

/** The `nth` (from 1) of these weekdays in a month (from 0); each month has four. */
export function nthOf(nth: number, weekday: Weekday, year: number, month: number): Day {
  const first = dayOf(Date.UTC(year, month, 1))
  const ahead = (weekdays.indexOf(weekday) - weekdays.indexOf(weekdayOf(first)) + 7) % 7
  return daysAfter(first, ahead + (nth - 1) * 7)
}

/** What the clock shows in a zone. */
export interface Clock {
  readonly day: Day
  /** `10:00` */
  readonly time: string
}

/** `zone`: as the tz database names it. Throws `RangeError` where this runtime knows no such zone. */
export function clockIn(zone: string, at: string): Clock {
  const [day = '', time = ''] = new Date(Date.parse(at) + offsetIn(zone)(Date.parse(at))).toISOString().split('T')
  return { day, time: time.slice(0, 5) }
}

/**
 * The moment at which the clock of a zone shows this. A time that a change of the clocks leaves out is taken as long
 * after midnight as it would be without one; of one that comes twice, the first.
 */
export function momentOf(zone: string, { day, time }: Clock): string {
  const asUtc = Date.parse(`${day}T${time}:00Z`)
  // The offset is that of the moment itself, which is at most a day from there; clocks change once within that.
  const candidates = [asUtc - DAY_MS, asUtc + DAY_MS].map((near) => asUtc - offsetIn(zone)(near))
  const exact = candidates.filter((ms) => ms + offsetIn(zone)(ms) === asUtc)
  return new Date(Math.min(...(exact.length > 0 ? exact : candidates.slice(0, 1)))).toISOString()
}

/** `Tue 2027-01-05 10:00 Asia/Tokyo` */
export function dated(zone: string, at: string): string {
  const { day, time } = clockIn(zone, at)
  return `${weekdayOf(day)} ${day} ${time} ${zone}`
}
