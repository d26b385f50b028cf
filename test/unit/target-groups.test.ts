import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leaves, type LeafStep } from '../../src/domain/steps.ts'
import {
  greenShare,
  greenTargetGroupName,
  withGreenShare,
  withOnly,
  type RuleAction,
  type Share,
} from '../../src/domain/target-groups.ts'
import { aCutoverPlan, anApp, anEnvironment, route, someFacts } from '../support/builders.ts'

const [blue, green] = ['arn:blue', 'arn:green']
const forward = (targetGroups: readonly Share[]): RuleAction => ({ type: 'forward', targetGroups })
const sums = (actions: readonly RuleAction[]) =>
  actions.flatMap((a) => (a.type === 'forward' ? [a.targetGroups.reduce((sum, s) => sum + s.weight, 0)] : []))

const weight = fc.integer({ min: 0, max: 999 })
const share = fc.record({ arn: fc.constantFrom(blue, green, 'arn:canary', 'arn:old'), weight })
const other: fc.Arbitrary<RuleAction> = fc.record({
  type: fc.constant('other' as const),
  order: fc.integer({ min: 1, max: 9 }),
  raw: fc.dictionary(fc.constantFrom('Type', 'Region'), fc.string({ maxLength: 8 })),
})
/** A rule has one forward action; ours is one that forwards to blue already. */
const ours: fc.Arbitrary<RuleAction> = fc
  .record({
    shares: fc.uniqueArray(share, { selector: (s) => s.arn, maxLength: 4 }),
    order: fc.integer({ min: 1, max: 9 }),
    stickiness: fc.option(fc.record({ enabled: fc.boolean(), seconds: fc.integer({ min: 1, max: 604_800 }) }), {
      nil: undefined,
    }),
  })
  .map(({ shares, order, stickiness }) => ({
    type: 'forward' as const,
    order,
    targetGroups: [...shares.filter((s) => s.arn !== blue), { arn: blue, weight: 100 }],
    ...(stickiness && { stickiness }),
  }))
const lists = fc
  .tuple(fc.array(other, { maxLength: 2 }), ours, fc.array(other, { maxLength: 2 }))
  .map(([a, b, c]) => [...a, b, ...c])
type Write = { readonly to: number } | { readonly only: string }
const writes = fc.array(
  fc.oneof(
    fc.record({ to: fc.integer({ min: 0, max: 100 }) }),
    fc.record({ only: fc.constantFrom(blue, green) }),
  ) as fc.Arbitrary<Write>,
  { minLength: 1, maxLength: 8 },
)
const done = (actions: readonly RuleAction[], w: Write): RuleAction[] =>
  'to' in w ? withGreenShare(actions, blue, green, w.to) : withOnly(actions, w.only, w.only === blue ? green : blue)

describe('whatever is written, in whatever order, to whatever was there', () => {
  test('no rule ever sums to zero', () => {
    fc.assert(
      fc.property(lists, writes, (list, all) => {
        let actions: RuleAction[] = list
        for (const w of all) {
          actions = done(actions, w)
          for (const sum of sums(actions)) expect(sum).toBeGreaterThan(0)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('other actions, other target groups, order and stickiness stay as they were', () => {
    const untouched = (actions: readonly RuleAction[]) =>
      actions.map((a) =>
        a.type === 'other'
          ? a
          : { ...a, targetGroups: a.targetGroups.filter((s) => s.arn !== blue && s.arn !== green) },
      )
    fc.assert(
      fc.property(lists, writes, (list, all) => {
        expect(untouched(all.reduce(done, list))).toEqual(untouched(list))
      }),
      { numRuns: 500 },
    )
  })

  test('what was written is what is read, unless a third one takes traffic', () => {
    fc.assert(
      fc.property(lists, fc.integer({ min: 0, max: 100 }), (list, to) => {
        const written = withGreenShare(list, blue, green, to)
        const third = list.some(
          (a) => a.type === 'forward' && a.targetGroups.some((s) => s.arn !== blue && s.arn !== green && s.weight > 0),
        )
        expect(greenShare(written, blue, green)).toBe(third ? 'elsewhere' : to)
        expect(withGreenShare(written, blue, green, to)).toEqual(written) // safe to repeat
      }),
      { numRuns: 500 },
    )
  })
})

test.for([
  ['green is not in it', [{ arn: blue, weight: 1 }], undefined],
  ['nobody is', [{ arn: 'arn:old', weight: 0 }], undefined],
  [
    'weights are relative',
    [
      { arn: blue, weight: 3 },
      { arn: green, weight: 1 },
    ],
    25,
  ],
  ['without blue all is green', [{ arn: green, weight: 7 }], 100],
  [
    'a sum of zero goes nowhere',
    [
      { arn: blue, weight: 0 },
      { arn: green, weight: 0 },
    ],
    'elsewhere',
  ],
  [
    'a third one takes some',
    [
      { arn: blue, weight: 1 },
      { arn: 'arn:old', weight: 1 },
    ],
    'elsewhere',
  ],
] as const)('reading: %s', ([, shares, share]) => expect(greenShare([forward(shares)], blue, green)).toBe(share))

test('a rule that forwards to neither is left alone', () => {
  const foreign = [forward([{ arn: 'arn:old', weight: 1 }])]
  expect([withGreenShare(foreign, blue, green, 50), withOnly(foreign, green, blue)]).toEqual([foreign, foreign])
})

test('target group names are what ELB takes', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/), (namespace) => {
      expect(greenTargetGroupName(namespace, '0123456789abcdef')).toMatch(/^[a-z0-9][a-z0-9-]{0,30}[a-z0-9]$/)
    }),
  )
})

// The rule of each route, driven by the plan's own steps -------------------------

type Weighs = LeafStep & { kind: 'action'; action: 'setWeight' | 'settleRoute' | 'openRoute' }
const weighs = (s: LeafStep): s is Weighs =>
  s.kind === 'action' && ['setWeight', 'settleRoute', 'openRoute'].includes(s.action)
const weightLists = fc
  .uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 4 })
  .map((ws) => [...ws.toSorted((a, b) => a - b), 100])

test('going forward weights only rise, and no step, undo or crash point sums to zero', () => {
  fc.assert(
    fc.property(
      weightLists,
      fc.integer({ min: 1, max: 3 }),
      fc.nat(),
      fc.constantFrom('back', 'commit'),
      (weights, n, crash, then) => {
        const routes = Array.from({ length: n }, (_, i) => route(`r${i}`))
        const [phase] = aCutoverPlan(anApp('api'), anEnvironment('production', { weights, routes }), someFacts).phases
        const forwards = leaves(phase?.forward ?? []).filter(weighs)
        const reached = then === 'commit' ? forwards : forwards.slice(0, crash % (forwards.length + 1))
        const rules = new Map(routes.map((r) => [r.name, [forward([{ arn: blue, weight: 100 }])]]))
        const act = (s: Weighs): number => {
          const rule = rules.get(s.input.route.name) ?? []
          const to = s.action === 'setWeight' ? s.input.to : 0
          const written =
            s.action === 'settleRoute'
              ? withOnly(rule, s.input.on === 'blue' ? blue : green, s.input.on === 'blue' ? green : blue)
              : withGreenShare(rule, blue, green, to)
          rules.set(s.input.route.name, written)
          for (const sum of sums(written)) expect(sum).toBeGreaterThan(0)
          return to
        }
        const last = new Map<string, number>()
        for (const s of reached) {
          const to = act(s)
          expect(to).toBeGreaterThanOrEqual(last.get(s.input.route.name) ?? 0)
          last.set(s.input.route.name, to)
        }
        for (const s of leaves(phase?.[then === 'back' ? 'back' : 'commit'] ?? []).filter(weighs))
          [1, 2].forEach(() => act(s))
        const end = then === 'back' ? blue : green
        for (const rule of rules.values()) expect(rule).toEqual([forward([{ arn: end, weight: 100 }])])
      },
    ),
    { numRuns: 300 },
  )
})
