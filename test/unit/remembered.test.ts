import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MEMO, recalled, remembered } from '../../src/domain/remembered.ts'
import { aDecommission, aStatus, aWaiting } from '../cli/views.ts'

const ofApp = (environment: string, ...waitingFor: ReturnType<typeof aWaiting>[]) =>
  aStatus({ subject: { ...aStatus().subject, app: 'api', environment }, waitingFor })
const throughMemo = (it: unknown) => recalled(JSON.parse(JSON.stringify({ [MEMO]: it })) as Record<string, unknown>)

test('what is remembered of a gate comes back as the status tells it', () => {
  const gates = [
    aWaiting('production/gate@3f9a2c1b.1', { excluded: { doi: 'asked for the upgrade' } }),
    aDecommission(),
  ]
  const back = throughMemo(remembered([ofApp('production', ...gates)], true))
  expect(back.gates.map((g) => g.waiting)).toEqual(gates)
  expect(back).toMatchObject({ more: 0, paused: true, gates: [{ environment: 'production' }, {}] })
})

test('where nothing is open nothing is kept; a pause is', () => {
  expect(remembered([aStatus()], false)).toBeUndefined()
  expect(remembered([], true)).toEqual({ gates: [], paused: true })
})

test('which plan a replan brought is kept, whatever is open', () => {
  expect(throughMemo(remembered([], false, 'abcdef01'))).toMatchObject({ gates: [], paused: false, plan: 'abcdef01' })
  const open = remembered([ofApp('production', aWaiting('production/gate@3f9a2c1b.1'))], false, 'abcdef01')
  expect(throughMemo(open)).toMatchObject({ gates: [{}], plan: 'abcdef01' })
  expect(throughMemo({ gates: [], plan: 7 }).plan).toBeUndefined()
})

test('it stays small: people go first, then gates, which are counted', () => {
  const people = Array.from({ length: 60 }, (_, n) => `somebody-with-a-long-name-${n}@example.com`)
  const gates = Array.from({ length: 20 }, (_, n) =>
    aWaiting(`production/route/r${n}@3f9a2c1b.1`, { people, what: 'x'.repeat(900) }),
  )
  const kept = remembered([ofApp('production', ...gates)], false)
  expect(JSON.stringify(kept).length).toBeLessThanOrEqual(2000)
  const back = throughMemo(kept)
  expect(back.gates.length + back.more).toBe(20)
  expect(back.gates.length).toBeGreaterThan(3)
  expect(back.gates.every((g) => g.waiting.people === undefined && g.waiting.what.endsWith('…'))).toBe(true)
})

test('whatever somebody put into the memo is no reason to fail', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (it) => {
      const { gates } = throughMemo(it)
      expect(Array.isArray(gates)).toBe(true)
    }),
  )
  expect(throughMemo({ gates: [{ gate: 'a@b.1' }] }).gates).toEqual([])
  expect(recalled(undefined).gates).toEqual([])
})
