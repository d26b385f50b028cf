import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readPlatformFile } from '../../src/config/read.ts'
import { fitting } from '../../src/activities/plan-sizes.ts'
import { sealed } from '../../src/activities/sealing.ts'
import { eventsLeft, MOST_EVENTS, mostEvents, tooLong } from '../../src/domain/history-size.ts'
import { blank, write, type Journal } from '../../src/domain/journal.ts'
import type { Environment, Platform } from '../../src/domain/platform.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import { resolvePlatform } from '../../src/domain/resolve-platform.ts'
import { leaves } from '../../src/domain/steps.ts'
import { anApp, anEnvironment, aPlatform, clusterFacts, route, rule } from '../support/builders.ts'
import { aNamespace, aRoute, found } from '../support/found.ts'

const hash = (text: string) => createHash('sha256').update(text).digest('hex')
const arn = (what: string, of: string) =>
  `arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:${what}/${hash(of).slice(0, 16)}`

/** With the example's own checks, and names and ARNs as long as AWS makes them; these look alike nowhere. */
function real(count: number): Platform {
  const text = readFileSync('examples/chatwork-prod.yaml', 'utf8').replace(/^apps:[^]*?(?=^\S)/m, '')
  const reading = readPlatformFile(text, 'chatwork-prod.yaml')
  if (!('file' in reading)) throw new Error('the example cannot be read')
  const namespaces = Array.from({ length: count }, (_, n) => `${hash(`${n}`).slice(0, 8)}-service`).flatMap((app, n) =>
    ['test', 'stage', 'production'].map((env) => {
      const name = `${app}-${env}`
      return aNamespace(name, {
        labels: { app, team: ['scala', 'php', 'sre'][n % 3] ?? '', env },
        routes: [
          aRoute({
            targetGroup: arn(`targetgroup/${name.slice(0, 32)}`, name),
            rules: [
              { arn: arn('listener-rule/app/chatwork-prod/50dc6c495c0c9188/f2f7dc8efc522ab2', name), isDefault: false },
            ],
          }),
        ],
      })
    }),
  )
  return resolvePlatform(reading.file, { ...found(...namespaces), fingerprint: hash }).platform
}

test('a thousand apps with three environments are planned, in a quarter of what Temporal takes in one piece', () => {
  const platform = real(1000)
  const answer = { platform, plan: sealed(planUpgrade(platform, clusterFacts, [])) }
  expect(platform.apps).toHaveLength(1000)
  expect(fitting(answer)).toBe(answer)
  expect(deflateSync(JSON.stringify(answer)).length).toBeLessThan(500_000)
  expect(Buffer.byteLength(JSON.stringify(answer.plan))).toBeLessThan(1_500_000)
})

const three = (more: Partial<Environment>): Environment[] =>
  ['test', 'stage', 'production'].map((name) =>
    anEnvironment(name, { routes: [route('web')], gate: rule('scala'), ...more }),
  )
const events = (count: number, more: Parameters<typeof anApp>[1], environments: Environment[]) => {
  const platform = aPlatform({
    apps: Array.from({ length: count }, (_, n) => anApp(`application-${n}`, { ...more, environments })),
  })
  return mostEvents(planUpgrade(platform, clusterFacts, []).phases, platform)
}
const window = { 'Deployment/shop/web': { class: 'overlap', window: ['Wed 10:00-11:00'] } } as const

test.for([
  { says: 'that are copied', apps: 1000, more: {}, environment: {} },
  { says: 'that Argo CD deploys', apps: 900, more: { deploy: 'argocd' }, environment: {} },
  { says: 'that Flux deploys', apps: 900, more: { deploy: 'flux' }, environment: {} },
  { says: 'that somebody else deploys', apps: 600, more: { deploy: 'external' }, environment: {} },
  { says: 'with a window each', apps: 650, more: {}, environment: { handovers: window } },
  {
    says: 'of which each moves with another one by four weights',
    apps: 190,
    more: {},
    environment: { weights: [5, 25, 50, 100], group: { others: [{ app: 'another', weights: [5, 25, 50, 100] }] } },
  },
] as const)('an upgrade of $apps apps $says stays below the end of a history', ({ apps, more, environment }) => {
  expect(events(apps, more, three(environment))).toBeLessThan(MOST_EVENTS)
  expect(events(apps * 1.2, more, three(environment))).toBeGreaterThan(MOST_EVENTS)
})

test('what would pass it is refused before anything is begun, with the figure', () => {
  const apps = Array.from({ length: 1300 }, (_, n) => anApp(`a${n}`, { environments: three({}) }))
  const platform = aPlatform({ apps })
  const answer = { platform, plan: sealed(planUpgrade(platform, clusterFacts, [])) }
  expect(() => fitting(answer)).toThrow(
    /^an upgrade of 1300 apps may leave \d+ events in Temporal's history, 0 of them .*, and 46000 is the end: divide/,
  )
})

test('where roles are what makes it too much, that is said', () => {
  const written = Array.from({ length: 4000 }, (_, n) => `role-${n}`)
  const platform = aPlatform()
  const plan = sealed(planUpgrade(platform, { ...clusterFacts, roles: { written, requested: [] } }, []))
  expect(() => fitting({ platform, plan })).toThrow(
    /, 480\d\d of them of the IAM roles .*: take blue out of trust policies/,
  )
})

test('what would not be taken in one piece is refused, with the figure', () => {
  const noise = Array.from({ length: 50_000 }, (_, n) => hash(`${n}`))
  const platform = aPlatform({ apps: [anApp('api', { dependsOn: noise })] })
  expect(() => fitting({ platform, plan: sealed(planUpgrade(aPlatform(), clusterFacts, [])) })).toThrow(
    /^platform toy and its plan, of 1 apps, have \d+ bytes, \d+ when packed, and 24000000 and 1500000 are/,
  )
})

test('what is unpacked is counted in bytes, as its reader counts them', () => {
  const platform = aPlatform({ platformTeam: '係'.repeat(9_000_000) })
  expect(() => fitting({ platform, plan: sealed(planUpgrade(aPlatform(), clusterFacts, [])) })).toThrow(
    /have 2[78]\d{6} bytes, \d{5,6} when packed/,
  )
})

test('what a replan leaves to do is held against what the history has already', () => {
  const platform = aPlatform({ apps: [anApp('api'), anApp('web')] })
  const { phases } = planUpgrade(platform, clusterFacts, [])
  expect(eventsLeft(phases, platform, blank)).toBe(mostEvents(phases, platform))
  const done = leaves(phases.flatMap((p) => p.forward)).reduce<Journal>(
    (all, { id: step }) => write(all, { step, attempt: 1, state: 'done', startedAt: '' }),
    blank,
  )
  expect(eventsLeft(phases, platform, done)).toBeLessThan(eventsLeft(phases, platform, blank) - 50)
  expect(tooLong(MOST_EVENTS - 10, 10)).toBeUndefined()
  expect(tooLong(MOST_EVENTS - 10, 11)).toContain('leave the app to the next upgrade')
})
