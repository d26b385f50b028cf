import { expect, test } from 'vitest'
import { outside, turns, type Mover, type Standings, type TurnPolicy } from '../../src/domain/turns.ts'
import { aMover } from '../support/builders.ts'

const now = '2026-11-23T12:00:00Z'
const green = (hoursAgo = 24) =>
  ({ is: 'on-green', since: new Date(Date.parse(now) - hoursAgo * 3_600_000).toISOString() }) as const
const policy: TurnPolicy = { order: 'breadth', maxParallel: 4, maxFailed: 2, rest: '12h' }
const given = (apps: readonly Mover[], standings: Standings, more: Partial<TurnPolicy> = {}) =>
  turns(apps, standings, { ...policy, ...more }, now).start.map((t) => `${t.app}/${t.environment}`)

test.for([
  { says: 'everybody starts in test', apps: [aMover('a'), aMover('b')], standings: {}, start: ['a/test', 'b/test'] },
  {
    says: 'no production before every test is over',
    apps: [aMover('a'), aMover('b')],
    standings: { 'a/test': green(), 'b/test': { is: 'moving' } },
    start: [],
  },
  {
    says: 'depth does not wait for others',
    apps: [aMover('a'), aMover('b')],
    standings: { 'a/test': green(), 'b/test': { is: 'moving' } },
    policy: { order: 'depth' },
    start: ['a/production'],
  },
  {
    says: 'an app in trouble holds nobody up',
    apps: [aMover('a'), aMover('b')],
    standings: { 'a/test': green(), 'b/test': { is: 'trouble' } },
    start: ['a/production'],
  },
  {
    says: 'nor does one that depends on it',
    apps: [aMover('a'), aMover('b'), aMover('c', { dependsOn: ['b'] })],
    standings: { 'a/test': green(), 'b/test': { is: 'trouble' } },
    start: ['a/production'],
  },
  {
    says: 'too much trouble stops the rest',
    apps: [aMover('a'), aMover('b'), aMover('c')],
    standings: { 'a/test': green(), 'b/test': { is: 'trouble' }, 'c/test': { is: 'trouble' } },
    start: [],
  },
  {
    says: 'what an app depends on goes before it, in each environment',
    apps: [aMover('a', { dependsOn: ['b'] }), aMover('b')],
    standings: {},
    start: ['b/test'],
  },
  { says: 'production waits for its rest', apps: [aMover('a')], standings: { 'a/test': green(11) }, start: [] },
  { says: 'and goes after it', apps: [aMover('a')], standings: { 'a/test': green(12) }, start: ['a/production'] },
  {
    says: 'at most so many at once',
    apps: [aMover('a'), aMover('b'), aMover('c')],
    standings: { 'a/test': { is: 'moving' } },
    policy: { maxParallel: 2 },
    start: ['b/test'],
  },
  {
    says: 'companions go together',
    apps: [aMover('a', { movesWith: ['b'] }), aMover('b', { movesWith: ['a'], dependsOn: ['c'] }), aMover('c')],
    standings: {},
    start: ['c/test'],
  },
  {
    says: 'companions that are more than maxParallel go alone',
    apps: [aMover('a', { movesWith: ['b'] }), aMover('b', { movesWith: ['a'] }), aMover('c')],
    standings: {},
    policy: { maxParallel: 1 },
    start: ['a/test', 'b/test'],
  },
] as const satisfies readonly {
  says: string
  apps: readonly Mover[]
  standings: Standings
  policy?: Partial<TurnPolicy>
  start: readonly string[]
}[])('$says', ({ apps, standings, start, ...more }) => {
  expect(given(apps, standings, 'policy' in more ? more.policy : {})).toEqual(start)
})

test('it says when to look again', () => {
  expect(turns([aMover('a')], { 'a/test': green(11) }, policy, now)).toEqual({
    start: [],
    paused: 'the next app rests until 2026-11-23T13:00:00.000Z',
    lookAgainAt: '2026-11-23T13:00:00.000Z',
  })
})

test('trouble is told before a rest: people can end it', () => {
  const standings: Standings = { 'a/test': green(11), 'b/test': { is: 'trouble' } }
  expect(turns([aMover('a'), aMover('b')], standings, { ...policy, maxFailed: 1 }, now).paused).toBe(
    'in trouble: b; 1 at once stop the rest',
  )
})

test('and says nothing of rests while somebody moves', () => {
  const standings: Standings = { 'a/test': green(11), 'b/test': { is: 'moving' } }
  expect(turns([aMover('a'), aMover('b')], standings, policy, now).paused).toBeUndefined()
})

test('who waits for a window holds nobody up', () => {
  const standings: Standings = { 'a/test': { is: 'window' }, 'b/test': green() }
  expect(given([aMover('a'), aMover('b')], standings, { maxParallel: 1 })).toEqual(['b/production'])
})

test('outside of the hours it says until when, and looks again then', () => {
  const changes = '2026-11-24T01:00:00.000Z'
  const onTheWall = 'Tue 2026-11-24 10:00 (Asia/Tokyo)'
  const [opening, timeZone] = [{ at: now, open: false, changes, onTheWall }, 'Asia/Tokyo']
  expect(outside({ timeZone, hours: ['Tue 10:00-11:00'], closed: [] }, opening)).toEqual({
    paused: 'outside of its hours until Tue 2026-11-24 10:00 (Asia/Tokyo)',
    lookAgainAt: changes,
  })
  expect(outside({ timeZone, hours: [], closed: ['2026-11-23'] }, opening).paused).toBe(`closed until ${onTheWall}`)
})

test('whatever happens, no turn comes early and everybody ends on green', () => {
  let seed = 7
  const random = (below: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % below
  for (let run = 0; run < 300; run += 1) {
    const names = Array.from({ length: 1 + random(7) }, (_, n) => `app${n}`)
    const apps = names.map((name, n) =>
      aMover(name, {
        environments: ['test', 'stage', 'production'].slice(random(2)),
        dependsOn: names.slice(0, n).filter(() => random(4) === 0),
      }),
    )
    const p: TurnPolicy = {
      order: random(2) ? 'breadth' : 'depth',
      maxParallel: 1 + random(4),
      maxFailed: 99,
      rest: '1s',
    }
    const standings: Record<string, { is: 'moving' | 'trouble' } | { is: 'on-green'; since: string }> = {}
    for (
      let n = 0;
      n < 200 && !apps.every((a) => a.environments.every((e) => standings[`${a.name}/${e}`]?.is === 'on-green'));
      n += 1
    ) {
      for (const t of turns(apps, standings, p, now).start) {
        const a = apps.find((it) => it.name === t.app)
        const before = a?.environments.slice(0, a.environments.indexOf(t.environment)) ?? []
        const needs = [
          ...before.map((e) => `${t.app}/${e}`),
          ...(a?.dependsOn ?? [])
            .filter((d) => apps.find((it) => it.name === d)?.environments.includes(t.environment))
            .map((d) => `${d}/${t.environment}`),
        ]
        expect(needs.filter((k) => standings[k]?.is !== 'on-green')).toEqual([])
        standings[`${t.app}/${t.environment}`] = { is: 'moving' }
      }
      const busy = Object.entries(standings).filter(([, s]) => s.is !== 'on-green')
      expect(busy.filter(([, s]) => s.is === 'moving').length).toBeLessThanOrEqual(p.maxParallel)
      const one = busy[random(Math.max(1, busy.length))]
      if (one) standings[one[0]] = one[1].is === 'moving' && random(4) === 0 ? { is: 'trouble' } : green()
    }
    expect(
      apps.flatMap((a) => a.environments.map((e) => standings[`${a.name}/${e}`]?.is)).every((is) => is === 'on-green'),
      JSON.stringify({ apps, standings }),
    ).toBe(true)
  }
})
