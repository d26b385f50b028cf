import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { offsetIn } from '../../src/domain/time-zones.ts'
import { calendarInWords, isClosed, isHours, openingAt, type Calendar } from '../../src/domain/calendar.ts'

const tokyo = (hours: readonly string[], closed: readonly string[] = []): Calendar => ({
  timeZone: 'Asia/Tokyo',
  hours,
  closed,
})
const berlin = (...hours: string[]): Calendar => ({ timeZone: 'Europe/Berlin', hours, closed: [] })
const at = (calendar: Calendar, time: string) => openingAt(calendar, offsetIn(calendar.timeZone), Date.parse(time))
/** Open or shut, and until when. */
const told = (calendar: Calendar, time: string): string => {
  const { open, changes = 'ever' } = at(calendar, time)
  return `${open ? 'open' : 'shut'} until ${changes.replace(':00.000Z', 'Z')}`
}

const working = tokyo(['Mon-Thu 10:00-16:00'])
const manned = tokyo(['Mon-Thu 10:00-16:00', 'Fri 10:00-12:00'], ['2026-12-25/2027-01-05', '2026-11-23'])

describe('hours of the week', () => {
  test.for([
    ['before they begin', working, '2026-11-25T00:59:59Z', 'shut until 2026-11-25T01:00Z'],
    ['as they begin', working, '2026-11-25T01:00:00Z', 'open until 2026-11-25T07:00Z'],
    ['as they end', working, '2026-11-25T07:00:00Z', 'shut until 2026-11-26T01:00Z'],
    ['over the weekend', working, '2026-11-26T07:00:00Z', 'shut until 2026-11-30T01:00Z'],
    ['of several the next', manned, '2026-11-26T07:00:00Z', 'shut until 2026-11-27T01:00Z'],
    ['a closed Monday is left out', manned, '2026-11-20T05:00:00Z', 'shut until 2026-11-24T01:00Z'],
    ['closed days end with the last of them', manned, '2026-12-24T07:00:00Z', 'shut until 2027-01-06T01:00Z'],
    [
      'a closed day within open hours',
      tokyo([], ['2026-11-25']),
      '2026-11-24T01:00:00Z',
      'open until 2026-11-24T15:00Z',
    ],
    ['and after it for ever', tokyo([], ['2026-11-25']), '2026-11-26T01:00:00Z', 'open until ever'],
    [
      'closed days that follow one another are one',
      tokyo([], ['2026-11-26/2026-11-27', '2026-11-25']),
      '2026-11-25T01:00:00Z',
      'shut until 2026-11-27T15:00Z',
    ],
    ['days without hours are whole', tokyo(['Sat,Sun']), '2026-11-27T15:00:00Z', 'open until 2026-11-29T15:00Z'],
    [
      'hours without days are of every day',
      tokyo(['10:00-11:00']),
      '2026-11-28T02:00:00Z',
      'shut until 2026-11-29T01:00Z',
    ],
    ['days that go over the weekend', tokyo(['Fri-Mon']), '2026-11-24T01:00:00Z', 'shut until 2026-11-26T15:00Z'],
    ['a whole day ends at 24:00', tokyo(['Wed 00:00-24:00']), '2026-11-25T01:00:00Z', 'open until 2026-11-25T15:00Z'],
    ['all of the week is always', tokyo(['Mon-Sun 00:00-24:00']), '2026-11-25T01:00:00Z', 'open until ever'],
    [
      'neighbours are one',
      tokyo(['Wed 10:00-12:00', 'Wed 12:00-14:00']),
      '2026-11-25T02:00:00Z',
      'open until 2026-11-25T05:00Z',
    ],
    ['over midnight', tokyo(['Fri 22:00-02:00']), '2026-11-27T13:00:00Z', 'open until 2026-11-27T17:00Z'],
    [
      'over midnight, the day after',
      tokyo(['Fri 22:00-02:00']),
      '2026-11-27T16:00:00Z',
      'open until 2026-11-27T17:00Z',
    ],
    [
      'over midnight, a closed day cuts it off',
      tokyo(['Fri 22:00-02:00'], ['2026-11-28']),
      '2026-11-27T14:00:00Z',
      'open until 2026-11-27T15:00Z',
    ],
    [
      'over midnight, it is closed with the day it is of',
      tokyo(['Fri 22:00-02:00'], ['2026-11-27']),
      '2026-11-27T15:00:00Z',
      'shut until 2026-12-04T13:00Z',
    ],
  ] as const)('%s', ([, calendar, time, says]) => expect(told(calendar, time)).toBe(says))
})

/** Berlin: forward at 2026-03-29 02:00 (01:00Z), back at 2026-10-25 03:00 (01:00Z). */
describe('when clocks are changed', () => {
  test.for([
    ['they go by the clock on the wall', berlin('10:00-11:00'), '2026-03-28T12:00:00Z', 'shut until 2026-03-29T08:00Z'],
    ['also across the change itself', berlin('00:30-04:00'), '2026-03-29T00:00:00Z', 'open until 2026-03-29T02:00Z'],
    [
      'hours that are left out are not',
      berlin('Sun 02:00-03:00'),
      '2026-03-28T12:00:00Z',
      'shut until 2026-04-05T00:00Z',
    ],
    [
      'what is left of them begins with the change',
      berlin('Sun 02:30-03:30'),
      '2026-03-29T00:59:00Z',
      'shut until 2026-03-29T01:00Z',
    ],
    [
      'hours that end in what is left out end with the change',
      berlin('Sun 01:30-02:30'),
      '2026-03-29T00:45:00Z',
      'open until 2026-03-29T01:00Z',
    ],
    [
      'hours that come twice are open twice',
      berlin('Sun 02:15-02:45'),
      '2026-10-25T00:45:00Z',
      'shut until 2026-10-25T01:15Z',
    ],
    [
      'and once where nothing is between',
      berlin('Sun 02:00-03:00'),
      '2026-10-25T00:00:00Z',
      'open until 2026-10-25T02:00Z',
    ],
  ] as const)('%s', ([, calendar, time, says]) => expect(told(calendar, time)).toBe(says))
})

test('a change is told on the wall too', () => {
  expect(at(working, '2026-11-26T07:00:00Z')).toEqual({
    at: '2026-11-26T07:00:00.000Z',
    open: false,
    changes: '2026-11-30T01:00:00.000Z',
    onTheWall: 'Mon 2026-11-30 10:00 (Asia/Tokyo)',
  })
  expect(calendarInWords(manned)).toBe('Mon-Thu 10:00-16:00, Fri 10:00-12:00, not on closed days (Asia/Tokyo)')
})

const zones = ['Asia/Tokyo', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Africa/Casablanca', 'UTC']
const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const time = fc
  .record({ h: fc.integer({ min: 0, max: 23 }), m: fc.constantFrom(0, 15, 30, 45) })
  .map(({ h, m }) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`)
const range = fc
  .record({ first: fc.constantFrom(...days), last: fc.constantFrom(...days), from: time, to: time })
  .filter(({ from, to }) => from !== to)
  .map(({ first, last, from, to }) => `${first}-${last} ${from}-${to}`)
const year = { min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 11, 31) }
const closed = fc
  .record({ first: fc.integer({ min: 0, max: 700 }), long: fc.integer({ min: 0, max: 20 }) })
  .map(({ first, long }) =>
    [first, first + long].map((n) => new Date(year.min + n * 86_400_000).toISOString().slice(0, 10)).join('/'),
  )
const calendar = fc.record({
  timeZone: fc.constantFrom(...zones),
  hours: fc.array(range, { maxLength: 3 }),
  closed: fc.array(closed, { maxLength: 4 }),
})

/** What a person reads off a clock and a calendar on the wall, written without the rules. */
function asRead({ timeZone, hours, closed }: Calendar, ms: number): boolean {
  const read = (options: Intl.DateTimeFormatOptions, locale = 'en-GB') =>
    new Intl.DateTimeFormat(locale, { timeZone, ...options }).format(ms)
  const date = read({ year: 'numeric', month: '2-digit', day: '2-digit' }, 'en-CA')
  const clock = read({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const before = new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10)
  const isOff = (d: string) => closed.some((c) => (c.split('/')[0] ?? '') <= d && d <= (c.split('/')[1] ?? c))
  const isOn = (some: string, d: string) => {
    const [first = 0, last = 0] = some.split('-').map((name) => days.indexOf(name))
    const day = (new Date(d).getUTCDay() + 6) % 7
    return first <= last ? first <= day && day <= last : day >= first || day <= last
  }
  if (isOff(date)) return false
  return (
    hours.length === 0 ||
    hours.some((text) => {
      const [on = '', from = '', to = ''] = text.split(/ |(?<=\d)-/)
      if (from < to) return isOn(on, date) && from <= clock && clock < to
      return (isOn(on, date) && from <= clock) || (isOn(on, before) && !isOff(before) && clock < to)
    })
  )
}

describe('whatever the calendar', () => {
  test('it is open when a person reads it off the wall, and changes when they would say so', () => {
    fc.assert(
      fc.property(calendar, fc.integer(year), (it, ms) => {
        const { open, changes } = openingAt(it, offsetIn(it.timeZone), ms)
        expect(open).toBe(asRead(it, ms))
        if (changes === undefined) return
        expect(asRead(it, Date.parse(changes))).toBe(!open)
        expect(asRead(it, Date.parse(changes) - 1)).toBe(open)
      }),
      { numRuns: 300 },
    )
  })

  test('nothing in between is otherwise, and a later look tells no earlier change', () => {
    fc.assert(
      fc.property(calendar, fc.integer(year), fc.double({ min: 0, max: 1, noNaN: true }), (it, ms, share) => {
        const first = openingAt(it, offsetIn(it.timeZone), ms)
        const end = first.changes === undefined ? ms + 30 * 86_400_000 : Date.parse(first.changes)
        const later = openingAt(it, offsetIn(it.timeZone), Math.floor(ms + share * (end - ms - 1)))
        expect([later.open, later.changes]).toEqual([first.open, first.changes])
      }),
      { numRuns: 300 },
    )
  })
})

test.for([
  ['Mon-Thu 10:00-16:00', true],
  ['Mon,Wed-Fri 10:00-16:00', true],
  ['Mon-Fri', true],
  ['10:00-24:00', true],
  ['Mon 10:00-10:00', false],
  ['Mon 24:00-10:00', false],
  ['Mon 10:00-24:30', false],
  ['Monday 10:00-16:00', false],
  ['mon 10:00-16:00', false],
  ['Mon 9:00-16:00', false],
  ['Mon 10-16', false],
  ['Mon  10:00-16:00', false],
  ['', false],
] as const)('hours %s: %s', ([text, is]) => expect(isHours(text)).toBe(is))

test.for([
  ['2026-12-25', true],
  ['2026-12-25/2027-01-05', true],
  ['2028-02-29', true],
  ['2026-02-29', false],
  ['2026-13-01', false],
  ['2026-12-25/2026-12-24', false],
  ['2026-12-25/2026-12-26/2026-12-27', false],
  ['2026-12-25/', false],
  ['25.12.2026', false],
  ['', false],
] as const)('closed %s: %s', ([text, is]) => expect(isClosed(text)).toBe(is))
