import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { warning, type Finding } from '../../src/domain/findings.ts'
import { blank, settled, write, type Journal } from '../../src/domain/journal.ts'
import type { AppStanding } from '../../src/domain/messages.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import type { App, Platform } from '../../src/domain/platform.ts'
import { carried, replanFinding, toldAfter, whyNotReplanned, withApp } from '../../src/domain/replanning.ts'
import { leaves } from '../../src/domain/steps.ts'
import { anApp, anEnvironment, aPlatform, clusterFacts, seal } from '../support/builders.ts'

const platform = aPlatform({ apps: [anApp('api'), anApp('web', { dependsOn: ['api'], movesWith: ['api'] })] })
const looked = (name: string, app: App | undefined, teams: Platform['teams'] = platform.teams) =>
  withApp(platform, name, { app, teams })
const known = (name: string) => platform.apps.find((a) => a.name === name)

describe('an app that is looked for again', () => {
  test.for([
    { says: 'as it was planned', name: 'api', app: known('api'), became: 'unchanged' },
    { says: 'that nobody knows', name: 'mail', app: undefined, became: 'unknown' },
    { says: 'that is new', name: 'mail', app: anApp('mail'), became: 'joins' },
    { says: 'that is gone', name: 'api', app: undefined, became: 'leaves' },
    { says: 'of another team', name: 'api', app: anApp('api', { team: 'sre' }), became: 'changes' },
    {
      says: 'with one environment more',
      name: 'api',
      app: anApp('api', { environments: [...anApp('api').environments, anEnvironment('dr')] }),
      became: 'changes',
    },
  ])('$says $became', ({ name, app, became }) => expect(looked(name, app).became).toBe(became))

  test('is waited for, or not, by those that name it, both ways', () => {
    const left = looked('api', undefined)
    expect('platform' in left && left.platform.apps).toEqual([anApp('web')])
    const joined = looked('mail', anApp('mail', { movesWith: ['web'] }))
    const apps = 'platform' in joined ? joined.platform.apps : []
    expect(apps.map((a) => [a.name, a.movesWith, a.dependsOn])).toEqual([
      ['api', [], []],
      ['mail', ['web'], []],
      ['web', ['api', 'mail'], ['api']],
    ])
  })

  test('brings its team along, and changes no team that decides already', () => {
    const team = { approvers: ['eda'] }
    const joined = looked('mail', anApp('mail', { team: 'mail' }), { mail: team, scala: team })
    expect('platform' in joined && joined.platform.teams).toEqual({ ...platform.teams, mail: team })
  })
})

describe('clocks', () => {
  const tokyo = { timeZone: 'Asia/Tokyo', hours: ['Mon-Fri 10:00-16:00'], closed: ['2026-12-25'] }
  const joins = (calendar: Platform['calendar'], planned?: Platform['calendar']) => {
    const it = withApp({ ...platform, ...(planned && { calendar: planned }) }, 'mail', {
      app: anApp('mail'),
      teams: {},
      calendar,
    })
    return 'platform' in it ? it.platform.calendar : undefined
  }
  test('of what joins are there for its windows, and change no hours of others', () => {
    expect(joins(tokyo)).toEqual({ timeZone: 'Asia/Tokyo', hours: [], closed: [] })
    expect(joins(tokyo, { ...tokyo, timeZone: 'UTC' })).toEqual({ ...tokyo, timeZone: 'UTC' })
    expect(joins(undefined)).toBeUndefined()
  })
})

describe('what is told after a replan', () => {
  const api = known('api')
  const by = (who: string) => replanFinding('changes', { by: who, reason: 'why' }, 'api')
  const seen = (about: string, message = 'm') => warning('single-replica', about, message, 'r')
  const left = replanFinding('leaves', { by: 'baba' }, 'api')
  test.for<[string, Finding[], Finding[], string[]]>([
    ['what is found again, once, as it is now', [seen('api')], [seen('api', 'now')], ['single-replica api now']],
    [
      'what is of others, as it was',
      [seen('web'), seen('Deployment/web/web')],
      [by('baba')],
      ['single-replica web m', 'single-replica Deployment/web/web m', 'app-changed api'],
    ],
    ['one note of the last', [by('aoki')], [by('baba')], ['app-changed api']],
    [
      'of what is gone nothing but that',
      [seen('api'), seen('api production'), seen(`Deployment/${api?.environments[0]?.namespaces[0]}/x`), seen('apis')],
      [left],
      ['single-replica apis m', 'app-left api'],
    ],
  ])('%s', ([, before, found, told]) => {
    const all = toldAfter(before, found, api)
    expect(
      all.map(({ code, about, message }) => [code, about, ...(code.startsWith('app') ? [] : [message])].join(' ')),
    ).toEqual(told)
    expect(all.filter((f) => f.code === 'app-changed').every((f) => f.message.includes('baba'))).toBe(true)
  })
})

const standing = (...is: (AppStanding['environments'][number]['is'] | 'on blue')[]): AppStanding => ({
  app: 'api',
  team: 'scala',
  environments: is.map((it, n) => ({
    name: `e${n}`,
    ...(it === 'on blue' ? { is: 'trouble', onBlue: true } : { is: it }),
  })),
})
test.for([
  { is: ['pending', 'pending'], says: undefined },
  { is: ['on blue', 'pending'], says: undefined },
  { is: ['back', 'on blue'], says: undefined },
  { is: ['on-green', 'pending'], says: /^e0 is on-green: .*norikae rollback api/ },
  { is: ['on blue', 'moving'], says: /^e1 is moving: / },
  { is: ['trouble', 'pending'], says: /^e0 is trouble: / },
  { is: ['awaited'], says: /^e0 is awaited: / },
  { is: ['committed', 'committed'], says: /no way back/ },
] as const)('an app that is $is is planned anew, or why not', ({ is, says }) => {
  const why = whyNotReplanned(standing(...is))
  if (says === undefined) expect(why).toBeUndefined()
  else expect(why).toMatch(says)
})

test('what was done stays done but for what rested on the change; what is gone is in no plan any more', () => {
  const names = ['api', 'web', 'mail', 'auth']
  const some = fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 })
  const alone = (name: string) => anApp(name, { environments: [anEnvironment('test', { namespaces: [name] })] })
  const planOf = (apps: readonly string[], earlier?: Plan) =>
    seal(planUpgrade(aPlatform({ apps: apps.toSorted().map(alone) }), clusterFacts, [], earlier?.phases))
  fc.assert(
    fc.property(some, some, fc.nat(), (before, after, until) => {
      const old = planOf(before)
      const next = planOf(after, old)
      // Nothing is replanned once blue is let go of.
      const steps = old.phases.flatMap((p) => (p.pointOfNoReturn ? [] : leaves(p.forward)))
      const done = steps.slice(0, until % (steps.length + 1))
      const journal = done.reduce<Journal>(
        (j, { id }) => write(j, { step: id, attempt: 1, state: 'done', startedAt: '', endedAt: '' }),
        blank,
      )
      const kept = carried(journal, old, next)
      const same = before.toSorted().join() === after.toSorted().join()
      // Those that stay are in the round in which they were tried.
      const stay = before.some((name) => after.includes(name))
      const wanted = new Set(next.phases.flatMap((p) => leaves(p.forward)).map((s) => s.id))
      for (const { id } of done) {
        const stays = wanted.has(id) && (id.startsWith('verify/') ? stay : same || !/^soak\/(?!days)/.test(id))
        expect(settled(kept, id), id).toBe(stays)
      }
      // Nothing is forgotten: the report tells it.
      expect(Object.keys(kept.steps).length + kept.archive.length).toBe(done.length)
    }),
    { numRuns: 200 },
  )
})
