import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  givenBy,
  isLess,
  readFor,
  seenAfter,
  standing,
  takenBackTo,
  toDoAbout,
  type Claim,
  type SeenShare,
} from '../../src/domain/contests.ts'
import { blank } from '../../src/domain/journal.ts'
import type { Phase } from '../../src/domain/plan.ts'
import { act } from '../../src/domain/steps.ts'
import { route } from '../support/builders.ts'

test.for([
  ['argocd-controller at 2026-11-24T04:00:00Z', '540s'],
  ['kustomize-controller at 2026-11-24T04:00:00Z', '1800s'],
  ['flagger at 2026-11-24T04:00:00Z', '180s'],
  ['CloudFormation (web)', '180s'],
] as const)('three intervals of %s are %s', ([by, expected]) => {
  expect(readFor(by)).toBe(expected)
})

test.for([
  ['argocd-controller at 2026-11-24T04:00:00Z', 'Let Argo CD leave the weights alone (ignoreDifferences'],
  [
    'kustomize-controller at 2026-11-24T04:00:00Z',
    'Annotate the object kustomize.toolkit.fluxcd.io/reconcile: disabled',
  ],
  ['aoki at 2026-11-24T04:00:00Z', 'Find out why before it moves again'],
] as const)('what people do about %s begins with: %s', ([by, begins]) => {
  expect(toDoAbout(by)).toContain(begins)
})

test.for([
  ['what was left, on the way forward', 40, [5], 5],
  ['the most that green ever had, on the way back', 80, [0, 5, 50], 50],
  ['none of it, where none was left', 3, [], 0],
] as const)('written once more is %s', ([, found, left, expected]) => {
  expect(takenBackTo(found, left)).toBe(expected)
})

test('green never gets more by being claimed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.array(fc.nat(100)), (found, left) => {
      expect(takenBackTo(found, left)).toBeLessThan(found)
    }),
  )
})

const meant: Claim = { from: 40, to: 25, by: 'flagger' }
const claim: Claim = { ...meant, wroteAtMs: 0 }
const seen: Claim = { ...claim, seenAtMs: 1000 }
const SECOND = 1000

test.for([
  ['what was there before, by a worker that died before it wrote, minutes later', 40, meant, 600, 'unwritten'],
  ['more of theirs before that', 60, meant, 1, 'unwritten'],
  ['what was written, though no answer came', 25, meant, 1, 'holds'],
  ['what was there before, a moment after it was written', 40, claim, 30, 'unread'],
  ['what was there before, for a minute', 40, claim, 60, 'again'],
  ['something else of theirs', 60, claim, 1, 'again'],
  ['what was written', 25, claim, 1, 'holds'],
  ['what was written, for the third interval', 25, seen, 180, 'holds'],
  ['what was written, for three intervals', 25, seen, 181, 'held'],
  ['theirs again, after what was written was read', 40, seen, 2, 'again'],
  ['less than that', 10, seen, 2, 'moved'],
  ['nothing of green', 'closed', seen, 2, 'moved'],
  ['somebody else too', 'elsewhere', seen, 2, 'again'],
] as const)('a route that reads %s', ([, share, it, seconds, expected]) => {
  expect(standing(share, it, seconds * SECOND)).toBe(expected)
})

test.for([
  ['more than before', 25, { most: 5 }, { most: 25 }],
  ['the same', 25, { most: 25 }, { most: 25 }],
  ['less, once', 10, { most: 25 }, { most: 25, lower: true }],
  ['less, twice', 10, { most: 25, lower: true }, 'moved'],
  ['nothing of green any more, twice', 'closed', { most: 25, lower: true }, 'moved'],
  ['as much again, after a look that was late', 25, { most: 25, lower: true }, { most: 25 }],
  ['more than the plan gave', 40, { most: 25 }, { most: 25 }],
  ['a weight of the plan, which may be what was left and is written once more', 5, { most: 25 }, { most: 25 }],
  ['what is no share', 'elsewhere', { most: 25, lower: true }, { most: 25, lower: true }],
  ['nothing to be read', 'unmade', { most: 25 }, { most: 25 }],
  ['green, before it was opened', 'closed', { most: 0 }, { most: 0 }],
] as const)('a watch that sees %s', ([, share, before, expected]) => {
  expect(seenAfter(share, [5, 25, 100], before)).toEqual(expected)
})

/** Looks at a route, each with what the plan had given by then; a watch that was wrong begins anew with that, as the workflow has it. */
function followedIn(looks: readonly { readonly share: number; readonly given: number }[], weights: readonly number[]) {
  let seen: SeenShare = { most: 0 }
  for (const { share, given } of looks) {
    const next = seenAfter(share, weights, seen)
    if (next !== 'moved') seen = next
    else if (isLess({ route: 'web', share }, { web: given })) return true
    else seen = { most: given }
  }
  return false
}
const plans = fc
  .uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1 })
  .map((all) => all.toSorted((a, b) => a - b))

test('no watch follows what Norikae writes, nor what others write above it, also where that is a weight of the plan by chance', () => {
  const seen = fc.record({ step: fc.nat(), theirs: fc.nat(100), byUs: fc.boolean(), plan: fc.boolean() })
  fc.assert(
    fc.property(plans, fc.array(seen), (weights, all) => {
      const steps = all.map((look) => look.step % (weights.length + 1)).toSorted((a, b) => a - b)
      const looks = all.map(({ theirs, byUs, plan }, n) => {
        const at = steps[n] ?? 0
        const given = weights[at - 1] ?? 0
        const above = plan ? (weights[Math.min(at + (theirs % 3), weights.length - 1)] ?? 0) : Math.max(given, theirs)
        return { given, share: byUs ? takenBackTo(Math.max(above, given + 1), [given]) : Math.max(above, given) }
      })
      expect(followedIn(looks, weights)).toBe(false)
    }),
  )
})

test('whoever gives green less than the plan did, and no weight of it, is followed by the second look', () => {
  fc.assert(
    fc.property(plans, fc.nat(100), (weights, less) => {
      const given = weights.at(-1) ?? 0
      fc.pre(less < given && !weights.includes(less))
      const look = { share: less, given }
      expect(followedIn([{ share: given, given }, look], weights)).toBe(false)
      expect(followedIn([{ share: given, given }, look, look], weights)).toBe(true)
    }),
  )
})

test('what the plan has given of a route is the highest weight that is done', () => {
  const step = (name: string, to: number) =>
    act(`production/${name}/${to}`, 'setWeight', { route: route(name), to, expect: [0, to] })
  const phase = { forward: [step('web', 5), step('api', 5), step('web', 25), step('web', 50)] } as unknown as Phase // of a phase it reads nothing else
  const at = '2026-11-24T04:00:00Z'
  const state = (id: string, is: 'done' | 'running') => ({ [id]: { step: id, attempt: 1, state: is, startedAt: at } })
  const journal = {
    ...blank,
    steps: {
      ...state('production/web/5', 'done'),
      ...state('production/web/25', 'done'),
      ...state('production/web/50', 'running'),
    },
  }
  expect(givenBy(phase, journal)).toEqual({ web: 25 })
})
