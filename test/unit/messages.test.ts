import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { logged, type Desk } from '../../src/domain/gates.ts'
import {
  answers,
  badShape,
  commands,
  cutoverId,
  environmentIn,
  isAct,
  isCutoverRequest,
  isOrder,
  isTold,
  reasonIn,
  upgradeId,
  WITHDRAW,
} from '../../src/domain/messages.ts'
import { anApp, aPlatform } from '../support/builders.ts'

/** `npm run test:full` takes ten thousand. */
const RUNS = Number(process.env['NORIKAE_MUTATIONS'] ?? 1000)

const kb = (n: number) => 'x'.repeat(n * 1024)
const gate = 'production/gate@abcdef01.1'

test.for<[string, unknown, string | undefined]>([
  ['what is asked for', { gate, by: 'chiba' }, undefined],
  [
    'with a comment and a window',
    { gate, by: 'chiba', comment: 'ok', typed: 'x', notBefore: 'a', notAfter: 'b' },
    undefined,
  ],
  ['nothing', undefined, 'malformed'],
  ['null', null, 'malformed'],
  ['a text', 'approve', 'malformed'],
  ['a number', 7, 'malformed'],
  ['a list', [{ gate, by: 'chiba' }], 'malformed'],
  ['an empty object', {}, 'malformed'],
  ['no gate', { by: 'chiba' }, 'malformed'],
  ['no name', { gate }, 'malformed'],
  ['an empty name', { gate, by: '' }, 'malformed'],
  ['an empty gate', { gate: '', by: 'chiba' }, 'malformed'],
  ['a name that is no text', { gate, by: { name: 'chiba' } }, 'malformed'],
  ['a gate that is a list', { gate: [gate], by: 'chiba' }, 'malformed'],
  ['null as comment', { gate, by: 'chiba', comment: null }, 'malformed'],
  ['an unknown field', { gate, by: 'chiba', force: 'true' }, 'malformed'],
  ['a prototype', JSON.parse(`{"gate":"${gate}","by":"chiba","__proto__":"x"}`), 'malformed'],
  ['a comment of 100 KB', { gate, by: 'chiba', comment: kb(100) }, 'malformed'],
  ['a name of 100 KB', { gate, by: kb(100) }, 'malformed'],
  ['a field whose name is 100 KB', { gate, by: 'chiba', [kb(100)]: 'x' }, 'malformed'],
  ['2000 characters', { gate, by: 'chiba', comment: 'x'.repeat(2000) }, undefined],
  ['2001 characters', { gate, by: 'chiba', comment: 'x'.repeat(2001) }, 'malformed'],
  ['a proof', { gate, by: 'chiba', proof: 'x'.repeat(8000) }, undefined],
  ['a proof of 8001 characters', { gate, by: 'chiba', proof: 'x'.repeat(8001) }, 'malformed'],
  ['a proof that is no text', { gate, by: 'chiba', proof: {} }, 'malformed'],
])('an answer: %s', ([, body, code]) => {
  for (const name of [...answers, WITHDRAW] as const) expect(badShape(name, body)?.code).toBe(code)
  expect(isAct('approve', body)).toBe(code === undefined)
})

test.for<[string, unknown, string | undefined]>([
  ['several', { gates: [gate, 'test/gate@abcdef01.1'], by: 'chiba' }, undefined],
  ['as many as there may be', { gates: Array.from({ length: 50 }, (_, n) => `${n}`), by: 'chiba' }, undefined],
  ['one more', { gates: Array.from({ length: 51 }, (_, n) => `${n}`), by: 'chiba' }, 'malformed'],
  ['none', { gates: [], by: 'chiba' }, 'malformed'],
  ['one twice', { gates: [gate, gate], by: 'chiba' }, 'malformed'],
  ['a text', { gates: gate, by: 'chiba' }, 'malformed'],
  ['one that is no text', { gates: [gate, 7], by: 'chiba' }, 'malformed'],
  ['an empty one', { gates: [''], by: 'chiba' }, 'malformed'],
  ['one of 100 KB', { gates: [kb(100)], by: 'chiba' }, 'malformed'],
  ['beside a gate', { gates: [gate], gate, by: 'chiba' }, 'malformed'],
  ['without a name', { gates: [gate] }, 'malformed'],
])('an act for many gates: %s', ([, body, code]) => {
  for (const name of ['approve', WITHDRAW] as const) expect(badShape(name, body)?.code).toBe(code)
  // Every other answer is about what happened at one.
  for (const name of ['reject', 'retry', 'skip', 'rerun'] as const) expect(badShape(name, body)?.code).toBe('malformed')
})

test('an order needs who gives it, and why where something is taken back, or planned anew', () => {
  for (const name of commands) {
    const about = name === 'replan' ? { app: 'api' } : {}
    const whole = { ...about, by: 'baba', reason: 'x' }
    expect(badShape(name, whole)).toBeUndefined()
    const unsaid = ['abort', 'rollback', 'replan'].includes(name) ? 'reason is missing' : undefined
    expect(badShape(name, { ...about, by: 'baba' })?.message).toBe(unsaid)
    expect(badShape(name, { ...about, reason: 'x' })?.message).toBe('by is missing')
    expect(badShape(name, { ...whole, proof: 'x' })).toBeUndefined()
    expect(badShape(name, { ...whole, gates: ['x'] })?.code).toBe('malformed')
  }
  expect(badShape('replan', { by: 'baba', reason: 'x' })?.message).toBe('app is missing')
  expect([isOrder({ by: 'baba', reason: 'r', environment: 'e' }), isOrder('baba')]).toEqual([true, false])
})

describe('whatever is sent', () => {
  const anything = fc.anything({ withBigInt: false, withMap: true, withDate: true })
  test('is judged and never throws, and a refusal is short', () => {
    fc.assert(
      fc.property(
        fc.oneof(anything, fc.dictionary(fc.constantFrom('gate', 'by', 'comment', 'x'), anything)),
        (body) => {
          for (const name of [...answers, ...commands]) {
            const refused = badShape(name, body)
            expect((refused?.message ?? '').length).toBeLessThan(300)
          }
          isTold(body)
          isCutoverRequest(body)
          for (const text of [environmentIn(body), reasonIn(body)])
            expect(['string', 'undefined']).toContain(typeof text)
        },
      ),
      { numRuns: RUNS },
    )
  })
})

test('what a cutover tells is read, or left', () => {
  const told = { app: 'api', environment: 'test', is: 'on-green', at: '2026-01-01T00:00:00Z' }
  expect(isTold(told)).toBe(true)
  for (const wrong of [{ is: 'well' }, { at: 'now' }, { app: 7 }, { environment: undefined }, { note: {} }])
    expect(isTold({ ...told, ...wrong })).toBe(false)
})

test('a cutover starts with its platform and its app', () => {
  const { apps: _apps, waves: _waves, ...platform } = aPlatform()
  expect(isCutoverRequest({ platform, app: anApp('api'), by: 'aoki' })).toBe(true)
  for (const wrong of [{}, { platform }, { platform: {}, app: anApp('api') }, { platform, app: { name: 'api' } }])
    expect(isCutoverRequest(wrong)).toBe(false)
  const later = { platform, app: anApp('api'), by: 'aoki', made: 'run-1' }
  expect([isCutoverRequest(later), isCutoverRequest({ ...later, made: 1 })]).toEqual([true, false])
})

test('ids are made of names', () => {
  expect([upgradeId('demo'), cutoverId('demo', 'api')]).toEqual([
    'cluster-upgrade/demo',
    'cluster-upgrade/demo/app/api',
  ])
})

test('refusals are anybody’s to send: the log keeps the last hundred, and every decision', () => {
  let desk: Desk = { gates: [], ahead: [], log: [], requester: '', members: {} }
  for (let n = 0; n < 250; n += 1) {
    desk = logged(desk, { at: `${n}`, message: 'approve', body: {}, became: 'refused' })
    if (n % 50 === 0) desk = logged(desk, { at: `${n}`, message: 'approve', body: {}, became: 'counted' })
  }
  expect([desk.log.length, desk.log.filter((l) => l.became === 'counted').length]).toEqual([105, 5])
  expect(desk.log.find((l) => l.became === 'refused')?.at).toBe('150')
})
