import fc from 'fast-check'
import { expect, test } from 'vitest'
import { movedBefore } from '../../src/domain/moved-before.ts'
import { key, turns, type Mover, type Standing, type TurnPolicy } from '../../src/domain/turns.ts'
import { aMover } from '../support/builders.ts'

const before = (apps: readonly Mover[], name: string, environment: string) =>
  [...movedBefore(new Map(apps.map((a) => [a.name, a])), { app: name, environment })].toSorted()

test.for<{ says: string; apps: readonly Mover[]; before: readonly string[] }>([
  { says: 'nothing but its own earlier ones', apps: [aMover('shop'), aMover('billing')], before: ['shop/test'] },
  {
    says: 'what it depends on, and what that depends on',
    apps: [aMover('shop', { dependsOn: ['mid'] }), aMover('mid', { dependsOn: ['billing'] }), aMover('billing')],
    before: ['billing/production', 'billing/test', 'mid/production', 'mid/test', 'shop/test'],
  },
  {
    says: 'not what it depends on in an environment of another name',
    apps: [aMover('shop', { dependsOn: ['billing'] }), aMover('billing', { environments: ['live'] })],
    before: ['shop/test'],
  },
  {
    says: 'nor what it would come to by way of one that lacks it',
    apps: [
      aMover('shop', { dependsOn: ['mid'], environments: ['production'] }),
      aMover('mid', { dependsOn: ['billing'], environments: ['test'] }),
      aMover('billing'),
    ],
    before: [],
  },
  {
    says: 'what its earlier environment waited for',
    apps: [aMover('shop', { dependsOn: ['billing'] }), aMover('billing', { environments: ['test'] })],
    before: ['billing/test', 'shop/test'],
  },
  {
    says: 'what its companion depends on, and not the companion',
    apps: [
      aMover('shop', { movesWith: ['cart'], environments: ['production'] }),
      aMover('cart', { movesWith: ['shop'], dependsOn: ['billing'], environments: ['production'] }),
      aMover('billing', { environments: ['production'] }),
    ],
    before: ['billing/production'],
  },
  {
    says: 'nothing of a companion that lacks its environment',
    apps: [
      aMover('shop', { movesWith: ['cart'], environments: ['production'] }),
      aMover('cart', { movesWith: ['shop'], dependsOn: ['billing'], environments: ['test'] }),
      aMover('billing'),
    ],
    before: [],
  },
])('on green by then: $says', ({ apps, before: expected }) => {
  expect(before(apps, 'shop', 'production')).toEqual(expected)
})

const now = '2026-11-23T12:00:00Z'
const names = ['a', 'b', 'c', 'd', 'e', 'f']
/** Who depends on others comes after them, and groups are of neighbours, so that few of these contradict themselves. */
const platforms = fc
  .record({
    environments: fc.array(fc.subarray(['test', 'stage', 'production'], { minLength: 1 }), {
      minLength: names.length,
      maxLength: names.length,
    }),
    dependsOn: fc.array(fc.array(fc.nat(names.length - 1), { maxLength: 2 }), {
      minLength: names.length,
      maxLength: names.length,
    }),
    together: fc.subarray(names, { maxLength: 3 }),
  })
  .map(({ environments, dependsOn, together }) =>
    names.map((name, n) =>
      aMover(name, {
        environments: environments[n] ?? [],
        dependsOn: [...new Set((dependsOn[n] ?? []).filter((d) => d < n).map((d) => names[d] ?? ''))],
        movesWith: together.includes(name) ? together.filter((t) => t !== name) : [],
      }),
    ),
  )

test('it is what turns keep to, in whatever order they end', () => {
  let moved = 0
  fc.assert(
    fc.property(
      platforms,
      fc.constantFrom<TurnPolicy['order']>('breadth', 'depth'),
      fc.integer({ min: 1, max: 9 }),
      fc.infiniteStream(fc.nat(99)),
      (apps, order, maxParallel, picks) => {
        const standings: Record<string, Standing> = {}
        const byName = new Map(apps.map((a) => [a.name, a]))
        for (const pick of picks) {
          const { start } = turns(apps, standings, { order, maxParallel, maxFailed: 2, rest: '0s' }, now)
          for (const turn of start) {
            const late = [...movedBefore(byName, turn)].filter((k) => standings[k]?.is !== 'on-green')
            expect({ turn, late }).toEqual({ turn, late: [] })
          }
          for (const { app: name, environment } of start) standings[key(name, environment)] = { is: 'moving' }
          const moving = Object.keys(standings).filter((k) => standings[k]?.is === 'moving')
          const ended = moving[pick % moving.length]
          if (ended === undefined) break
          standings[ended] = { is: 'on-green', since: now }
          moved += 1
        }
      },
    ),
  )
  expect(moved).toBeGreaterThan(500)
})

test('and nothing else has to be there', () => {
  fc.assert(
    fc.property(platforms, (apps) => {
      const byName = new Map(apps.map((a) => [a.name, a]))
      for (const { name, environments } of apps)
        for (const environment of environments) {
          const turn = { app: name, environment }
          const its = movedBefore(byName, turn)
          // One that would have to wait for itself never starts.
          if (its.has(key(name, environment))) continue
          const standings = Object.fromEntries(
            [...its].map((k): [string, Standing] => [k, { is: 'on-green', since: now }]),
          )
          const { start } = turns(apps, standings, { order: 'depth', maxParallel: 99, maxFailed: 2, rest: '0s' }, now)
          expect(start).toContainEqual(turn)
        }
    }),
  )
})
