import { expect, test } from 'vitest'
import { outlook } from '../../src/cli/render/outlook.ts'
import { planned, schedule } from '../../src/cli/render/schedule.ts'
import type { ScheduleView } from '../../src/client/shapes.ts'
import type { KeptSchedule } from '../../src/domain/schedule.ts'
import type { Outlook } from '../../src/domain/scheduled.ts'

/** The screens of what starts by itself, line by line. */

const screen = { width: 100, colour: false, now: '2026-11-26T09:00:00.000Z' }

const next: Outlook = {
  platform: 'chatwork-prod',
  blue: 'chatwork-prod-1-35',
  from: '1.35',
  timeZone: 'Asia/Tokyo',
  decision: {
    do: 'upgrade',
    to: '1.36',
    because: [
      '1.36 is the newest version, in standard support until 2027-08-02: more than two quarters after the start',
    ],
  },
  start: { announcedAt: '2026-12-22T01:00:00.000Z', at: '2027-01-06T01:00:00.000Z', movedFrom: '2027-01-05' },
  later: [{ announcedAt: '2027-03-23T01:00:00.000Z', at: '2027-04-06T01:00:00.000Z' }],
  versions: [
    { version: '1.36', support: 'standard', until: '2027-08-02', isDefault: false },
    { version: '1.35', support: 'standard', until: '2027-03-27', isDefault: true },
    { version: '1.33', support: 'extended', until: '2027-07-29', isDefault: false },
    { version: '1.31', support: 'none', isDefault: false },
  ],
}

test('what comes next, why, when, and what EKS has', () => {
  expect(outlook(next, screen)).toMatchInlineSnapshot(`
    "chatwork-prod 1.35: upgrade to 1.36  Wed 2027-01-06 10:00 Asia/Tokyo  in 40d 16h
    because 1.36 is the newest version, in standard support until 2027-08-02: more than two quarters
    after the start

    ANNOUNCED             STARTS                Asia/Tokyo
    Tue 2026-12-22 10:00  Wed 2027-01-06 10:00  2027-01-05 is closed
    Tue 2027-03-23 10:00  Tue 2027-04-06 10:00

    VERSION  SUPPORT   UNTIL
    1.36     standard  2027-08-02  next
    1.35     standard  2027-03-27  blue, EKS's default
    1.33     extended  2027-07-29
    1.31     none      -"
  `)
})

test('nothing to do, and nothing that starts by itself', () => {
  const { start: _start, ...rest } = next
  const it = {
    ...rest,
    later: [],
    versions: [],
    decision: { do: 'nothing', because: ['blue is at 1.36 already'] },
  } as const
  expect(outlook(it, screen)).toMatchInlineSnapshot(`
    "chatwork-prod 1.35: nothing to do
    because blue is at 1.36 already
    decided as of now: its platform file has no schedule, or closes every day

    VERSION  SUPPORT  UNTIL"
  `)
})

test('a refresh, which is of the version that blue has', () => {
  const decision = { do: 'refresh', to: '1.35', because: ['blue is old'] } as const
  const drawn = outlook({ ...next, decision }, screen).split('\n')
  expect(drawn[0]).toContain('chatwork-prod 1.35: refresh at 1.35  ')
  expect(drawn.find((line) => line.startsWith('1.35'))).toContain('blue, next')
})

const kept: KeptSchedule = {
  schedule: {
    months: ['Jan', 'Apr', 'Jul', 'Oct'],
    nth: 1,
    weekday: 'Tue',
    time: '10:00',
    announceDays: 14,
    target: 'newest',
  },
  timeZone: 'Asia/Tokyo',
  closed: ['2026-12-25/2027-01-05'],
  tells: { team: 'sre', slack: '#sre' },
}

test('a schedule before it is changed', () => {
  expect(planned('chatwork-prod', kept, ['target: n-1 → newest'], screen)).toMatchInlineSnapshot(`
    "chatwork-prod: first Tue of Jan, Apr, Jul, Oct at 10:00 (Asia/Tokyo)
    announced 14 days before, to the newest version

    ANNOUNCED             STARTS                Asia/Tokyo
    Tue 2026-12-22 10:00  Wed 2027-01-06 10:00  2027-01-05 is closed
    Tue 2027-03-23 10:00  Tue 2027-04-06 10:00
    Tue 2027-06-22 10:00  Tue 2027-07-06 10:00
    Tue 2027-09-21 10:00  Tue 2027-10-05 10:00

    ~ target: n-1 → newest"
  `)
})

test('one that refreshes too says when', () => {
  const refreshed = { ...kept, schedule: { ...kept.schedule, refreshDays: 180 } }
  expect(planned('chatwork-prod', refreshed, [], screen)).toContain(
    'announced 14 days before, to the newest version; else refreshed after 180 days\n',
  )
})

test('one that never starts says so', () => {
  const never = { ...kept, closed: ['2026-01-01/2099-12-31'] }
  expect(planned('chatwork-prod', never, [], screen)).toContain('every day is closed: nothing ever starts')
})

const view: ScheduleView = {
  platform: 'chatwork-prod',
  scheduleId: 'scheduled-upgrade/chatwork-prod',
  paused: true,
  note: 'paused by aoki@example.com: freeze',
  kept,
  next: [next.start ?? { announcedAt: '', at: '' }],
  last: [
    { firedAt: '2026-09-22T01:00:00.000Z', workflowId: 'w3', runId: 'r3', outcome: 'running', because: [] },
    {
      firedAt: '2026-06-23T01:00:00.000Z',
      workflowId: 'w2',
      runId: 'r2',
      outcome: 'failed',
      because: ['the upgrade of chatwork-prod to 1.35 ended: rolled-back'],
    },
    {
      firedAt: '2026-03-24T01:00:00.000Z',
      workflowId: 'w1',
      runId: 'r1',
      outcome: 'done',
      to: '1.34',
      because: ['1.34 is the newest version'],
    },
    {
      firedAt: '2025-12-23T01:00:00.000Z',
      workflowId: 'w0',
      runId: 'r0',
      outcome: 'called-off',
      because: ['blue is at 1.33 by now'],
    },
    {
      firedAt: '2025-09-23T01:00:00.000Z',
      workflowId: 'v9',
      runId: 'q9',
      outcome: 'nothing',
      because: ['blue is at 1.33 already'],
    },
  ],
  open: ['scheduled-upgrade/chatwork-prod-2026-09-22T01:00:00Z'],
}

test('a schedule as it stands, with what it did last', () => {
  expect(schedule(view, screen)).toMatchInlineSnapshot(`
    "chatwork-prod: first Tue of Jan, Apr, Jul, Oct at 10:00 (Asia/Tokyo)
    announced 14 days before, to the newest version
    ‖ paused by aoki@example.com: freeze
    → norikae schedule resume chatwork-prod
    ◐ goes on: scheduled-upgrade/chatwork-prod-2026-09-22T01:00:00Z

    ANNOUNCED             STARTS                Asia/Tokyo
    Tue 2026-12-22 10:00  Wed 2027-01-06 10:00  2027-01-05 is closed

    FIRED                 OUTCOME             BECAUSE
    Tue 2026-09-22 10:00  ◐ running
    Tue 2026-06-23 10:00  ✖ failed            the upgrade of chatwork-prod to 1.35 ended: rolled-back
    Tue 2026-03-24 10:00  ✔ upgraded to 1.34  1.34 is the newest version
    Tue 2025-12-23 10:00  · called off        blue is at 1.33 by now
    Tue 2025-09-23 10:00  · nothing to do     blue is at 1.33 already"
  `)
})

test('what was refreshed was not upgraded', () => {
  const done = {
    firedAt: '2026-03-24T01:00:00.000Z',
    workflowId: 'w',
    runId: 'r',
    outcome: 'done',
    because: [],
  } as const
  expect(schedule({ ...view, last: [{ ...done, to: '1.35', refresh: true }] }, screen)).toContain('✔ refreshed at 1.35')
})

test('one that somebody else made shows what Temporal knows', () => {
  const { kept: _kept, note: _note, ...rest } = view
  const shown = schedule({ ...rest, paused: false, last: [], open: [] }, screen)
  expect(shown).toMatchInlineSnapshot(`
    "chatwork-prod: not made by norikae schedule create
    ✔ active

    ANNOUNCED             STARTS                UTC
    Tue 2026-12-22 01:00  Wed 2027-01-06 01:00  2027-01-05 is closed"
  `)
})
