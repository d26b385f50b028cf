import type { Offset } from './calendar.ts'

/**
 * Not for workflows: the tables of time zones come with the runtime, and a replay on another may read others. Activities
 * and the command line ask, and tell workflows what came of it.
 */
const known = new Map<string, Offset>()

/** What the tz database that this runtime carries says of a time zone. Throws `RangeError` where it has none of that name. */
export function offsetIn(timeZone: string): Offset {
  const before = known.get(timeZone)
  if (before) return before
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const offset: Offset = (ms) => {
    const at = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]))
    const part = (name: Intl.DateTimeFormatPartTypes) => at.get(name) ?? 0
    const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
    return wall - Math.floor(ms / 1000) * 1000
  }
  known.set(timeZone, offset)
  return offset
}
