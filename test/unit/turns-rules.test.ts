import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  companions,
  turns,
  type Mover,
  type Standing,
  type Standings,
  type TurnPolicy,
} from '../../src/domain/turns.ts'
import { aMover } from '../support/builders.ts'

const now = '2026-11-23T12:00:00Z'
const hour = 3_600_000
const green = (hoursAgo = 24): Standing => ({
  is: 'on-green',
  since: new Date(Date.parse(now) - hoursAgo * hour).toISOString(),
})
const [moving, trouble] = [{ is: 'moving' }, { is: 'trouble' }] as const
const app = (name: string, more: Partial<Mover> = {}) =>
  aMover(name, { environments: ['test', 'stage', 'production'], ...more })
const ofOld = (...names: string[]) => names.map((n) => app(n, { movesWith: names.filter((o) => o !== n) }))
const together = (...names: string[]) => ofOld(...names).map((a) => ({ ...a, meets: a.environments }))
const policy: TurnPolicy = { order: 'breadth', maxParallel: 9, maxFailed: 2, rest: '12h' }
const start = (apps: readonly Mover[], standings: Standings, more: Partial<TurnPolicy> = {}) =>
  turns(apps, standings, { ...policy, ...more }, now).start.map((t) => `${t.app}/${t.environment}`)

test.for<{ says: string; apps: readonly Mover[]; standings: Standings; more?: Partial<TurnPolicy>; starts: string[] }>([
  {
    says: 'three companions start at once',
    apps: together('a', 'b', 'c'),
    standings: {},
    starts: ['a/test', 'b/test', 'c/test'],
  },
  {
    says: 'companions of companions too, though they do not name one another',
    apps: [
      app('a', { movesWith: ['b'] }),
      app('b', { movesWith: ['a', 'c'] }),
      app('c', { movesWith: ['b'], dependsOn: ['d'] }),
      app('d'),
    ],
    standings: {},
    starts: ['d/test'],
  },
  {
    says: 'one that is in trouble holds its companions up, which would wait for it on green',
    apps: together('a', 'b'),
    standings: { 'a/test': trouble },
    starts: [],
  },
  {
    says: 'but not in an upgrade that was begun when companions did not meet',
    apps: ofOld('a', 'b'),
    standings: { 'a/test': trouble },
    starts: ['b/test'],
  },
  {
    says: 'in which one that moves has nobody let in either',
    apps: [...ofOld('a', 'b'), app('x')],
    standings: { 'a/test': moving, 'x/test': moving },
    more: { maxParallel: 2 },
    starts: [],
  },
  {
    says: 'one that moves has its companions let in, also where all places are taken',
    apps: [...together('a', 'b'), app('x')],
    standings: { 'a/test': moving, 'x/test': moving },
    more: { maxParallel: 2 },
    starts: ['b/test'],
  },
  {
    says: 'and before others, who are at an earlier environment',
    apps: [...together('a', 'b').map((a) => ({ ...a, environments: ['stage'], meets: ['stage'] })), app('x')],
    standings: { 'a/stage': moving },
    more: { maxParallel: 1 },
    starts: ['b/stage'],
  },
  {
    says: 'who waits to be deployed holds nobody up, neither by number nor by environment',
    apps: [app('a'), app('b'), app('c')],
    standings: { 'a/test': { is: 'awaited' }, 'b/test': { is: 'awaited' }, 'c/test': green() },
    more: { maxParallel: 1 },
    starts: ['c/stage'],
  },
  {
    says: 'companions wait for the last of them to rest',
    apps: together('a', 'b'),
    standings: { 'a/test': green(), 'a/stage': green(13), 'b/test': green(), 'b/stage': green(11) },
    starts: [],
  },
  {
    says: 'a companion without that environment is no obstacle',
    apps: [app('a', { movesWith: ['b'] }), app('b', { movesWith: ['a'], environments: ['production'] })],
    standings: {},
    starts: ['a/test'],
  },
  {
    says: 'a group does not start in parts when there is no room for all',
    apps: [...together('a', 'b', 'c'), app('x')],
    standings: { 'x/test': moving },
    more: { maxParallel: 3 },
    starts: [],
  },
  { says: 'no rest before stage', apps: [app('a')], standings: { 'a/test': green(0) }, starts: ['a/stage'] },
  {
    says: 'but before production',
    apps: [app('a')],
    standings: { 'a/test': green(), 'a/stage': green(11.9) },
    starts: [],
  },
  {
    says: 'from when it came back last',
    apps: [app('a')],
    standings: { 'a/test': green(99), 'a/stage': green(0) },
    starts: [],
  },
  {
    says: 'an app without test waits with its production for the others',
    apps: [app('a'), app('b', { environments: ['production'] })],
    standings: { 'a/test': moving },
    starts: [],
  },
  {
    says: 'and in depth it does not',
    apps: [app('a'), app('b', { environments: ['production'] })],
    standings: { 'a/test': moving },
    more: { order: 'depth' },
    starts: ['b/production'],
  },
  {
    says: 'depth goes on with whoever is furthest',
    apps: [app('a'), app('b')],
    standings: { 'b/test': green(0) },
    more: { order: 'depth', maxParallel: 1 },
    starts: ['b/stage'],
  },
  {
    says: 'what it depends on must be there in the same environment',
    apps: [app('a', { dependsOn: ['b'] }), app('b')],
    standings: { 'b/test': green(), 'a/test': green(), 'b/stage': moving },
    more: { order: 'depth' },
    starts: [],
  },
  {
    says: 'what has no such environment is not waited for',
    apps: [app('a', { dependsOn: ['b'] }), app('b', { environments: ['production'] })],
    standings: {},
    starts: ['a/test'],
  },
  {
    says: 'what is committed is there',
    apps: [app('a')],
    standings: { 'a/test': { is: 'committed' } },
    starts: ['a/stage'],
  },
  { says: 'what is back is not', apps: [app('a')], standings: { 'a/test': { is: 'back' } }, starts: [] },
])('$says', ({ apps, standings, more, starts }) => expect(start(apps, standings, more)).toEqual(starts))

describe('too many in trouble', () => {
  const apps = ['a', 'b', 'c', 'd'].map((n) => app(n))
  const two = { 'a/test': trouble, 'b/test': trouble }
  test('stop the rest, which is said with their names', () => {
    expect(turns(apps, two, policy, now)).toEqual({
      start: [],
      paused: 'in trouble: a, b; 2 at once stop the rest',
      stopped: true,
    })
  })
  test('one app in two environments is one', () => {
    expect(start(apps, { 'a/test': trouble, 'a/stage': trouble })).toEqual(['b/test', 'c/test', 'd/test'])
  })
  test('those that go back together are one', () => {
    const group = [...together('a', 'b'), app('c'), app('d')]
    expect(start(group, two)).toEqual(['c/test', 'd/test'])
    expect(turns(group, { ...two, 'c/test': trouble }, policy, now)).toEqual({
      start: [],
      paused: 'in trouble: a, b, c; 2 at once stop the rest',
      stopped: true,
    })
    expect(start([...ofOld('a', 'b'), app('c')], two)).toEqual([])
  })
  test('are not called a stop where nothing could start', () => {
    const all = { ...two, 'c/test': moving, 'd/test': moving }
    expect(turns(apps, all, policy, now)).toEqual({ start: [] })
  })
  test('one fewer goes on', () => expect(start(apps, { 'a/test': trouble })).toEqual(['b/test', 'c/test', 'd/test']))
})

test('companions are found whoever is asked', () => {
  const movers = new Map(
    [app('a', { movesWith: ['b'] }), app('b', { movesWith: ['c'] }), app('c')].map((a) => [a.name, a]),
  )
  expect(companions(movers, 'a')).toEqual(['a', 'b', 'c'])
})

// Random platforms, random trouble -------------------------------------------------

const platforms = fc
  .record({
    sizes: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 8 }),
    depends: fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
    groups: fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
  })
  .map(({ sizes, depends, groups }) => {
    // Companions among those that depend on nothing: anything else may contradict itself, which the platform file refuses.
    const names = sizes.map((_, n) => `app${n}`)
    const group = names.map(() => groups.next().value)
    const apps = sizes.map((size, n) => {
      const needs = names.slice(0, n).filter(() => depends.next().value === 0)
      return app(`app${n}`, { environments: ['test', 'stage', 'production'].slice(size), dependsOn: needs })
    })
    const free = (n: number) => apps[n]?.dependsOn.length === 0
    return apps.map((a, n) => ({
      ...a,
      meets: a.environments,
      movesWith:
        free(n) && group[n] !== 0
          ? names.filter((o, m) => m !== n && free(m) && group[m] === group[n] && o !== a.name)
          : [],
    }))
  })

test('with trouble and going back no turn comes early, and everybody ends on green', () => {
  fc.assert(
    fc.property(
      platforms,
      fc.record({
        order: fc.constantFrom('breadth' as const, 'depth' as const),
        maxParallel: fc.integer({ min: 1, max: 4 }),
        maxFailed: fc.integer({ min: 1, max: 3 }),
      }),
      fc.infiniteStream(fc.nat()),
      (apps, given, random) => {
        const pick = (below: number) => random.next().value % below
        const standings: Record<string, Standing> = {}
        let minute = 0
        let calm = false
        const clock = () => new Date(Date.parse(now) + minute * 60_000).toISOString()
        const there = (k: string) => standings[k]?.is === 'on-green'
        const over = () => apps.every((a) => a.environments.every((e) => there(`${a.name}/${e}`)))
        for (let n = 0; n < 600 && !over(); n += 1) {
          calm = n > 300 // trouble ends some time
          const { start, lookAgainAt } = turns(apps, standings, { ...given, rest: '1h' }, clock())
          for (const t of start) {
            const a = apps.find((x) => x.name === t.app)
            const before = (a?.environments ?? []).slice(0, a?.environments.indexOf(t.environment))
            const needs = [
              ...before.map((e) => `${t.app}/${e}`),
              ...(a?.dependsOn ?? [])
                .filter((d) => apps.find((x) => x.name === d)?.environments.includes(t.environment))
                .map((d) => `${d}/${t.environment}`),
            ]
            expect(needs.filter((k) => !there(k))).toEqual([])
            expect(standings[`${t.app}/${t.environment}`]).toBeUndefined()
            for (const mate of a?.movesWith ?? []) {
              const waits =
                apps.find((x) => x.name === mate)?.environments.includes(t.environment) &&
                standings[`${mate}/${t.environment}`] === undefined
              expect(
                !waits || start.some((s) => s.app === mate && s.environment === t.environment),
                `${mate} with ${t.app}`,
              ).toBe(true)
            }
          }
          for (const t of start) standings[`${t.app}/${t.environment}`] = moving
          minute += 1
          // What is well is left alone then: nothing else moves it any more, and 300 steps are enough.
          const known = Object.entries(standings).filter(([, s]) => !calm || s.is !== 'on-green')
          const [k, s] = known[pick(Math.max(1, known.length))] ?? ['', undefined]
          if (s?.is === 'moving') standings[k] = !calm && pick(4) === 0 ? trouble : { is: 'on-green', since: clock() }
          else if (s?.is === 'trouble') standings[k] = moving
          else if (s?.is === 'on-green' && !calm && pick(6) === 0) {
            // It goes back, and what has not arrived behind it stands in line again.
            standings[k] = trouble
            const a = apps.find((x) => k.startsWith(`${x.name}/`))
            const later = a?.environments.slice(a.environments.indexOf(k.split('/')[1] ?? '') + 1) ?? []
            for (const e of later)
              if (standings[`${a?.name}/${e}`]?.is === 'moving') delete standings[`${a?.name}/${e}`]
          } else if (start.length === 0 && lookAgainAt !== undefined)
            minute = (Date.parse(lookAgainAt) - Date.parse(now)) / 60_000
        }
        expect(over(), JSON.stringify({ apps, standings, given })).toBe(true)
      },
    ),
    { numRuns: 200 },
  )
})
