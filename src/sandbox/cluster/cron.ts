/**
 * Cron expressions as Kubernetes reads them (robfig/cron v3, ParseStandard): five fields, names, steps, @macros. `croner`
 * knows the calendar and time zones; what it takes beyond the standard (L, W, #, seconds) is refused here.
 */
import { Cron } from 'croner'

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

const bounds = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: months },
  { min: 0, max: 6, names: days },
] as const

const macros: ReadonlySet<string> = new Set([
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
])

function partProblem(part: string, { min, max, names }: (typeof bounds)[number]): string | undefined {
  const [range = '', step, more] = part.split('/')
  if (more !== undefined) return `too many slashes: ${part}`
  if (step !== undefined && !/^\d+$/.test(step)) return `failed to parse int from ${step}`
  if (step === '0') return `step of range should be a positive number: ${part}`
  if (range === '*' || range === '?') return undefined
  const ends = range.split('-')
  if (ends.length > 2) return `too many hyphens: ${part}`
  const numbers = ends.map((end) => {
    const name = names.findIndex((one) => one === end.toLowerCase())
    return name === -1 ? Number(/^\d+$/.test(end) ? end : Number.NaN) : name + min
  })
  const wrong = numbers.findIndex((number) => Number.isNaN(number))
  if (wrong !== -1)
    return `failed to parse int from ${ends[wrong]}: strconv.Atoi: parsing ${JSON.stringify(ends[wrong])}: invalid syntax`
  const [start = 0, end = start] = numbers
  if (start < min) return `beginning of range (${start}) below minimum (${min}): ${part}`
  if (end > max) return `end of range (${end}) above maximum (${max}): ${part}`
  return start > end ? `beginning of range (${start}) beyond end of range (${end}): ${part}` : undefined
}

/** Why this is no standard cron expression, or undefined where it is one. */
export function scheduleProblem(schedule: string): string | undefined {
  if (schedule.includes('TZ')) return 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'
  if (schedule.startsWith('@')) {
    return macros.has(schedule) ? undefined : `unrecognized descriptor: ${schedule}`
  }
  const parts = schedule.trim().split(/\s+/)
  if (parts.length !== 5) return `expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`
  for (const [index, bound] of bounds.entries()) {
    for (const part of (parts[index] ?? '').split(',')) {
      const problem = partProblem(part, bound)
      if (problem !== undefined) return problem
    }
  }
  return undefined
}

export function knowsTimeZone(zone: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

const parsed = new Map<string, Cron>()
function cron(schedule: string, timeZone = 'UTC'): Cron {
  const key = `${timeZone} ${schedule}`
  const found = parsed.get(key)
  if (found !== undefined) return found
  // To croner `?` is the present minute; to the standard it is `*`.
  const made = new Cron(schedule.replaceAll('?', '*').replace('@midnight', '@daily'), {
    timezone: timeZone,
    paused: true,
  })
  parsed.set(key, made)
  return made
}

export interface Slots {
  /** The first slot after a time. */
  next(after: number): number | undefined
  /** The last slot up to and with a time. */
  latest(upTo: number): number | undefined
}

export const slotsOf = (schedule: string, timeZone?: string): Slots => ({
  next: (after) => cron(schedule, timeZone).nextRun(new Date(after))?.getTime(),
  // croner leaves the reference itself out, and counts in whole seconds.
  latest: (upTo) =>
    cron(schedule, timeZone)
      .previousRuns(1, new Date(Math.floor(upTo / 1000) * 1000 + 1000))[0]
      ?.getTime(),
})
