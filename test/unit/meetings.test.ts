import fc from 'fast-check'
import { expect, test } from 'vitest'
import { alongWith } from '../../src/client/along.ts'
import { grouped } from '../../src/domain/groups.ts'
import { milliseconds } from '../../src/domain/duration.ts'
import type { AppStanding } from '../../src/domain/messages.ts'
import {
  followers,
  goneBack,
  isPoint,
  mates,
  saidAgainAfter,
  waitsInWords,
  whenMet,
  waitsFor,
  type Member,
  type Members,
  type Point,
} from '../../src/domain/meetings.ts'
import type { App, Group, Platform } from '../../src/domain/platform.ts'
import { withApp } from '../../src/domain/replanning.ts'
import { leaves } from '../../src/domain/steps.ts'
import { key, turns, type Standing, type TurnPolicy } from '../../src/domain/turns.ts'
import { planCutover } from '../../src/domain/plan-cutover.ts'
import { anApp, anEnvironment, aPlatform, rule, someFacts, workload } from '../support/builders.ts'

const since = '2026-11-23T12:00:00Z'
const moving: Standing = { is: 'moving' }
const trouble: Standing = { is: 'trouble' }
const onBlue: Standing = { is: 'trouble', onBlue: true }
const green: Standing = { is: 'on-green', since }
const group = (...others: string[]): Group => ({ others: others.map((app) => ({ app, from: 5 })) })
const member = (standing: Standing | undefined, at?: Point, others: readonly string[] = ['a']): Member => ({
  standing,
  group: group(...others),
  at,
})
/** `a` at the point, and `b` beside it. */
const pair = (b: Member, own: Group = group('b')): Members =>
  new Map([
    ['a', { standing: moving, group: own }],
    ['b', b],
  ])

test.for<{ says: string; b: Member; point: Point; waits: string[] }>([
  { says: 'who is there too is not waited for', b: member(moving, '25'), point: '25', waits: [] },
  { says: 'nor who is further', b: member(moving, '50'), point: '25', waits: [] },
  { says: 'who is not as far is', b: member(moving, '5'), point: '25', waits: ['is not there yet'] },
  { says: 'weights come after the yes', b: member(moving, 'approved'), point: '5', waits: ['is not there yet'] },
  {
    says: 'and the yes after green is ready',
    b: member(moving, 'ready'),
    point: 'approved',
    waits: ['is not there yet'],
  },
  { says: 'who is on green has been everywhere', b: member(green), point: '100', waits: [] },
  { says: 'who let go of blue too', b: member({ is: 'committed' }), point: '100', waits: [] },
  {
    says: 'who is held for people is waited for where it was',
    b: member(trouble, '25'),
    point: '25',
    waits: ['is in trouble'],
  },
  { says: 'who went back is', b: member(onBlue), point: 'ready', waits: ['is on blue'] },
  { says: 'who stands in line is', b: member(undefined), point: 'ready', waits: ['stands in line'] },
  { says: 'who waits for its hours is', b: member({ is: 'window' }), point: '5', waits: ['is not there yet'] },
  { says: 'who began without it is not', b: member(moving, undefined, []), point: '25', waits: [] },
])('$says', ({ b, point, waits }) => {
  expect(waitsFor(pair(b), 'a', point).map((w) => w.why)).toEqual(waits)
})

test.for<{ says: string; standing: Standing | undefined; following?: true; heard?: string; is: string | undefined }>([
  { says: 'one that moves waits', standing: moving, is: undefined },
  { says: 'one that was told to go back is told again', standing: trouble, following: true, is: 'go-back' },
  { says: 'one that goes on after trouble moves', standing: trouble, heard: '2026-11-23T11:59:59Z', is: 'moves' },
  { says: 'one that says nothing else moves', standing: trouble, is: 'moves' },
  { says: 'trouble that came after it, or with it, stays', standing: trouble, heard: since, is: undefined },
])('a word that it waits: $says', ({ standing, following = false, heard, is }) =>
  expect(whenMet(standing, following, { at: since, heard })).toBe(is),
)

test('over a weekend one says five times that it waits, the first time within the hour', () => {
  const hours = [0, 1, 2, 3, 4].map((n) => milliseconds(saidAgainAfter(n)) / 3_600_000)
  expect(hours).toEqual([1, 4, 24, 24, 24])
})

test('who has no routes is waited for before anything moves, and at no weight', () => {
  const members = pair(member(moving, 'ready'), { others: [{ app: 'b' }] })
  expect([waitsFor(members, 'a', 'approved').length, waitsFor(members, 'a', '25').length]).toEqual([1, 0])
})

test('who has begun goes back with it, and nobody else', () => {
  const others = ['pending', 'moving', 'green', 'held', 'blue', 'gone']
  const stands = [undefined, moving, green, trouble, onBlue, { is: 'committed' } as const]
  const members: Members = new Map([
    ['a', { standing: trouble, group: group(...others) }],
    ...others.map((o, n): [string, Member] => [o, member(stands[n])]),
  ])
  expect(followers(members, 'a')).toEqual(['moving', 'green', 'held'])
  expect([
    goneBack(members, 'moving'),
    goneBack(pair(member(onBlue)), 'a'),
    goneBack(pair(member(trouble)), 'a'),
  ]).toEqual([undefined, 'b', undefined])
})

test('who is waited for, where and since when is said in one line', () => {
  expect(waitsInWords('25', [{ app: 'chat-worker', why: 'is in trouble' }], since)).toEqual({
    where: 'before 25 %',
    for: ['chat-worker (is in trouble)'],
    since,
  })
  expect(waitsInWords('25', [], since)).toBeUndefined()
})

test.for([
  ['ready', true],
  ['approved', true],
  ['25', true],
  ['x', false],
  ['', false],
  [7, false],
] as const)('a point is a name or a weight: %s', ([value, is]) => expect(isPoint(value)).toBe(is))

// Plans --------------------------------------------------------------------------------------------

const gated = (name: string, team: string, routes: boolean, ...movesWith: string[]): App =>
  anApp(name, {
    team,
    movesWith,
    environments: [
      anEnvironment('production', { weights: [5, 100], gate: rule(team), ...(!routes && { routes: [] }) }),
    ],
  })
const steps = (app: App | undefined) =>
  (app?.environments ?? []).flatMap((e) =>
    planCutover(aPlatform(), app ?? anApp(''), e, { ...someFacts, images: '' }).phases.flatMap((p) =>
      leaves(p.forward).flatMap((s) =>
        s.kind === 'gate' || s.id.includes('/meet/') || (s.kind === 'action' && s.action === 'setWeight') ? [s] : [],
      ),
    ),
  )
const ids = (app: App | undefined) => steps(app).map((s) => s.id.replace('production/', ''))

test('a plan meets the others before people are asked, after they said yes, and before each weight but the lowest', () => {
  const [a, b, w] = grouped([
    gated('a', 'scala', true, 'b', 'w'),
    gated('b', 'scala', true, 'a'),
    gated('w', 'php', false, 'a'),
  ])
  expect(ids(a)).toEqual(['meet/ready', 'gate', 'meet/approved', 'route/web/5', 'meet/100', 'route/web/100'])
  expect(ids(b)).toEqual(ids(a))
  expect(ids(w)).toEqual(['meet/ready', 'gate', 'meet/approved'])
  expect(steps(a).map((s) => s.title)).toContain('wait until a may go to 100 %, together with b')
  expect(steps(a).find((s) => s.kind === 'gate')?.title).toBe('move production to green, together with b, w')
})

test('who moves by itself plans as ever, also where its companions have other environments', () => {
  const alone = gated('a', 'scala', true, 'b')
  const b = { ...gated('b', 'scala', true, 'a'), environments: [anEnvironment('test')] }
  expect(ids(grouped([alone, b])[0])).toEqual(['gate', 'route/web/5', 'route/web/100'])
  expect(grouped([alone, b])[0]?.environments).toEqual(alone.environments)
})

test.for<{ says: string; own: number[]; others: number[]; steps: string[] }>([
  {
    says: 'one that begins above the lowest weight of the others waits before any of it moves',
    own: [50, 100],
    others: [5, 50, 100],
    steps: ['meet/50', 'route/web/50', 'meet/100', 'route/web/100'],
  },
  {
    says: 'one that begins below begins by itself',
    own: [5, 100],
    others: [50, 100],
    steps: ['route/web/5', 'meet/100', 'route/web/100'],
  },
])('$says', ({ own, others, steps: expected }) => {
  const weighing = (name: string, weights: number[], ...movesWith: string[]) =>
    anApp(name, { movesWith, environments: [anEnvironment('production', { weights })] })
  expect(ids(grouped([weighing('a', own, 'b'), weighing('b', others, 'a')])[0])).toEqual(['meet/ready', ...expected])
})

test('one behind a page waits for the others before its page is up, and after its window has opened', () => {
  const behind = anApp('a', {
    movesWith: ['b'],
    environments: [
      anEnvironment('production', {
        weights: [5, 100],
        page: { status: 503, type: 'text/plain', body: 'back soon' },
        handovers: { 'Deployment/shop/leader': { class: 'singleton', downtime: '1m', window: ['Sat 02:00-04:00'] } },
      }),
    ],
  })
  const [a] = grouped([
    behind,
    anApp('b', { movesWith: ['a'], environments: [anEnvironment('production', { weights: [5, 100] })] }),
  ])
  const [own] = a?.environments ?? []
  const facts = { ...someFacts, workloads: [workload('Deployment', 'leader')] }
  const platform = { ...aPlatform(), calendar: { timeZone: 'UTC', hours: [], closed: [] } }
  const { phases } = planCutover(platform, behind, own ?? anEnvironment(''), facts)
  const order = leaves(phases[0]?.forward ?? []).map((s) => (s.kind === 'action' ? s.action : s.id))
  const from = order.indexOf('production/meet/ready')
  expect(order.slice(from, from + 4)).toEqual([
    'production/meet/ready',
    expect.stringContaining('window'),
    'production/meet/100',
    'showPage',
  ])
  expect(order.filter((id) => id.includes('/meet/'))).toHaveLength(2)
})

const platformOf = (...apps: App[]): Platform => aPlatform({ apps: grouped(apps) })
const again = (platform: Platform, app: App) => {
  const { became, ...rest } = withApp(platform, app.name, { app, teams: platform.teams })
  return { became, platform: 'platform' in rest ? rest.platform : platform }
}
/** Who meets whom, by what each began with. */
const meets = ({ apps }: Platform) => {
  const members: Members = new Map(
    apps.flatMap((a) => a.environments.map((e): [string, Member] => [a.name, { standing: moving, group: e.group }])),
  )
  return apps.map(
    (a) =>
      `${a.name}: ${mates(members, a.name)
        .map((m) => m.name)
        .join()}`,
  )
}

test('a replan takes an app out of its group, and brings one in once both were looked for again', () => {
  const before = platformOf(gated('a', 'scala', true, 'b'), gated('b', 'scala', true, 'a'), gated('c', 'php', true))
  expect(meets(before)).toEqual(['a: b', 'b: a', 'c: '])
  expect(again(before, gated('a', 'scala', true, 'b')).became).toBe('unchanged')

  const apart = again(before, gated('a', 'scala', true)).platform
  expect(meets(apart)).toEqual(['a: ', 'b: ', 'c: '])
  const both = again(apart, gated('b', 'scala', true)).platform
  expect(ids(both.apps[1])).toEqual(['gate', 'route/web/5', 'route/web/100'])

  const half = again(before, gated('c', 'php', true, 'a')).platform
  expect(meets(half)).toEqual(['a: b', 'b: a', 'c: '])
  const joined = again(half, gated('a', 'scala', true, 'b', 'c')).platform
  expect(meets(joined)).toEqual(['a: b,c', 'b: a', 'c: a'])
  expect(again(joined, gated('a', 'scala', true, 'b', 'c')).became).toBe('unchanged')
})

// Nobody waits for ever ------------------------------------------------------------------------------

const policy: TurnPolicy = { order: 'breadth', maxParallel: 1, maxFailed: 99, rest: '0s' }

/** Groups of members with lists of weights that may differ, as after a replan, on one environment. */
const groups = fc.array(
  fc.array(fc.constantFrom<readonly number[]>([], [100], [5, 100], [5, 25, 50, 100]), { minLength: 2, maxLength: 4 }),
  { minLength: 1, maxLength: 2 },
)

test('whatever goes wrong in whatever order, somebody can go on, goes back, or is asked; and in the end all are on green', () => {
  fc.assert(
    fc.property(groups, fc.infiniteStream(fc.nat()), fc.boolean(), (lists, random, teams) => {
      const pick = (below: number) => random.next().value % below
      const apps = grouped(
        lists.flatMap((all, g) =>
          all.map((weights, n) =>
            anApp(`g${g}m${n}`, {
              movesWith: all.flatMap((_, o) => (o === n ? [] : [`g${g}m${o}`])),
              environments: [
                anEnvironment('p', {
                  weights,
                  ...(weights.length === 0 && { routes: [] }),
                  gate: rule(teams && n > 0 ? 'php' : 'scala'),
                }),
              ],
            }),
          ),
        ),
      )
      const movers = apps.map((a) => ({ ...a, environments: ['p'], meets: ['p'] }))
      const standings: Record<string, Standing> = {}
      const at = new Map<string, number>()
      const points = (a: App): Point[] => [
        'ready',
        'approved',
        ...(a.environments[0]?.weights ?? []).slice(1).map((w) => `${w}`),
      ]
      const members = (): Members =>
        new Map(
          apps.map((a) => {
            const n = at.get(a.name)
            return [
              a.name,
              {
                standing: standings[key(a.name, 'p')],
                group: a.environments[0]?.group,
                at: n === undefined ? undefined : points(a)[n],
              },
            ]
          }),
        )
      const set = (a: string, standing: Standing | undefined) => {
        if (standing === undefined) delete standings[key(a, 'p')]
        else standings[key(a, 'p')] = standing
        if (standing?.is !== 'moving') at.delete(a)
      }
      const back = (a: string, to: Standing | undefined) => {
        const along = followers(members(), a)
        set(a, to)
        for (const other of along) set(other, undefined)
      }
      const over = () => apps.every((a) => standings[key(a.name, 'p')]?.is === 'on-green')
      for (let n = 0; n < 2_000 && !over(); n += 1) {
        const calm = n > 150
        for (const t of turns(movers, standings, policy, since).start) set(t.app, moving)
        // Nobody is on a weight above the lowest with one that is on blue, but for the moment of its way back.
        const can = apps.filter((a) => {
          const standing = standings[key(a.name, 'p')]
          if (standing?.is === 'trouble') return true
          if (standing?.is !== 'moving') return false
          const point = points(a)[at.get(a.name) ?? -1]
          return (
            point === undefined ||
            waitsFor(members(), a.name, point).length === 0 ||
            goneBack(members(), a.name) !== undefined
          )
        })
        expect(can.length, JSON.stringify({ standings, at: [...at] })).toBeGreaterThan(0)
        const a = can[pick(can.length)]
        if (!a) continue
        const standing = standings[key(a.name, 'p')]
        if (standing?.is === 'trouble') set(a.name, moving) // people say so
        else if (goneBack(members(), a.name) !== undefined) set(a.name, undefined)
        else if (!calm && pick(8) === 0) {
          if (pick(2) === 0) back(a.name, onBlue)
          else set(a.name, trouble)
        } else {
          const next = (at.get(a.name) ?? -1) + 1
          if (next < points(a).length) at.set(a.name, next)
          else set(a.name, green)
        }
      }
      expect(over(), JSON.stringify({ lists, standings, at: [...at] })).toBe(true)
    }),
    { numRuns: 100 },
  )
})

const standing = (
  app: string,
  others: readonly string[],
  ...is: ('pending' | 'moving' | 'on-green' | 'committed' | 'trouble')[]
): AppStanding => ({
  app,
  team: 'scala',
  environments: is.map((it, n) => ({
    name: ['test', 'production'][n] ?? '',
    is: it,
    ...(others.length > 0 && { with: others }),
  })),
})

test.for<{ says: string; app?: string; environment?: string; along: string[] }>([
  { says: 'whoever has begun where it has', along: ['web production', 'web test'] },
  { says: 'only there, where one is named that is the last', environment: 'production', along: ['web production'] },
  {
    says: 'what is on its way behind one that is named',
    environment: 'test',
    along: ['api production', 'web production', 'web test'],
  },
  { says: 'nobody, where it moves by itself', app: 'other', along: [] },
  { says: 'what is on green already stays there', app: 'there', environment: 'test', along: ['beside test'] },
])('a rollback takes along: $says', ({ app = 'api', environment, along }) => {
  const apps = [
    standing('api', ['web', 'late', 'done'], 'on-green', 'moving'),
    standing('web', ['api'], 'on-green', 'trouble'),
    standing('late', ['api'], 'pending', 'pending'),
    standing('done', ['api'], 'committed', 'committed'),
    standing('other', [], 'on-green', 'moving'),
    standing('there', ['beside'], 'on-green', 'on-green'),
    standing('beside', ['there'], 'on-green', 'on-green'),
  ]
  expect(alongWith(apps, app, environment)).toEqual(along)
})
