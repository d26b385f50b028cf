import { openingAt } from '../domain/calendar.ts'
import type { Activities } from '../workflows/activities.ts'
import { offsetIn } from '../domain/time-zones.ts'

/** Nothing is asked outside, but time zones: their tables change with the runtime, so no workflow reads them. */
export const calendarActivities = (): Pick<Activities, 'opening'> => ({
  async opening({ calendar, at }) {
    // A worker whose clock is slow is told at least what has come already.
    return openingAt(calendar, offsetIn(calendar.timeZone), Math.max(Date.now(), Date.parse(at)))
  },
})
