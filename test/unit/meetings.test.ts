import fc from 'fast-check'
import { expect, test } from 'vitest'
import { alongWith } from '../../src/client/along.ts'
import { grouped } from '../../src/domain/groups.ts'
import { isPageUp } from '../../src/domain/behind-page.ts'
import { milliseconds } from '../../src/domain/duration.ts'
import { blank, write, type Journal } from '../../src/domain/journal.ts'
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
import type { App, Platform } from '../../src/domain/platform.ts'
import { withApp } from '../../src/domain/replanning.ts'
import { leaves, type LeafStep } from '../../src/domain/steps.ts'
import { key, turns, type Standing, type TurnPolicy } from '../../src/domain/turns.ts'
import { planCutover } from '../../src/domain/plan-cutover.ts'
import { anApp, anEnvironment, aPlatform, rule, someFacts, workload } from '../support/builders.ts'

const since = '2026-11-23T12:00:00Z'
const moving: Standing = { is: 'moving' }
const trouble: Standing = { is: 'trouble' }
const onBlue: Standing = { is: 'trouble', onBlue: true }
const green: Standing = { is: 'on-green', since }
const member = (standing: Standing | undefined, at?: Point, others: readonly string[] = ['a']): Member => ({
  standing,
  others: new Set(others),
  weighed: true,
  at,
})
/** `a` at the point, and `b` beside it. */
const pair = (b: Member): Members =>
  new Map([
    ['a', member(moving, undefined, ['b'])],
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

test('that one waits is said each hour at first, and then six times a day', () => {
  const hours = [0, 1, 2, 3, 4].map((n) => milliseconds(saidAgainAfter(n)) / 3_600_000)
  expect(hours).toEqual([1, 1, 2, 4, 4])
})

test('who has no routes is waited for before anything moves, and at no weight', () => {
  const members = pair({ ...member(moving, 'ready'), weighed: false })
  expect([waitsFor(members, 'a', 'approved').length, waitsFor(members, 'a', '25').length]).toEqual([1, 0])
})

test('who has begun goes back with it, and nobody else', () => {
  const others = ['pending', 'moving', 'green', 'held', 'blue', 'gone']
  const stands = [undefined, moving, green, trouble, onBlue, { is: 'committed' } as const]
  const members: Members = new Map([
    ['a', member(trouble, undefined, others)],
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

test('a plan meets the others before people are asked, after they said yes, and before each weight', () => {
  const [a, b, w] = grouped([
    gated('a', 'scala', true, 'b', 'w'),
    gated('b', 'scala', true, 'a'),
    gated('w', 'php', false, 'a'),
  ])
  expect(ids(a)).toEqual(['meet/ready', 'gate', 'meet/approved', 'meet/5', 'route/web/5', 'meet/100', 'route/web/100'])
  expect(ids(b)).toEqual(ids(a))
  expect(ids(w)).toEqual(['meet/ready', 'gate', 'meet/approved'])
  expect(steps(a).map((s) => s.title)).toContain('wait until a may go to 100 %, together with b')
  expect(steps(a).find((s) => s.kind === 'gate')?.title).toBe('move production to green, together with b, w')
})

test('one that asks nobody waits for those who are asked, and one with routes beside none for no weight', () => {
  const asksNobody = anApp('a', { movesWith: ['w'], environments: [anEnvironment('production')] })
  const [a] = grouped([asksNobody, gated('w', 'php', false, 'a')])
  expect(ids(a)).toEqual(['meet/ready', 'meet/approved', 'route/web/100'])
})

test('who moves by itself plans as ever, also where its companions have other environments', () => {
  const alone = gated('a', 'scala', true, 'b')
  const b = { ...gated('b', 'scala', true, 'a'), environments: [anEnvironment('test')] }
  expect(ids(grouped([alone, b])[0])).toEqual(['gate', 'route/web/5', 'route/web/100'])
  expect(grouped([alone, b])[0]?.environments).toEqual(alone.environments)
})

/** Its visitors get a page, and it has a window. */
const behindAPage = (name: string, weights: readonly number[], ...movesWith: string[]): App =>
  anApp(name, {
    movesWith,
    environments: [
      anEnvironment('production', {
        weights,
        page: { status: 503, type: 'text/plain', body: 'back soon' },
        handovers: { 'Deployment/shop/leader': { class: 'singleton', downtime: '1m', window: ['Sat 02:00-04:00'] } },
      }),
    ],
  })
const leader = { ...someFacts, workloads: [workload('Deployment', 'leader')] }
const inUtc = { ...aPlatform(), calendar: { timeZone: 'UTC', hours: [], closed: [] } }
/** From where green is ready: points, windows and weights. */
const way = (app: App): string[] => {
  const [own] = app.environments
  const plan = planCutover(inUtc, app, own ?? anEnvironment(''), own?.page ? leader : { ...someFacts, workloads: [] })
  return leaves(plan.phases[0]?.forward ?? []).flatMap((s) => {
    if (s.kind === 'wait') return s.id.includes('/meet/') ? [`at ${s.id.split('/').at(-1)}`] : ['window']
    if (s.kind !== 'action') return []
    return s.action === 'setWeight' ? [`goes to ${s.input.to}`] : s.action === 'showPage' ? ['page'] : []
  })
}

test.for<{ says: string; weights: number[]; way: string[] }>([
  {
    says: 'lets the others come up to it while it waits for its window, and looks at that again before its page is up',
    weights: [5, 50, 100],
    way: ['at ready', 'at approved', 'at 50', 'window', 'at 100', 'window', 'page', 'goes to 100'],
  },
  {
    says: 'has nobody on green before its window where there is but one weight',
    weights: [100],
    way: ['at ready', 'at approved', 'window', 'at 100', 'window', 'page', 'goes to 100'],
  },
])('one behind a page $says', ({ weights, way: expected }) => {
  const other = anApp('b', { movesWith: ['a'], environments: [anEnvironment('production', { weights })] })
  const [a, b] = grouped([behindAPage('a', weights, 'b'), other])
  expect(way(a ?? other)).toEqual(expected)
  expect(way(b ?? other)).toEqual(['at ready', 'at approved', ...weights.flatMap((w) => [`at ${w}`, `goes to ${w}`])])
})

const platformOf = (...apps: App[]): Platform => aPlatform({ apps: grouped(apps) })
const again = (platform: Platform, app: App) => {
  const { became, ...rest } = withApp(platform, app.name, { app, teams: platform.teams })
  return { became, platform: 'platform' in rest ? rest.platform : platform }
}
/** Who meets whom, by what each began with. */
const meets = ({ apps }: Platform) => {
  const members: Members = new Map(
    apps.flatMap((a) =>
      a.environments.map((e): [string, Member] => [
        a.name,
        member(moving, undefined, e.group?.others.map((o) => o.app) ?? []),
      ]),
    ),
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

/** Groups of members with lists of weights that may differ, as after a replan, with pages and windows, on one environment. */
const groups = fc.array(
  fc.array(
    fc.record({
      weights: fc.constantFrom<readonly number[]>([], [100], [5, 100], [5, 25, 50, 100]),
      page: fc.boolean(),
    }),
    { minLength: 2, maxLength: 4 },
  ),
  { minLength: 1, maxLength: 2 },
)

test('whatever goes wrong in whatever order, somebody can go on, goes back, or is asked; and in the end all are on green', () => {
  fc.assert(
    fc.property(groups, fc.infiniteStream(fc.nat()), (lists, random) => {
      const pick = (below: number) => random.next().value % below
      const apps = grouped(
        lists.flatMap((all, g) =>
          all.map(({ weights, page }, n) => {
            const mates = all.flatMap((_, o) => (o === n ? [] : [`g${g}m${o}`]))
            const some = weights.length === 0 ? { routes: [] } : { weights }
            return page && weights.length > 0
              ? behindAPage(`g${g}m${n}`, weights, ...mates)
              : anApp(`g${g}m${n}`, { movesWith: mates, environments: [anEnvironment('production', some)] })
          }),
        ),
      )
      const place = (name: string) => key(name, 'production')
      const movers = apps.map((a) => ({ ...a, environments: ['production'], meets: ['production'] }))
      const standings: Record<string, Standing> = {}
      const ways = new Map(apps.map((a) => [a.name, way(a)]))
      /** How far it is on its way, and the point that it said last. */
      const at = new Map<string, number>()
      const came = new Map<string, Point>()
      const next = (name: string) => ways.get(name)?.[at.get(name) ?? 0]
      const goOn = (name: string, to: number) => {
        at.set(name, to)
        const [, point] = next(name)?.split('at ') ?? []
        if (point !== undefined) came.set(name, point)
        set(name, next(name) === 'window' ? { is: 'window' } : moving)
      }
      const members = (): Members =>
        new Map(
          apps.map((a): [string, Member] => [
            a.name,
            {
              standing: standings[place(a.name)],
              others: new Set(a.environments[0]?.group?.others.map((o) => o.app)),
              weighed: (a.environments[0]?.routes.length ?? 0) > 0,
              at: came.get(a.name),
            },
          ]),
        )
      const set = (name: string, is: Standing | undefined) => {
        if (is === undefined) delete standings[place(name)]
        else standings[place(name)] = is
        if (is?.is !== 'moving' && is?.is !== 'window') came.delete(name)
        if (is === undefined || is === onBlue) at.delete(name)
      }
      const back = (name: string, to: Standing | undefined) => {
        const along = followers(members(), name)
        set(name, to)
        for (const other of along) set(other, undefined)
      }
      const isMoving = (name: string) => ['moving', 'window'].includes(standings[place(name)]?.is ?? '')
      const canGoOn = (name: string): boolean => {
        const [, point] = next(name)?.split('at ') ?? []
        return point === undefined || waitsFor(members(), name, point).length === 0
      }
      /** Nobody is at a weight that another has not come to, whoever waits for its window among them. */
      const goesTo = (name: string, to: number) => {
        for (const { name: other, member: it } of mates(members(), name)) {
          if (!it.weighed || !isMoving(other)) continue
          const left = ways.get(other)?.slice(at.get(other) ?? 0) ?? []
          const lower = left.flatMap((step) => (step.startsWith('goes to ') ? [Number(step.slice(8))] : []))
          expect(
            lower.filter((w) => w < to),
            `${name} goes to ${to}, ${other} is at ${left[0]}`,
          ).toEqual([])
        }
      }
      const over = () => apps.every((a) => standings[place(a.name)]?.is === 'on-green')
      for (let n = 0; n < 3_000 && !over(); n += 1) {
        const calm = n > 150
        for (const t of turns(movers, standings, policy, since).start) goOn(t.app, 0)
        const can = apps.filter(({ name }) => {
          if (standings[place(name)]?.is === 'trouble') return true
          return isMoving(name) && (canGoOn(name) || goneBack(members(), name) !== undefined)
        })
        expect(can.length, JSON.stringify({ standings, at: [...at] })).toBeGreaterThan(0)
        const name = can[pick(can.length)]?.name
        if (name === undefined) continue
        if (standings[place(name)]?.is === 'trouble') goOn(name, at.get(name) ?? 0) // people say so: from where it is held, or anew
        else if (goneBack(members(), name) !== undefined) set(name, undefined)
        else if (!calm && pick(8) === 0) {
          if (pick(2) === 0) back(name, onBlue)
          else set(name, trouble)
        } else {
          const step = next(name)
          if (step?.startsWith('goes to ')) goesTo(name, Number(step.slice(8)))
          const now = (at.get(name) ?? 0) + 1
          if (ways.get(name)?.[now] === undefined) set(name, green)
          else goOn(name, now)
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

test('a page is up from when it is put there until it is taken away', () => {
  const [a] = grouped([behindAPage('a', [100], 'b'), anApp('b', { environments: [anEnvironment('production')] })])
  const [own] = a?.environments ?? []
  const [phase] = planCutover(inUtc, a ?? anApp(''), own ?? anEnvironment(''), leader).phases
  const steps = leaves(phase?.forward ?? [])
  const done = (journal: Journal, { id: step }: LeafStep): Journal =>
    write(journal, { step, attempt: 1, state: 'done', startedAt: since })
  const isUp = steps.map((_, n) => isPageUp(steps, steps.slice(0, n + 1).reduce(done, blank)))
  const [put, away] = ['showPage', 'removePage'].map((action) =>
    steps.findIndex((s) => s.kind === 'action' && s.action === action),
  )
  expect(isUp.indexOf(true)).toBe(put)
  expect(isUp.lastIndexOf(true)).toBe((away ?? 0) - 1)
})
