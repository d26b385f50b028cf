import { describe, expect, test } from 'vitest'
import { actRefusal, recordAct, withdrawalRefusal, withdrawn } from '../../src/domain/acts.ts'
import { opened, outcome, record, type Desk, type Gate } from '../../src/domain/gates.ts'
import { rule } from '../support/builders.ts'

const now = '2026-11-26T12:00:00Z'
const gate = (step: string, more: Partial<Gate> = {}): Gate => ({
  id: `${step}/gate@abcdef01.1`,
  title: `move ${step}`,
  rule: rule('scala', { exclude: ['requester'] }),
  offers: ['approve', 'reject'],
  openedAt: now,
  images: 'v1',
  given: [],
  ...more,
})
const [test_, stage, production] = [gate('test'), gate('stage'), gate('production')]
const planned = [stage, production]
const desk: Desk = {
  gates: [test_],
  ahead: [],
  log: [],
  requester: 'aoki',
  members: { scala: ['aoki', 'chiba', 'doi'], sre: ['baba'] },
}
const all = [test_, ...planned].map((g) => g.id)
const act = { gates: all, by: 'chiba', comment: 'go', notAfter: '2026-12-01T00:00:00Z' }

test('whoever may decide since a deadline may take back too', () => {
  const late = gate('test', {
    escalatedAt: now,
    rule: rule('scala', { escalates: { after: '3d', to: ['sre'] } }),
    given: [{ gate: test_.id, by: 'baba', answer: 'approve', at: now, notBefore: '2099-01-01T00:00:00Z' }],
  })
  const so = { ...desk, gates: [late] }
  expect(withdrawalRefusal(so, [], { gate: late.id, by: 'baba' })).toBeUndefined()
  expect(withdrawn(so, { gate: late.id, by: 'baba' }, now).gates[0]?.given).toEqual([])
})

describe('an act for several gates', () => {
  test('counts for the open one, is kept for those to come, and is one line in the log', () => {
    expect(actRefusal(desk, planned, 'approve', act, now)).toBeUndefined()
    const said = recordAct(desk, planned, 'approve', act, now)
    expect(said.gates[0]?.given).toMatchObject([{ by: 'chiba', gate: test_.id, comment: 'go', notAfter: act.notAfter }])
    expect(said.ahead).toMatchObject([
      { gate: stage.id, images: 'v1' },
      { gate: production.id, images: 'v1' },
    ])
    expect(said.log).toEqual([{ at: now, message: 'approve', body: act, became: 'counted' }])
  })

  test('each gate uses it once', () => {
    const said = opened(recordAct(desk, planned, 'approve', act, now), stage)
    const at = said.gates.find((g) => g.id === stage.id)
    expect([at && outcome(at, now), said.ahead.map((g) => g.gate)]).toEqual(['approve', [production.id]])
    expect(actRefusal(said, [production], 'approve', act, now)?.code).toBe('twice')
  })

  test('is refused as a whole, with every reason and the gate of each', () => {
    const gates = [test_.id, 'prod/gate@00000000.1', production.id]
    const excluded = actRefusal(desk, planned, 'approve', { gates, by: 'aoki' }, now)
    expect(excluded?.code).toBe('excluded')
    expect(excluded?.message).toMatch(
      /test\/gate.*; there is no gate prod\/gate.*; production\/gate.*Nothing of it counts/,
    )
  })

  test('what must be typed is typed for those that want it', () => {
    const end = gate('end', { rule: rule('scala', { typed: 'blue' }) })
    const open: Desk = { ...desk, gates: [...desk.gates, end] }
    const say = (typed: string, so = open, to_come = planned) =>
      actRefusal(so, to_come, 'approve', { gates: [stage.id, end.id], by: 'chiba', typed }, now)?.code
    expect([say('blue'), say('green')]).toEqual([undefined, 'not-typed'])
    // Not before it is open, whatever is typed: who destroys has read what was measured.
    expect(say('blue', desk, [end, ...planned])).toBe('not-ahead')
  })

  test('for one gate it is as it was', () => {
    const one = { gate: test_.id, by: 'chiba' }
    expect(recordAct(desk, planned, 'approve', one, now)).toEqual(record(desk, planned, 'approve', one, now))
  })
})

describe('a team takes back what it approved', () => {
  const said = recordAct(desk, planned, 'approve', act, now)
  test('ahead: it is void, with who and why, and may be given again', () => {
    const back = { gates: [stage.id, production.id], by: 'doi', comment: 'a release comes' }
    expect(withdrawalRefusal(said, planned, back)).toBeUndefined()
    const gone = withdrawn(said, back, now)
    expect(gone.ahead).toEqual([])
    expect(gone.log.slice(1)).toMatchObject([
      { message: 'withdraw', became: 'counted', body: back },
      { became: 'void', because: 'doi withdrew it: a release comes', body: { gate: stage.id, by: 'chiba' } },
      { became: 'void', body: { gate: production.id } },
    ])
    expect(actRefusal(gone, planned, 'approve', { gates: [stage.id], by: 'chiba' }, now)).toBeUndefined()
    expect(opened(gone, stage).gates.at(-1)?.given).toEqual([])
  })

  test('of an open gate, while it is not decided', () => {
    const two: Desk = { ...desk, gates: [gate('test', { rule: rule('scala', { approvals: 2 }) })] }
    const once = record(two, [], 'approve', { gate: test_.id, by: 'chiba' }, now)
    const gone = withdrawn(once, { gate: test_.id, by: 'chiba' }, now)
    expect([gone.gates[0]?.given, gone.log.at(-1)?.because]).toEqual([[], 'chiba withdrew it'])
  })

  test.for<[string, string, string, string | undefined]>([
    ['who is of the team', 'doi', production.id, undefined],
    ['also who may not approve it', 'aoki', production.id, undefined],
    ['a stranger', 'baba', production.id, 'not-an-approver'],
    ['of no gate', 'doi', 'production/gate@abcdef01.2', 'no-such-gate'],
    ['of what nobody approved', 'doi', 'end/gate@abcdef01.1', 'nothing-to-withdraw'],
    ['of what was decided', 'doi', 'start@abcdef01.1', 'already-decided'],
  ])('%s: %s', ([, by, id, code]) => {
    const closed = gate('start', { id: 'start@abcdef01.1', closed: { at: now, as: 'approve' } })
    const with_ = { ...said, gates: [...said.gates, closed] }
    expect(withdrawalRefusal(with_, [...planned, gate('end')], { gate: id, by })?.code).toBe(code)
  })
})
