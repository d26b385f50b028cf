import fc from 'fast-check'
import { expect, test } from 'vitest'
import { daysAfter, months, weekdayOf, weekdays } from '../../src/domain/days.ts'
import {
  announcedWhen,
  calendarIn,
  firingsOf,
  inWords,
  openDays,
  startAfter,
  startsAfter,
  type OpenDays,
  type FiringCalendar,
  type Schedule,
} from '../../src/domain/schedule.ts'

const quarterly: Schedule = {
  months: ['Jan', 'Apr', 'Jul', 'Oct'],
  nth: 1,
  weekday: 'Tue',
  time: '10:00',
  announceDays: 14,
  target: 'newest',
}
const tokyo: OpenDays = { timeZone: 'Asia/Tokyo', isClosed: () => false }
const holidays = openDays({ timeZone: 'Asia/Tokyo', closed: ['2026-12-25/2027-01-05', '2027-01-07'] })
const NOW = '2026-11-26T09:00:00Z'

test('each quarter, two weeks after it was announced, at the same hour by the clock', () => {
  expect(startsAfter(quarterly, tokyo, NOW, 3)).toEqual([
    { announcedAt: '2026-12-22T01:00:00.000Z', at: '2027-01-05T01:00:00.000Z' },
    { announcedAt: '2027-03-23T01:00:00.000Z', at: '2027-04-06T01:00:00.000Z' },
    { announcedAt: '2027-06-22T01:00:00.000Z', at: '2027-07-06T01:00:00.000Z' },
  ])
})

test('a change of the clocks in between does not move the hour', () => {
  const [april] = startsAfter(quarterly, { ...tokyo, timeZone: 'Europe/Paris' }, '2027-03-01T00:00:00Z', 1)
  expect(april).toEqual({ announcedAt: '2027-03-23T09:00:00.000Z', at: '2027-04-06T08:00:00.000Z' })
})

test('a start on a closed day is on the next one that is not, and is announced when it would have been', () => {
  const [first] = startsAfter(quarterly, holidays, NOW, 1)
  expect(first).toEqual({
    announcedAt: '2026-12-22T01:00:00.000Z',
    at: '2027-01-06T01:00:00.000Z',
    movedFrom: '2027-01-05',
  })
})

test('without a calendar it goes by UTC, and no day is closed', () => {
  const days = openDays(calendarIn({ platform: 'chat' }))
  expect([days.timeZone, days.isClosed('2026-12-25')]).toEqual(['UTC', false])
  expect(['2026-12-24', '2026-12-25', '2027-01-05', '2027-01-06', '2027-01-07'].map(holidays.isClosed)).toEqual([
    false,
    true,
    true,
    false,
    true,
  ])
})

test('where every day is closed nothing starts', () => {
  const never = { ...tokyo, isClosed: () => true }
  expect(startsAfter(quarterly, never, NOW, 3)).toEqual([])
  expect(startAfter(quarterly, never, NOW)).toBeUndefined()
})

test.for([
  {
    says: 'what is announced by hand starts as long after it',
    announceDays: 14,
    fires: '2026-11-26T09:13:27.480Z',
    at: '2026-12-10T09:13:00.000Z',
  },
  {
    says: 'also without an announcement on no closed day',
    announceDays: 0,
    fires: '2026-12-31T09:13:27.480Z',
    at: '2027-01-06T09:13:00.000Z',
  },
  {
    says: 'nothing starts before it was announced',
    announceDays: 0,
    fires: '2026-11-26T09:13:27.480Z',
    at: '2026-11-26T09:13:27.480Z',
  },
])('$says', ({ announceDays, fires, at }) => {
  expect(startAfter({ ...quarterly, announceDays }, holidays, fires)).toMatchObject({ announcedAt: fires, at })
})

test.for([
  {
    says: 'an announcement that is a little late keeps its date',
    now: '2026-12-23T00:59:59Z',
    is: '2026-12-22T01:00:00Z',
  },
  { says: 'one that nobody could make for a day is made now', now: '2026-12-23T01:00:01Z', is: '2026-12-23T01:00:01Z' },
])('$says', ({ now, is }) => expect(announcedWhen('2026-12-22T01:00:00Z', now)).toBe(is))

test('it is told in words', () => expect(inWords(quarterly)).toBe('first Tue of Jan, Apr, Jul, Oct at 10:00'))

const anySchedule = fc.record({
  months: fc.uniqueArray(fc.constantFrom(...months), { minLength: 1 }),
  nth: fc.constantFrom(1, 2, 3, 4),
  weekday: fc.constantFrom(...weekdays),
  time: fc.constantFrom('00:00', '10:00', '23:59'),
  announceDays: fc.integer({ min: 0, max: 28 }),
  target: fc.constant('newest' as const),
}) satisfies fc.Arbitrary<Schedule>

const isLeap = (year: number) => year % 4 === 0
const matches = (calendar: FiringCalendar, day: string): boolean => {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  return (
    calendar.month === month &&
    date >= calendar.days.first &&
    date <= calendar.days.last &&
    calendar.weekday === weekdayOf(day) &&
    (calendar.years === undefined || (calendar.years === 'leap') === isLeap(year))
  )
}

test('the calendars that a server keeps fire exactly on the days of the announcements, each once', () => {
  const utc = { ...tokyo, timeZone: 'UTC' }
  fc.assert(
    fc.property(anySchedule, fc.integer({ min: 2026, max: 2031 }), (schedule, year) => {
      const days = Array.from({ length: 366 }, (_, n) => daysAfter(`${year}-03-01`, n))
      const calendars = firingsOf(schedule)
      const fired = days.flatMap((day) => calendars.flatMap((c) => (matches(c, day) ? [day] : [])))
      const announced = startsAfter(schedule, utc, `${year}-02-28T23:59:59Z`, 14)
        .map((s) => s.announcedAt.slice(0, 10))
        .filter((day) => days.includes(day))
      expect(fired).toEqual(announced)
    }),
    { numRuns: 30 },
  )
})

test('the start that follows an announcement of the schedule is the one that the schedule meant', () => {
  fc.assert(
    fc.property(
      anySchedule,
      fc.constantFrom('Asia/Tokyo', 'Europe/Paris', 'America/New_York'),
      (schedule, timeZone) => {
        const calendar = { timeZone, isClosed: (day: string) => day.endsWith('-03') }
        for (const start of startsAfter(schedule, calendar, NOW, 4)) {
          expect(start.announcedAt > NOW).toBe(true)
          expect(startAfter(schedule, calendar, start.announcedAt)).toEqual(start)
        }
      },
    ),
    { numRuns: 20 },
  )
})
