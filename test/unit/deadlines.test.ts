import { describe, expect, test } from 'vitest'
import { escalated, escalatesAt, opened, refusal, teamsOf, type Desk, type Gate } from '../../src/domain/gates.ts'
import { gateNotice } from '../../src/domain/notices.ts'
import { details, statusOf, waiting } from '../../src/domain/status.ts'
import { blank } from '../../src/domain/journal.ts'
import { aCutoverPlan, anApp, anEnvironment, rule, someFacts } from '../support/builders.ts'

const plan = aCutoverPlan(anApp('api'), anEnvironment('production', { gate: rule('scala') }), someFacts)
const openedAt = '2026-11-23T12:00:00Z'
const later = '2026-11-26T12:00:00.000Z'
const gate = (more: Partial<Gate> = {}): Gate => ({
  id: `production/gate@${plan.digest.slice(0, 8)}.1`,
  title: 'move production to green',
  rule: rule('scala', { exclude: ['requester'] }),
  offers: ['approve', 'reject'],
  openedAt,
  images: 'v1',
  given: [],
  ...more,
})
const desk: Desk = {
  gates: [],
  ahead: [],
  log: [],
  requester: 'aoki',
  members: { scala: ['chiba'], sre: ['aoki', 'baba'] },
  deadlines: { scala: { after: '3d', to: ['sre'] } },
}
const open = opened(desk, gate())
const over = escalated(open, gate().id, later)
const [before, after] = [open.gates[0] ?? gate(), over.gates[0] ?? gate()]
const refused = (d: Desk, by: string) => refusal(d, [], 'approve', { gate: gate().id, by }, later)

describe('a team that has a deadline', () => {
  test('is asked alone until then', () => {
    expect([teamsOf(before), escalatesAt(before)]).toEqual([['scala'], later])
    expect(refused(open, 'baba')).toEqual({
      code: 'not-an-approver',
      message: `baba is not an approver of scala; sre may decide too from ${later} on`,
    })
  })
  test('is joined after that, not replaced', () => {
    expect([teamsOf(after), escalatesAt(after)]).toEqual([['scala', 'sre'], undefined])
    expect([refused(over, 'chiba'), refused(over, 'baba')]).toEqual([undefined, undefined])
  })
  test('who is excluded stays so in either team', () => expect(refused(over, 'aoki')?.code).toBe('excluded'))
  test('it is written down, once', () => {
    expect(over.log).toEqual([
      {
        at: later,
        message: 'escalated',
        body: { gate: gate().id },
        became: 'counted',
        because: 'scala did not answer for 3d: sre may decide too',
      },
    ])
    expect(escalated(over, gate().id, later)).toBe(over)
  })
  test('a gate that is answered is nobody else’s', () => {
    const answered = opened(desk, gate({ closed: { at: openedAt, as: 'approve' } }))
    expect(escalated(answered, gate().id, later)).toBe(answered)
  })
})

test.for([
  ['without a deadline', rule('php'), undefined],
  ['of the platform team itself', rule('sre'), undefined],
  ['that is for both anyway', rule('scala', { teams: ['scala', 'sre'] }), undefined],
  [
    'that has one of its own',
    rule('php', { escalates: { after: '1h', to: ['scala'] } }),
    { after: '1h', to: ['scala'] },
  ],
] as const)('a gate %s', ([, its, escalates]) =>
  expect(opened(desk, gate({ rule: its })).gates[0]?.rule.escalates).toEqual(escalates),
)

test.for([
  ['says nothing', undefined, '4h'],
  ['says how often', '7h', '7h'],
] as const)('a team that %s is reminded every %s', ([, its, is]) => {
  const reminded = { ...desk, ...(its && { reminders: { scala: its } }) }
  expect(opened(reminded, gate()).gates[0]?.rule.remindEvery).toBe(is)
})

test('status, details and notice say who else, and from when on', () => {
  expect(waiting(before)).toMatchObject({ who: ['scala'], escalates: { to: ['sre'], at: later } })
  expect(waiting(after)).toMatchObject({ who: ['scala', 'sre'] })
  expect(waiting(after)).not.toHaveProperty('escalates')
  const run = { plan, journal: blank, goingBack: false }
  expect(details([statusOf(run, open, false)])).toContain(`; sre may answer too from ${later} on`)
  expect(statusOf(run, over, false).waitingFor[0]?.people).toEqual(['chiba', 'aoki', 'baba'])
  const from = { workflowId: 'w', runId: 'r', at: later }
  expect(gateNotice(from, plan.subject, after, 'escalated')).toMatchObject({
    id: `r/${gate().id}/escalated`,
    about: 'reminder',
    title: 'scala did not answer for 3d, and sre may decide too: move production to green',
    teams: ['scala', 'sre'],
  })
})
