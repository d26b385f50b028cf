import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blocker, warning } from '../../src/domain/findings.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import { blockers } from '../../src/domain/plan.ts'
import { kinds } from '../../src/domain/waivable.ts'
import { inForce, waivable, whyNotWaived, withWaivers, type Waiver } from '../../src/domain/waivers.ts'
import { aCutoverPlan, anApp, anEnvironment, aPlatform, clusterFacts, seal, someFacts } from '../support/builders.ts'

const NOW = '2026-06-15T12:00:00Z'
const job = blocker('scaled-job', 'ScaledJob/shop/importer', 'it is not carried over', 'move it by hand')
const aWaiver = (more: Partial<Waiver> = {}): Waiver => ({
  code: 'scaled-job',
  about: 'ScaledJob/shop/importer',
  reason: 'moved by hand',
  until: '2026-06-30',
  by: 'aoki',
  ...more,
})

test('a waived blocker is a warning that says who answers for it, why and until when', () => {
  expect(withWaivers([job], [aWaiver()], NOW)).toEqual([
    {
      ...job,
      level: 'warning',
      message: 'it is not carried over. Waived by aoki until 2026-06-30: moved by hand',
      waived: { by: 'aoki', reason: 'moved by hand', until: '2026-06-30' },
    },
  ])
})

test.for([
  { until: '2026-06-14', counts: false },
  { until: '2026-06-15', counts: true },
  { until: '2026-06-15T12:00:00Z', counts: false },
  { until: '2026-06-15T21:00:01+09:00', counts: true },
  { until: '2026-06-15T21:00:00+09:00', counts: false },
])('at noon of the 15th one until $until counts: $counts', ({ until, counts }) => {
  const found = withWaivers([job], [aWaiver({ until })], NOW)
  expect(found.map((f) => f.level)).toEqual([counts ? 'warning' : 'blocker'])
  if (!counts) expect(found[0]?.message).toBe(`it is not carried over; aoki waived it until ${until}`)
})

test('a waiver of nothing is a warning that names what there is; so is one of a mere warning', () => {
  const found = withWaivers(
    [job, warning('route-sticky', 'shop/web', 'm', 'r')],
    [aWaiver({ about: 'ScaledJob/shop/import' }), aWaiver({ code: 'route-sticky', about: 'shop/web' })],
    NOW,
  )
  expect(found.map((f) => [f.level, f.code, f.about])).toEqual([
    ['blocker', 'scaled-job', 'ScaledJob/shop/importer'],
    ['warning', 'route-sticky', 'shop/web'],
    ['warning', 'waiver-unused', 'scaled-job ScaledJob/shop/import'],
    ['warning', 'waiver-unused', 'route-sticky shop/web'],
  ])
  expect(found[2]?.message).toMatch(/scaled-job is about ScaledJob\/shop\/importer$/)
})

test('an image that a pull-through cache fetches again is for people to know', () => {
  const gone = blocker('image-gone', 'Deployment/shop/web', 'its registry does not have it', 'push it again')
  const waiver = aWaiver({ code: gone.code, about: gone.about })
  expect(whyNotWaived(waiver.code)).toBeUndefined()
  expect(withWaivers([gone], [waiver], NOW).map((f) => f.level)).toEqual(['warning'])
})

test('no waiver takes a blocker away, or touches another', () => {
  const name = fc.constantFrom('a', 'b', 'c')
  const findings = fc.array(fc.tuple(name, name).map(([code, about]) => blocker(code, about, 'm', 'r')))
  const some = fc.array(fc.record({ code: name, about: name, until: fc.constantFrom('2026-06-14', '2026-06-16') }))
  fc.assert(
    fc.property(findings, some, (all, wanted) => {
      const waivers = wanted.map((w) => aWaiver(w))
      const found = withWaivers(all, waivers, NOW).filter((f) => f.code !== 'waiver-unused')
      expect(found.map((f) => `${f.code} ${f.about}`)).toEqual(all.map((f) => `${f.code} ${f.about}`))
      for (const { level, code, about } of found)
        expect(level === 'warning').toBe(inForce(waivers, NOW).some((w) => w.code === code && w.about === about))
    }),
  )
})

describe('what is approved', () => {
  const planOf = (waivers: readonly Waiver[]) =>
    seal(planUpgrade(aPlatform(), clusterFacts, withWaivers([job], waivers, NOW)))

  test('is another plan with a waiver, and the same one in other words', () => {
    const plan = planOf([aWaiver()])
    expect(blockers(plan)).toEqual([])
    expect(plan.digest).not.toBe(seal(planUpgrade(aPlatform(), clusterFacts, [])).digest)
    expect(plan.digest).not.toBe(planOf([]).digest)
    expect(planOf([aWaiver({ reason: 'it is gone', until: '2026-07-01' })]).digest).toBe(plan.digest)
  })

  test('names what is waived, at the start gate itself', () => {
    expect(planOf([aWaiver()]).phases[0]?.forward[0]?.title).toBe(
      'upgrade toy from 1.35 to 1.36, with a blocker waived: scaled-job ScaledJob/shop/importer',
    )
    expect(planOf([]).phases[0]?.forward[0]?.title).toBe('upgrade toy from 1.35 to 1.36')
  })
})

test('what was waived when the upgrade was planned keeps no environment on blue when its turn comes', () => {
  const rds = { name: 'rds', endpoint: 'rds:5432', connections: 60, limit: 100 }
  const environment = anEnvironment('production', { externals: [rds] })
  const waiver = aWaiver({ code: 'connections-exceeded', about: 'production rds', until: '2020-01-01' })
  const plan = (platform: ReturnType<typeof aPlatform>) => aCutoverPlan(anApp('api'), environment, someFacts, platform)
  expect(blockers(plan(aPlatform())).map((f) => f.code)).toEqual(['connections-exceeded'])
  expect(blockers(plan(aPlatform({ waivers: [waiver] })))).toEqual([])
})

test('of every code of a blocker it is said whether it may be waived, and why not', () => {
  const page = readFileSync(new URL('../../docs/reference/findings.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| (`[^|]+`) \| ([^|]*blocker[^|]*) \|/gm)].flatMap(([, codes = '']) =>
    [...codes.matchAll(/`([a-z\d-]+)`/g)].map(([, code = '']) => code),
  )
  // A blocker of preflight that gets a row there gets one in src/domain/waivable.ts too.
  expect([...new Set(rows)].filter((code) => !Object.hasOwn(kinds, code))).toEqual([])
  expect(Object.keys(kinds).filter((code) => !page.includes(`\`${code}\``))).toEqual([])
  for (const code of Object.keys(kinds)) expect(whyNotWaived(code) === undefined, code).toBe(waivable.includes(code))
  expect([whyNotWaived('no-such'), whyNotWaived('constructor')]).toEqual([undefined, undefined])
})
