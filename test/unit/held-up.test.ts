import fc from 'fast-check'
import { expect, test } from 'vitest'
import { heldUp, heldUpInWords } from '../../src/domain/held-up.ts'
import { key, type Standing } from '../../src/domain/turns.ts'
import { aMover } from '../support/builders.ts'

const still = { app: 'a', environment: 'test' }
const standings = (all: Readonly<Record<string, Standing['is']>> = { 'a/test': 'moving' }) => all
const places = (...args: Parameters<typeof heldUp>) => heldUp(...args).map((t) => `${t.app}/${t.environment}`)

test.for([
  {
    says: 'its own next environment waits for it',
    apps: [aMover('a')],
    holds: ['a/production'],
  },
  {
    says: 'in breadth everybody waits for a test that is not over',
    apps: [aMover('a'), aMover('b')],
    holds: ['a/production', 'b/production'],
  },
  {
    says: 'in depth nobody else does',
    apps: [aMover('a'), aMover('b')],
    order: 'depth',
    holds: ['a/production'],
  },
  {
    says: 'one in trouble holds up only what is its own',
    apps: [aMover('a'), aMover('b')],
    is: { 'a/test': 'trouble' },
    holds: ['a/production'],
  },
  {
    says: 'and who depends on it, in each environment',
    apps: [aMover('a'), aMover('b', { dependsOn: ['a'] }), aMover('c')],
    is: { 'a/test': 'trouble' },
    holds: ['a/production', 'b/test', 'b/production'],
  },
  {
    says: 'and who moves with one that waits for it',
    apps: [aMover('a', { movesWith: ['b'] }), aMover('b', { movesWith: ['a'] })],
    is: { 'a/test': 'trouble', 'b/test': 'on-green' },
    holds: ['a/production', 'b/production'],
  },
  {
    says: 'and who meets it, which would wait for it on green',
    apps: ['a', 'b'].map((n) =>
      aMover(n, { movesWith: ['a', 'b'].filter((o) => o !== n), meets: ['test', 'production'] }),
    ),
    is: { 'a/test': 'trouble' },
    holds: ['a/production', 'b/test', 'b/production'],
  },
  {
    says: 'what others wait for beside it is not its doing',
    apps: [aMover('a'), aMover('b', { dependsOn: ['c'] }), aMover('c')],
    order: 'depth',
    is: { 'a/test': 'moving', 'c/test': 'trouble' },
    holds: ['a/production'],
  },
  {
    says: 'the last of all holds up nobody',
    apps: [aMover('a'), aMover('b')],
    is: { 'a/test': 'on-green', 'a/production': 'moving', 'b/test': 'on-green', 'b/production': 'on-green' },
    at: { app: 'a', environment: 'production' },
    holds: [],
  },
] as const)('$says', (row) => {
  const { apps, holds } = row
  const order = 'order' in row ? row.order : 'breadth'
  const at = 'at' in row ? row.at : still
  expect(places(apps, standings('is' in row ? row.is : undefined), order, at)).toEqual(holds)
})

test('it ends, names only what has not started, and never itself', () => {
  const names = ['a', 'b', 'c', 'd']
  const movers = fc
    .tuple(
      ...names.map((name) =>
        fc.record({
          d: fc.subarray(names),
          w: fc.subarray(names),
          n: fc.integer({ min: 1, max: 2 }),
          name: fc.constant(name),
        }),
      ),
    )
    .map((all) =>
      all.map(({ name, d, w, n }) =>
        aMover(name, {
          dependsOn: d.filter((x) => x < name),
          movesWith: w,
          environments: ['test', 'production'].slice(0, n),
        }),
      ),
    )
  fc.assert(
    fc.property(
      movers,
      fc.subarray(names),
      fc.constantFrom('breadth' as const, 'depth' as const),
      (apps, moved, order) => {
        const is = standings(
          Object.fromEntries([
            ...moved.map((n) => [key(n, 'test'), 'on-green' as const]),
            ['a/test', 'moving' as const],
          ]),
        )
        const held = places(apps, is, order, still)
        expect(held).not.toContain('a/test')
        expect(held.filter((place) => place in is)).toEqual([])
      },
    ),
    { numRuns: 200 },
  )
})

test('in few words', () => {
  const of = (name: string, environment = 'production') => ({ app: name, environment })
  expect(heldUpInWords([of('a', 'stage'), of('a'), of('b'), of('c')], 'a')).toEqual([
    'stage and production of a',
    'production of b, c',
  ])
  expect(
    heldUpInWords(
      ['b', 'c', 'd', 'e'].map((n) => of(n)),
      'a',
    ),
  ).toEqual(['production of 4 other apps'])
  expect(heldUpInWords([], 'a')).toEqual([])
})
