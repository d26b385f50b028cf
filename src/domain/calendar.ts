/**
 * When something may begin, by the clocks on the wall: hours of the week, days that are closed, and what becomes of both
 * when clocks are changed. Pure: what knows time zones hands in an `Offset`.
 */
export interface Calendar {
  /** As the tz database names it: `Asia/Tokyo`. */
  readonly timeZone: string
  /** `Mon-Thu 10:00-16:00`; none: always. */
  readonly hours: readonly string[]
  /** `2026-12-25`, or `2026-12-25/2027-01-05` with both its ends. */
  readonly closed: readonly string[]
}

/** How far the clocks on the wall are ahead of UTC at a moment (milliseconds since 1970), in milliseconds. */
export type Offset = (ms: number) => number

export interface Opening {
  /** When this was so; ISO. */
  readonly at: string
  readonly open: boolean
  /** When that changes, ISO; absent: never. */
  readonly changes?: string
  /** The same on the wall: `Mon 2026-11-30 10:00 (Asia/Tokyo)`. */
  readonly onTheWall?: string
}

const MINUTE = 60_000
const DAY = 1440 * MINUTE
const names = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

const day = `(?:${names.join('|')})`
const days = `${day}(?:-${day})?(?:,${day}(?:-${day})?)*`
const clock = '(?:[01]\\d|2[0-3]):[0-5]\\d'
/** Days, hours, or both: `Mon-Thu 10:00-16:00`, `Sat,Sun`, `22:00-02:00`. */
export const HOURS = new RegExp(`^(?:(?:(${days}) )?(${clock})-(${clock}|24:00)|(${days}))$`)

/** In milliseconds since midnight; `to` that is not after `from` is on the next day. */
interface Range {
  readonly days: readonly number[]
  readonly from: number
  readonly to: number
}

/** Undefined: it cannot be read as hours. Hours without days are of every day, days without hours are whole. */
function rangeOf(text: string): Range | undefined {
  const [, some, from = '00:00', to = '24:00', whole] = HOURS.exec(text) ?? []
  if (!HOURS.test(text) || from === to) return undefined
  return { days: daysOf(some ?? whole), from: timeOf(from), to: timeOf(to) }
}

/** `24:00` is midnight, and no hours end where they begin. */
export const isHours = (text: string): boolean => rangeOf(text) !== undefined

const timeOf = (text: string): number => (Number(text.slice(0, 2)) * 60 + Number(text.slice(3))) * MINUTE

/** 0 is Monday. `Fri-Mon` goes over the weekend. */
function daysOf(text: string | undefined): number[] {
  if (text === undefined) return names.map((_, n) => n)
  return text.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map((name) => names.indexOf(name))
    return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, n) => (first + n) % 7)
  })
}

/** Days since 1970, first and last. Undefined: there is no such day, or the last comes before the first. */
function closedOf(text: string): readonly [first: number, last: number] | undefined {
  const [first = NaN, last = first, more] = text.split('/').map(dayOf)
  return more === undefined && first <= last ? [first, last] : undefined
}

export const isClosed = (text: string): boolean => closedOf(text) !== undefined

/** Which days are closed, each written `2026-12-25`. */
export function closing({ closed }: Pick<Calendar, 'closed'>): (day: string) => boolean {
  const ranges = rangesOf(closed)
  return (day) => isWithin(ranges, dayOf(day))
}

type Days = readonly (readonly [first: number, last: number])[]
const rangesOf = (closed: readonly string[]): Days => closed.map(closedOf).filter((it) => it !== undefined)
const isWithin = (ranges: Days, n: number): boolean => ranges.some(([first, last]) => first <= n && n <= last)

/** NaN where there is no such day. */
function dayOf(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text) ? ms / DAY : NaN
}

/** A calendar as it is asked; a moment on the wall is told as if it were UTC. */
interface Rules {
  readonly ranges: readonly Range[]
  readonly closed: Days
}

/** What cannot be read was refused with the platform file. */
const rulesOf = ({ hours, closed }: Calendar): Rules => ({
  ranges: hours.flatMap((text) => rangeOf(text) ?? []),
  closed: rangesOf(closed),
})

/** Hours that go over midnight are of the day on which they begin: closed with it, and cut off by a closed one after it. */
function isOpen({ ranges, closed }: Rules, wall: number): boolean {
  const today = Math.floor(wall / DAY)
  const time = wall - today * DAY
  const works = (n: number) => !isWithin(closed, n)
  const on = (range: Range, n: number) => range.days.includes((n + 3) % 7) // 1970 began on a Thursday
  if (!works(today)) return false
  return (
    ranges.length === 0 ||
    ranges.some((range) =>
      range.from < range.to
        ? on(range, today) && range.from <= time && time < range.to
        : (on(range, today) && range.from <= time) || (on(range, today - 1) && works(today - 1) && time < range.to),
    )
  )
}

/** After every week and every closed day. */
const AHEAD = 15

/** The first moment on the wall after this one at which it is otherwise; undefined: it stays so for ever. */
function nextOnTheWall(rules: Rules, wall: number, open: boolean): number | undefined {
  const edges = [...new Set([0, ...rules.ranges.flatMap((r) => [r.from, r.to])])].toSorted((a, b) => a - b)
  const today = Math.floor(wall / DAY)
  const last = Math.max(today, ...rules.closed.map(([, last]) => last)) + AHEAD
  for (let n = today; n <= last; n += 1) {
    const edge = edges.map((e) => n * DAY + e).find((e) => e > wall && isOpen(rules, e) !== open)
    if (edge !== undefined) return edge
  }
  return undefined
}

/** When clocks are changed first after `from`, until `to`. */
function clocksChange(offset: Offset, from: number, to: number): number | undefined {
  const before = offset(from)
  for (let start = from; start < to; start += DAY) {
    let [low, high] = [start, Math.min(start + DAY, to)]
    if (offset(high) === before) continue
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (offset(middle) === before) low = middle
      else high = middle
    }
    return high
  }
  return undefined
}

/**
 * Whether it is open at a moment (milliseconds since 1970), and when that changes. It is open while the clock on the wall
 * says so: hours that clocks leave out when they are put forward are not, and hours that come twice are open twice.
 */
export function openingAt(calendar: Calendar, offset: Offset, ms: number): Opening {
  const rules = rulesOf(calendar)
  const open = isOpen(rules, ms + offset(ms))
  const changes = changeAfter(rules, offset, ms, open)
  return {
    at: new Date(ms).toISOString(),
    open,
    ...(changes !== undefined && {
      changes: new Date(changes).toISOString(),
      onTheWall: onTheWall(calendar, offset, changes),
    }),
  }
}

function changeAfter(rules: Rules, offset: Offset, ms: number, open: boolean): number | undefined {
  for (let from = ms; ;) {
    const ahead = offset(from)
    const wall = nextOnTheWall(rules, from + ahead, open)
    if (wall === undefined) return undefined
    const shift = clocksChange(offset, from, wall - ahead)
    if (shift === undefined) return wall - ahead
    if (isOpen(rules, shift + offset(shift)) !== open) return shift
    from = shift
  }
}

function onTheWall({ timeZone }: Calendar, offset: Offset, ms: number): string {
  const wall = ms + offset(ms)
  const text = new Date(wall).toISOString()
  return `${names[(Math.floor(wall / DAY) + 3) % 7]} ${text.slice(0, 10)} ${text.slice(11, 16)} (${timeZone})`
}

/** Undefined where nothing waits by it: it is there for the windows alone, or for nothing yet. */
export const unlessAlways = (calendar: Calendar | undefined): Calendar | undefined =>
  calendar && calendar.hours.length + calendar.closed.length > 0 ? calendar : undefined

/** `Mon-Thu 10:00-16:00, not on closed days (Asia/Tokyo)`. */
export function calendarInWords({ hours, closed, timeZone }: Calendar): string {
  const days = closed.length === 0 ? [] : ['not on closed days']
  return `${[...hours, ...days].join(', ') || 'always'} (${timeZone})`
}
