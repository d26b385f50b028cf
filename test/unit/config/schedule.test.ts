import { expect, test } from 'vitest'
import { readPlatformFile } from '../../../src/config/read.ts'
import { aPlatformFile, problemsIn } from './a-platform-file.ts'

const withSchedule = (schedule: string) => `${aPlatformFile}timeZone: Asia/Tokyo\nschedule: ${schedule}\n`
const scheduleIn = (text: string) => {
  const read = readPlatformFile(text, 'x.yaml')
  return read.ok ? read.file.schedule : read.problems
}

test('nothing starts by itself where the file does not say so', () => expect(scheduleIn(aPlatformFile)).toBeUndefined())

test('an empty one is each quarter', () =>
  expect(scheduleIn(withSchedule('{}'))).toEqual({
    months: ['Jan', 'Apr', 'Jul', 'Oct'],
    nth: 1,
    weekday: 'Tue',
    time: '10:00',
    announceDays: 14,
    target: 'newest',
  }))

test('all of it may be said', () =>
  expect(
    scheduleIn(
      withSchedule('{ months: [Feb, Aug], at: fourth Sat 23:30, announce: 0d, target: default, refresh: 180d }'),
    ),
  ).toEqual({
    months: ['Feb', 'Aug'],
    nth: 4,
    weekday: 'Sat',
    time: '23:30',
    announceDays: 0,
    target: 'default',
    refreshDays: 180,
  }))

test('that blue is never refreshed may be said too', () =>
  expect(scheduleIn(withSchedule('{ refresh: never }'))).toEqual(scheduleIn(withSchedule('{}'))))

test.for([
  {
    says: 'no month',
    schedule: '{ months: [] }',
    gives: 'schedule.months: needs at least one month; leave schedule out where none starts by itself',
  },
  {
    says: 'a month twice',
    schedule: '{ months: [Jan, Apr, Jan] }',
    gives: 'schedule.months[2]: "Jan" is in this list already; take one of them out',
  },
  {
    says: 'a day that some months lack',
    schedule: '{ at: fifth Tue 10:00 }',
    gives: 'schedule.at: "fifth Tue 10:00" is not a day of a month with a time; write one such as first Tue 10:00',
  },
  {
    says: 'a time that is none',
    schedule: '{ at: first Tue 24:00 }',
    gives: 'schedule.at: "first Tue 24:00" is not a day of a month with a time; write one such as first Tue 10:00',
  },
  {
    says: 'parts of a day',
    schedule: '{ announce: 36h }',
    gives: 'schedule.announce: "36h" is not a number of days; write whole days, at most 28d, such as 14d',
  },
  {
    says: 'more than four weeks',
    schedule: '{ announce: 29d }',
    gives: 'schedule.announce: "29d" is not a number of days; write whole days, at most 28d, such as 14d',
  },
])('$says is refused', ({ schedule, gives }) => {
  const [first = ''] = problemsIn(withSchedule(schedule))
  expect(first.replace(/^\d+:\d+ {2}/, '')).toBe(gives)
})
