import { describe, expect, test } from 'vitest'
import {
  closed,
  nextMoment,
  opened,
  outcome,
  record,
  refusal,
  type Answer,
  type Decision,
  type Desk,
  type Gate,
  takenOut,
  voided,
  waitsForTime,
} from '../../src/domain/gates.ts'
import { rule } from '../support/builders.ts'

const now = '2026-11-23T12:00:00Z'
const later = '2026-11-23T13:00:00Z'
const iso = (time: string) => new Date(time).toISOString()
const gate = (more: Partial<Gate> = {}): Gate => ({
  id: 'production/gate@abcdef01.1',
  title: 'move',
  rule: rule('scala', { approvals: 2, exclude: ['requester', 'start'] }),
  offers: ['approve', 'reject'],
  openedAt: now,
  images: 'v1',
  given: [],
  ...more,
})
const empty: Desk = {
  gates: [],
  ahead: [],
  log: [],
  requester: 'aoki',
  members: { scala: ['aoki', 'baba', 'chiba', 'doi'], sre: ['baba'] },
}
const started = gate({
  id: 'start@abcdef01.1',
  rule: rule('sre'),
  given: [{ gate: 'start@abcdef01.1', by: 'baba', answer: 'approve', at: now }],
  closed: { at: now, as: 'approve' },
})
const desk: Desk = { ...empty, gates: [started, gate()] }
const chiba: Decision = { gate: gate().id, by: 'chiba' }
const say = (d: Desk, answer: Answer, decision: Decision, planned: readonly Gate[] = []) =>
  refusal(d, planned, answer, decision, now)?.code

test.for([
  ['an approver', 'approve', chiba, undefined],
  ['a stranger', 'approve', { ...chiba, by: 'mallory' }, 'not-an-approver'],
  ['the requester', 'approve', { ...chiba, by: 'aoki' }, 'excluded'],
  ['who approved the start', 'approve', { ...chiba, by: 'baba' }, 'excluded'],
  ['the requester may reject', 'reject', { ...chiba, by: 'aoki' }, undefined],
  ['for another plan', 'approve', { ...chiba, gate: 'production/gate@00000000.1' }, 'no-such-gate'],
  ['for another try', 'approve', { ...chiba, gate: 'production/gate@abcdef01.2' }, 'no-such-gate'],
  ['a closed gate', 'approve', { ...chiba, gate: started.id }, 'already-decided'],
  ['what is not offered', 'skip', chiba, 'not-offered'],
  ['no time at all', 'approve', { ...chiba, notBefore: 'soon' }, 'malformed'],
  ['a time of no zone', 'approve', { ...chiba, notBefore: '2099-12-02T10:00' }, 'malformed'],
  ['a time of a zone', 'approve', { ...chiba, notBefore: '2099-12-02T10:00+09:00' }, undefined],
  ['never', 'approve', { ...chiba, notBefore: '2099-12-02T10:00:00Z', notAfter: '2099-12-02T10:00:00Z' }, 'malformed'],
  ['too late', 'approve', { ...chiba, notAfter: '2026-01-01T00:00:00Z' }, 'expired'],
] as const)('%s: %s', ([, answer, decision, code]) => expect(say(desk, answer, decision)).toBe(code))

describe('counting', () => {
  const once = record(desk, [], 'approve', chiba, now)
  const it_ = (d: Desk) => d.gates.find((g) => g.id === gate().id) ?? gate()
  test('nobody counts twice', () => expect(say(once, 'approve', chiba)).toBe('twice'))
  test('one of two is not enough', () => expect(outcome(it_(once), now)).toBeUndefined())
  test('two of two are', () =>
    expect(outcome(it_(record(once, [], 'approve', { ...chiba, by: 'doi' }, now)), now)).toBe('approve'))
  test('one word against settles it', () =>
    expect(outcome(it_(record(once, [], 'reject', { ...chiba, by: 'chiba' }, now)), now)).toBe('reject'))
  test('before its time it waits, and says until when', () => {
    const waits = gate({ rule: rule('scala'), given: [{ ...chiba, answer: 'approve', at: now, notBefore: later }] })
    expect([outcome(waits, now), nextMoment(waits, now), outcome(waits, later)]).toEqual([
      undefined,
      iso(later),
      'approve',
    ])
    expect(nextMoment(waits, later)).toBeUndefined()
  })
  test('nobody in time is a rejection', () => {
    const ends = gate({ rule: rule('scala', { expires: '1h' }) })
    expect([outcome(ends, now), nextMoment(ends, now), outcome(ends, later)]).toEqual([undefined, iso(later), 'reject'])
  })
  test('what was approved for later does not expire; once that is taken back, it does', () => {
    const its = rule('scala', { expires: '1h' })
    const waits = gate({
      rule: its,
      given: [{ ...chiba, answer: 'approve', at: now, notBefore: '2099-01-01T00:00:00Z' }],
    })
    expect([outcome(waits, later), nextMoment(waits, later)]).toEqual([undefined, '2099-01-01T00:00:00.000Z'])
    expect(outcome({ ...waits, given: [] }, later)).toBe('reject')
  })
  test('what must be typed', () => {
    const typed: Desk = { ...empty, gates: [gate({ rule: rule('scala', { typed: 'blue-1-35' }) })] }
    expect([say(typed, 'approve', chiba), say(typed, 'approve', { ...chiba, typed: 'blue-1-35' })]).toEqual([
      'not-typed',
      undefined,
    ])
  })
  test('is typed by who gives something up too, and not by who waits on', () => {
    const failure = gate({ rule: rule('scala', { typed: 'postfix' }), offers: ['retry', 'skip'] })
    const typed: Desk = { ...empty, gates: [failure] }
    expect([
      say(typed, 'skip', chiba),
      say(typed, 'skip', { ...chiba, typed: 'postfix' }),
      say(typed, 'retry', chiba),
    ]).toEqual(['not-typed', undefined, undefined])
  })
})

describe('ahead', () => {
  const planned = [gate()]
  const ahead = record(empty, planned, 'approve', chiba, now)
  test('only an approval, of a gate that is planned', () => {
    expect([
      say(empty, 'approve', chiba),
      say(empty, 'approve', chiba, planned),
      say(empty, 'reject', chiba, planned),
    ]).toEqual(['no-such-gate', undefined, 'no-such-gate'])
  })
  test('is used once', () => {
    const open = opened(ahead, gate())
    expect([open.ahead.length, open.gates[0]?.given.length]).toEqual([0, 1])
    const second = opened(closed(open, gate().id, 'withdrawn', now), gate({ id: 'production/gate@abcdef01.2' }))
    expect(second.gates[1]?.given).toEqual([])
  })
  test.for([
    [
      'another digest',
      gate({ id: 'production/gate@00000000.1' }),
      'it was for plan abcdef01, and the plan is 00000000 now',
    ],
    ['another try', gate({ id: 'production/gate@abcdef01.2' }), 'it was for try 1, and this is try 2'],
    ['another image', gate({ images: 'v2' }), 'an image is another now than when it was approved'],
  ] as const)('is void for %s, and that is the reason', ([, other, because]) => {
    const open = opened(ahead, other)
    expect([open.ahead, open.gates[0]?.given]).toEqual([[], []])
    expect(open.log.at(-1)).toMatchObject({ became: 'void', because, body: chiba })
  })
  test('of several each has its own reason, or counts', () => {
    const said = (id: string, by: string, at = now) => ({ gate: id, by, answer: 'approve' as const, at, images: 'v1' })
    const waiting = [
      said(gate().id, 'chiba'),
      said('production/gate@00000000.1', 'doi'),
      said('stage/gate@abcdef01.1', 'doi'),
    ]
    const barred: Desk = { ...desk, gates: [started], ahead: [...waiting, said(gate().id, 'baba')] }
    const open = opened(barred, gate())
    expect([open.ahead.map((g) => g.gate), open.gates.at(-1)?.given.map((g) => g.by)]).toEqual([
      ['stage/gate@abcdef01.1'],
      ['chiba'],
    ])
    expect(open.log.map((l) => l.because)).toEqual([
      'it was for plan 00000000, and the plan is abcdef01 now',
      'baba has approved meanwhile what excludes them here',
    ])
  })
  test('is void where its time is over when the gate opens', () => {
    const short = record(empty, planned, 'approve', { ...chiba, notAfter: now }, now)
    const open = opened(short, gate({ openedAt: '2099-01-01T00:00:00Z' }))
    expect(open.gates[0]?.given).toEqual([])
    expect(open.log.at(-1)).toMatchObject({
      became: 'void',
      because: `its time was over at ${now}, before the gate opened`,
    })
  })
  test('is void when it was to count later, also once its gate is open', () => {
    const later = record(empty, planned, 'approve', { ...chiba, notBefore: '2099-01-01T00:00:00Z' }, now)
    const open = opened(record(later, planned, 'approve', { ...chiba, by: 'doi' }, now), gate())
    const void_ = voided(open, () => true, 'stage fails', now)
    expect(void_.gates[0]?.given.map((g) => g.by)).toEqual(['doi'])
    expect(void_.log.at(-1)).toMatchObject({ became: 'void', because: 'stage fails', body: { by: 'chiba' } })
  })
  test('is taken out of an open gate, and nothing else is', () => {
    const open = record(opened(ahead, gate()), [], 'reject', { ...chiba, by: 'doi' }, now)
    const out = takenOut(open, gate().id, () => true, 'other images', now)
    expect(out.gates[0]?.given.map((g) => [g.by, g.answer])).toEqual([['doi', 'reject']])
    expect(out.log.at(-1)).toMatchObject({ became: 'void', because: 'other images' })
    expect(takenOut(out, gate().id, () => true, 'again', now)).toBe(out)
  })
})

test.for([
  [['chiba'], undefined, false],
  [['chiba', 'doi'], undefined, true],
  [['chiba', 'doi'], '2020-01-01T00:00:00Z', false],
] as const)('%j until %s: waits for nobody: %s', ([names, notAfter, waits]) => {
  const given = names.map((by) => ({
    gate: gate().id,
    by,
    answer: 'approve' as const,
    at: now,
    notBefore: '2019-01-01T00:00:00Z',
    ...(notAfter !== undefined && { notAfter }),
  }))
  expect(waitsForTime(gate({ given }), now)).toBe(waits)
})
