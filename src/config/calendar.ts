import { z } from 'zod'
import { HOURS, isClosed, isHours } from '../domain/calendar.ts'
import { expecting, listOf } from './pieces.ts'
import { didYouMean, shown, unlike } from './words.ts'

// Days and hours by the clocks on the wall.

const ZONE = 'one as the tz database names it, such as Asia/Tokyo, or UTC'

/** By place: short names such as EST stand for one offset all year. */
function isZone(name: string): boolean {
  if (name !== 'UTC' && !/^[A-Z][\w+-]*(\/[\w+-]+)+$/.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false // a RangeError: it is not known here
  }
}

const near = (input: unknown): string =>
  typeof input === 'string' ? didYouMean(input, Intl.supportedValuesOf('timeZone')) : ''

export const timeZone = z
  .string(expecting('a time zone', ZONE))
  .refine(isZone, { error: ({ input }) => `${unlike(input, 'a time zone', ZONE)}${near(input)}` })

/** Its form only; which days and hours there are is said when it is read. */
const IN_EDITORS = String.raw`^([A-Z][a-z]{2}([-,][A-Z][a-z]{2})*( \d{2}:\d{2}-\d{2}:\d{2})?|\d{2}:\d{2}-\d{2}:\d{2})$`

const RANGE = 'days, hours or both, such as Mon-Thu 10:00-16:00'

const range = z
  .string(expecting('hours of the week', RANGE))
  .refine(isHours, {
    error: ({ input }) =>
      typeof input === 'string' && HOURS.test(input)
        ? `${shown(input)} ends where it begins; write 00:00-24:00 for a whole day`
        : unlike(input, 'hours of the week', RANGE),
  })
  .meta({ pattern: IN_EDITORS })

const DAYS = 'a day such as 2026-12-25, or two, the last one included: 2026-12-25/2027-01-05'

const days = z
  .string(expecting('a day', DAYS))
  .refine(isClosed, {
    error: ({ input }) => {
      const [first = '', last = '', ...more] = typeof input === 'string' ? input.split('/') : []
      return more.length === 0 && isClosed(first) && isClosed(last)
        ? `${shown(input)} ends before it begins; write ${last}/${first}`
        : unlike(input, 'a day', DAYS)
    },
  })
  .meta({ pattern: '^\\d{4}-\\d{2}-\\d{2}(/\\d{4}-\\d{2}-\\d{2})?$' })

/** One range, or several. */
export const hours = z.union(
  [
    range,
    listOf(range, 'a list', RANGE).min(1, { error: 'is an empty list; take it out, or write Mon-Thu 10:00-16:00' }),
  ],
  expecting('hours of the week', 'Mon-Thu 10:00-16:00'),
)

/** One day or range of days, or several, or none yet. */
export const closedDays = z.union(
  [days, listOf(days, 'a list', DAYS)],
  expecting('a list of days', '[2026-12-25/2027-01-05]'),
)

export const WINDOW = 'When its handover may begin, as Wed 10:00-11:00; on closed days it does not.'
