import { z } from 'zod'
import { months, weekdays, type Weekday } from '../domain/days.ts'
import { MOST_AHEAD_DAYS, nths, targets, type Schedule } from '../domain/schedule.ts'
import { expecting, listOf, oneOf, text } from './pieces.ts'

const start = new RegExp(`^(${nths.join('|')}) (${weekdays.join('|')}) (([01]\\d|2[0-3]):[0-5]\\d)$`)

/** `14d`: whole days, so that what is announced on a Tuesday starts on one. */
const announcement = /^([01]?\d|2[0-8])d$/

export const schedule = z.strictObject(
  {
    months: listOf(oneOf(months), 'a list of months', '[Jan, Apr, Jul, Oct]')
      .min(1, { error: 'needs at least one month; leave schedule out where none starts by itself' })
      .default(['Jan', 'Apr', 'Jul', 'Oct'])
      .describe('In which months an upgrade starts, where there is something to upgrade to.'),
    at: text(start, 'a day of a month with a time', 'one such as first Tue 10:00')
      .default('first Tue 10:00')
      .describe('When it starts in such a month, in timeZone; on a closed day, the next one that is not.'),
    announce: text(announcement, 'a number of days', `whole days, at most ${MOST_AHEAD_DAYS}d, such as 14d`)
      .default('14d')
      .describe('How long before that it is decided and told to every team.'),
    target: oneOf(targets)
      .default('newest')
      .describe(
        "Of the versions in standard support: newest, n-1 (the one before it) or default (EKS's). Where it ends within two quarters, the next newer one that does not.",
      ),
    refresh: text(/^(never|[1-9]\d{0,2}d)$/, 'never or a number of days', 'never, or whole days such as 180d')
      .default('never')
      .describe(
        'Where there is nothing to upgrade to: from which age on blue is built anew at its own version, while that is in standard support.',
      ),
  },
  expecting('a mapping', '{} for the defaults, or { at: first Tue 10:00 }'),
)

/** In the words of the domain. */
export function scheduleOf({ months, at, announce, target, refresh }: z.output<typeof schedule>): Schedule {
  const [, nth = '', weekday = '', time = ''] = start.exec(at) ?? []
  return {
    months,
    // The pattern has looked at all three.
    nth: (nths.findIndex((name) => name === nth) + 1) as Schedule['nth'],
    weekday: weekday as Weekday,
    time,
    announceDays: Number(announce.slice(0, -1)),
    target,
    ...(refresh !== 'never' && { refreshDays: Number(refresh.slice(0, -1)) }),
  }
}
