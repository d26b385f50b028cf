import { describe, expect, test } from 'vitest'
import { readPlatformFile } from '../../../src/config/read.ts'
import { changed, problemsIn } from './a-platform-file.ts'

const beside = (text: string) => changed('platformTeam: sre', `platformTeam: sre\ntimeZone: Asia/Tokyo\n${text}`)
const windowed = (window: string, handover = 'singleton, downtime: 60s') =>
  beside('').replace('handover: consumer, idempotent: true', `handover: ${handover}, window: ${window}`)
const fileOf = (text: string) => {
  const read = readPlatformFile(text, 'x.yaml')
  return read.ok ? read.file : read.problems
}

test('one or several, as they were written', () => {
  expect(fileOf(beside('hours: Mon-Thu 10:00-16:00\nclosed: 2026-12-25'))).toMatchObject({
    calendar: { timeZone: 'Asia/Tokyo', hours: ['Mon-Thu 10:00-16:00'], closed: ['2026-12-25'] },
  })
  expect(
    fileOf(beside('hours: [Mon-Thu 10:00-16:00, "Fri 10:00-12:00"]\nclosed: [2026-12-25/2027-01-05]')),
  ).toMatchObject({
    calendar: { hours: ['Mon-Thu 10:00-16:00', 'Fri 10:00-12:00'], closed: ['2026-12-25/2027-01-05'] },
  })
  expect(fileOf(windowed('Wed 10:00-11:00'))).toMatchObject({
    calendar: { hours: [], closed: [] },
    apps: { api: { workloads: { worker: { class: 'singleton', downtime: '60s', window: ['Wed 10:00-11:00'] } } } },
  })
  expect(fileOf(changed('platform: chat', 'platform: chat'))).not.toHaveProperty('calendar')
})

test('a team may have a deadline', () => {
  expect(
    fileOf(changed('approvers: [chiba@example.com]', 'approvers: [chiba@example.com]\n    deadline: 3d')),
  ).toMatchObject({
    teams: { scala: { deadline: '3d' } },
  })
})

describe('what is wrong, and what to write', () => {
  test.for([
    {
      says: 'hours of nowhere',
      text: changed('platformTeam: sre', 'platformTeam: sre\nhours: Mon-Thu 10:00-16:00\nclosed: []'),
      gives: ['15:1  hours: goes by clocks, and nothing says whose; write timeZone: Asia/Tokyo beside platform'],
    },
    {
      says: 'a window of nowhere',
      text: changed('idempotent: true', "idempotent: true, window: 'Wed 10:00-11:00'"),
      gives: [
        '22:55  apps.api.workloads.worker.window: goes by clocks, and nothing says whose; write timeZone: Asia/Tokyo beside platform',
      ],
    },
    {
      says: 'a place that is none',
      text: changed('platformTeam: sre', 'platformTeam: sre\ntimeZone: Asia/Tokio'),
      gives: [
        '15:1  timeZone: "Asia/Tokio" is not a time zone; write one as the tz database names it, such as Asia/Tokyo, or UTC (did you mean Asia/Tokyo?)',
      ],
    },
    {
      says: 'an offset that stands all year',
      text: changed('platformTeam: sre', 'platformTeam: sre\ntimeZone: EST'),
      gives: [
        '15:1  timeZone: "EST" is not a time zone; write one as the tz database names it, such as Asia/Tokyo, or UTC',
      ],
    },
    {
      says: 'hours that are none',
      text: beside('hours: Mon-Thu 10-16'),
      gives: [
        '16:1  hours: "Mon-Thu 10-16" is not hours of the week; write days, hours or both, such as Mon-Thu 10:00-16:00',
      ],
    },
    {
      says: 'one of several that is none',
      text: beside('hours: [Mon-Thu 10:00-16:00, Fry 10:00-12:00]'),
      gives: [
        '16:30  hours[1]: "Fry 10:00-12:00" is not hours of the week; write days, hours or both, such as Mon-Thu 10:00-16:00',
      ],
    },
    {
      says: 'hours that end where they begin',
      text: beside('hours: Mon 10:00-10:00'),
      gives: ['16:1  hours: "Mon 10:00-10:00" ends where it begins; write 00:00-24:00 for a whole day'],
    },
    {
      says: 'no hours at all',
      text: beside('hours: []'),
      gives: ['16:1  hours: is an empty list; take it out, or write Mon-Thu 10:00-16:00'],
    },
    {
      says: 'hours that are a number',
      text: beside('hours: 10'),
      gives: ['16:1  hours: 10 is not hours of the week; write Mon-Thu 10:00-16:00'],
    },
    {
      says: 'a day that is not in the calendar',
      text: beside('closed: [2026-12-24, 2026-02-30]'),
      gives: [
        '16:22  closed[1]: "2026-02-30" is not a day; write a day such as 2026-12-25, or two, the last one included: 2026-12-25/2027-01-05',
      ],
    },
    {
      says: 'days that end before they begin',
      text: beside('closed: 2027-01-05/2026-12-25'),
      gives: ['16:1  closed: "2027-01-05/2026-12-25" ends before it begins; write 2026-12-25/2027-01-05'],
    },
    {
      says: 'a window that is none',
      text: windowed('Wednesday'),
      gives: [
        '24:53  apps.api.workloads.worker.window: "Wednesday" is not hours of the week; write days, hours or both, such as Mon-Thu 10:00-16:00',
      ],
    },
    {
      says: 'a window for what weights move',
      text: windowed('Wed 10:00-11:00', 'overlap'),
      gives: [
        '24:36  apps.api.workloads.worker.window: belongs to handover: consumer or schedule or singleton or buffer or stateful, and this is overlap; take it out, or change the class',
      ],
    },
    {
      says: 'a window of an environment',
      text: changed('test: {}', "test: { window: 'Wed 10:00-11:00' }"),
      gives: [
        '16:11  environments.test.window: is not supported yet; write hours for the whole platform, or a window for a workload of an app',
      ],
    },
    {
      says: 'a deadline of the platform team itself',
      text: changed('baba@example.com]', 'baba@example.com]\n    deadline: 3d'),
      gives: [
        '12:5  teams.sre.deadline: is for other teams: after it sre may decide too; take it out, or say who decides for sre: escalatesTo: <another team>',
      ],
    },
    {
      says: 'a deadline at once',
      text: changed('approvers: [chiba@example.com]', 'approvers: [chiba@example.com]\n    deadline: 0s'),
      gives: ['14:5  teams.scala.deadline: is no time at all; write 1s or more'],
    },
  ])('$says', ({ text, gives }) => expect(problemsIn(text)).toEqual(gives))
})
