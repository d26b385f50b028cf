import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clockIn, dated, daysAfter, momentOf, nthOf, weekdayOf } from '../../src/domain/days.ts'

test.for([
  {
    says: 'a zone without summer',
    zone: 'Asia/Tokyo',
    day: '2027-01-05',
    time: '10:00',
    at: '2027-01-05T01:00:00.000Z',
  },
  { says: 'winter', zone: 'Europe/Paris', day: '2027-01-05', time: '10:00', at: '2027-01-05T09:00:00.000Z' },
  { says: 'summer', zone: 'Europe/Paris', day: '2027-07-06', time: '10:00', at: '2027-07-06T08:00:00.000Z' },
  {
    says: 'the day before in UTC',
    zone: 'Asia/Tokyo',
    day: '2027-01-05',
    time: '08:00',
    at: '2027-01-04T23:00:00.000Z',
  },
  {
    says: 'a time that does not exist',
    zone: 'Europe/Paris',
    day: '2027-03-28',
    time: '02:30',
    at: '2027-03-28T01:30:00.000Z',
  },
  {
    says: 'a time that comes twice',
    zone: 'Europe/Paris',
    day: '2027-10-31',
    time: '02:30',
    at: '2027-10-31T00:30:00.000Z',
  },
  { says: 'half an hour', zone: 'Asia/Kolkata', day: '2027-01-05', time: '10:00', at: '2027-01-05T04:30:00.000Z' },
  {
    says: 'a day that a zone left out begins a day later',
    zone: 'Pacific/Apia',
    day: '2011-12-31',
    time: '00:00',
    at: '2011-12-30T10:00:00.000Z',
  },
])('$says: $day $time in $zone is $at', ({ zone, day, time, at }) => {
  expect(momentOf(zone, { day, time })).toBe(at)
})

test('what a clock shows at a moment is that moment again, wherever no clock was changed', () => {
  const zones = ['Asia/Tokyo', 'UTC', 'Asia/Kathmandu', 'America/Phoenix']
  const minutes = fc.integer({ min: 0, max: 50 * 365 * 1440 })
  fc.assert(
    fc.property(fc.constantFrom(...zones), minutes, (zone, n) => {
      const at = new Date(Date.UTC(2000, 0, 1) + n * 60_000).toISOString()
      expect(momentOf(zone, clockIn(zone, at))).toBe(at)
    }),
  )
})

test('of a weekday in a month the first to the fourth are seven days apart, and of that month', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2000, max: 2098 }),
      fc.integer({ min: 0, max: 11 }),
      fc.constantFrom('Sun', 'Tue', 'Sat'),
      (year, month, weekday) => {
        const days = [1, 2, 3, 4].map((nth) => nthOf(nth, weekday, year, month))
        expect(days.map(weekdayOf)).toEqual([weekday, weekday, weekday, weekday])
        expect(days.map((day) => Number(day.slice(5, 7)))).toEqual([1, 1, 1, 1].map((one) => one * (month + 1)))
        expect(days).toEqual([0, 7, 14, 21].map((n) => daysAfter(days[0] ?? '', n)))
        expect(Number(days[0]?.slice(8))).toBeLessThanOrEqual(7)
      },
    ),
  )
})

test('a date is told with its weekday and its zone', () => {
  expect(dated('Asia/Tokyo', '2027-01-05T01:00:00Z')).toBe('Tue 2027-01-05 10:00 Asia/Tokyo')
})
