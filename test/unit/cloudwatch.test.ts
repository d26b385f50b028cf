import { describe, expect, test } from 'vitest'
import { checksFor, longestWindowMs, unseen } from '../../src/domain/checks.ts'
import {
  askedOf,
  balanced,
  beside,
  combined,
  comparedOf,
  dimensionOf,
  isNoData,
  PERIOD_MS,
  type Datapoint,
} from '../../src/domain/cloudwatch.ts'
import type { Route } from '../../src/domain/platform.ts'
import { followedBy, type Sample } from '../../src/domain/verdict.ts'
import { errors, route } from '../support/builders.ts'
import { aFile } from '../support/found.ts'

const points = (values: Readonly<Record<number, number>>): Datapoint[] =>
  Object.entries(values).map(([minute, value]) => ({ atMs: Number(minute) * PERIOD_MS, value }))
const minutes = (n: number) => n * PERIOD_MS

describe('the share of errors of a minute', () => {
  test.for([
    { says: 'of one group', groups: [{ requests: points({ 1: 10 }), failures: points({ 1: 2 }) }], is: { 1: 0.2 } },
    {
      says: 'connections that targets refuse are failures, and no more than there were requests',
      groups: [
        {
          requests: points({ 1: 10, 2: 10, 3: 10 }),
          failures: points({ 1: 1, 3: 5 }),
          refused: points({ 1: 2, 2: 4, 3: 8 }),
        },
      ],
      is: { 1: 0.3, 2: 0.4, 3: 1 },
    },
    { says: 'no failure counted is none', groups: [{ requests: points({ 1: 10 }), failures: [] }], is: { 1: 0 } },
    { says: 'no request is no share', groups: [{ requests: [], failures: points({ 1: 2 }) }], is: {} },
    { says: 'none of no requests neither', groups: [{ requests: points({ 1: 0 }), failures: [] }], is: {} },
    {
      says: 'of all groups together',
      groups: [
        { requests: points({ 1: 90 }), failures: [] },
        { requests: points({ 1: 10, 2: 4 }), failures: points({ 1: 10, 2: 1 }) },
      ],
      is: { 1: 0.1, 2: 0.25 },
    },
    { says: 'a group that is not there', groups: [{}], is: {} },
  ])('$says', ({ groups, is }) => expect(combined('errors', groups)).toEqual(points(is)))
  test('latency is that of the slowest group', () =>
    expect(combined('latency', [{ latency: points({ 1: 0.1, 2: 0.4 }) }, { latency: points({ 1: 0.3 }) }])).toEqual(
      points({ 1: 0.3, 2: 0.4 }),
    ))
})

describe('which minutes are asked for', () => {
  test('none before one has begun, ended and settled since', () => {
    const since = minutes(10) + 1
    expect(askedOf(minutes(13) - 1, since)).toBeUndefined()
    expect(askedOf(minutes(13), since)).toEqual({ fromMs: minutes(11), untilMs: minutes(12) })
    expect(askedOf(minutes(30), since)).toEqual({ fromMs: minutes(26), untilMs: minutes(29) })
    // However late it is asked again, from the last one on that was told; of half an hour at most.
    expect(askedOf(minutes(30), since, minutes(20))).toEqual({ fromMs: minutes(20), untilMs: minutes(29) })
    expect(askedOf(minutes(90), since, minutes(20))).toEqual({ fromMs: minutes(59), untilMs: minutes(89) })
    expect(comparedOf({ fromMs: 0, untilMs: minutes(60) })).toEqual({ fromMs: minutes(30), untilMs: minutes(60) })
  })
  test('one that is not told may be late; three in a row are no data', () => {
    const asking = (n: number) => ({ fromMs: 0, untilMs: minutes(n) })
    expect([isNoData([], asking(2)), isNoData([], asking(3))]).toEqual([false, true])
    expect(isNoData(points({ 1: 5, 2: 6 }), asking(3))).toBe(false)
  })
  test('blue’s number is of the same minute, or the last before', () => {
    const blue = points({ 1: 5, 3: 7, 4: 9 })
    expect([3, 2, 0].map((n) => beside(blue, minutes(n)))).toEqual([7, 5, null])
  })
  test('a minute that is told twice counts once, and one that is told late stands where it was', () => {
    const of = (minute: number, value: number) => ({ at: '', value, periodMs: minutes(minute) })
    const none = { at: '', value: null }
    const told = [of(1, 1), of(1, 2), none, of(4, 3), of(3, 4)]
    expect(told.reduce<readonly Sample[]>((all, s) => followedBy(all, s), [])).toEqual([
      of(1, 2),
      none,
      of(3, 4),
      of(4, 3),
    ])
  })
})

describe('its checks', () => {
  const arn =
    'arn:aws:elasticloadbalancing:r:1:listener-rule/app/shared/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee'
  const routes = [{ ...route('web'), ruleArn: arn }]
  const { health } = aFile()
  const asks = { limit: { atMost: 0.02 }, minSamples: 2, breachAfter: 2 }
  const of = (check: Parameters<typeof checksFor>[0]['checks'][string]) =>
    checksFor(
      { ...health, checks: { it: check } },
      { blue: 'b', green: 'g' },
      { app: 'web', environment: 'test', namespaces: ['web-test'], routes, asked: false },
    )[0]
  test('are of the target groups of its routes, and read no more often than by the minute', () => {
    expect(balanced(routes)).toEqual([
      { loadBalancer: 'app/shared/50dc6c495c0c9188', groups: { blue: 'arn:tg/web', green: 'web-green' } },
    ])
    expect(dimensionOf('arn:aws:elasticloadbalancing:r:1:targetgroup/web/73e2d6bc24d8a067')).toBe(
      'targetgroup/web/73e2d6bc24d8a067',
    )
    expect(of({ ...asks, cloudwatch: 'errors' })).toMatchObject({
      every: '60s',
      source: { kind: 'cloudwatch', asked: { of: 'errors', routes: balanced(routes) } },
    })
  })
  test('of one’s own are put to each side', () => {
    const age = { namespace: 'N', metric: 'M', statistic: 'Sum', dimensions: { Of: '{app}-{environment}-{cluster}' } }
    expect(of({ ...asks, cloudwatch: { metrics: { age }, expression: 'age / 60' } })?.source).toMatchObject({
      asked: {
        queries: {
          blue: { metrics: { age: { dimensions: { Of: 'web-test-b' } } }, expression: 'age / 60' },
          green: { metrics: { age: { dimensions: { Of: 'web-test-g' } } } },
        },
      },
    })
  })
  test('have the time that they need, however short the window is', () => {
    const slow = of({ ...asks, cloudwatch: 'errors' })
    expect(longestWindowMs('5m', [errors])).toBe(minutes(15))
    expect(longestWindowMs('30s', slow ? [errors, slow] : [])).toBe(minutes(2 + 4))
  })
})

test('where no route is a listener rule a check of target groups is left out, and that is told', () => {
  const name = 'web.example.com'
  const record: Route = { kind: 'route53', name, zone: 'Z1', namespace: 'web', target: 'Service/web' }
  const { health } = aFile({
    health: {
      ...aFile().health,
      checks: { errors: { cloudwatch: 'errors', limit: { atMost: 0.01 }, minSamples: 1, breachAfter: 1 } },
    },
  })
  const watched = { app: 'web', environment: 'test', namespaces: ['web'], asked: true }
  const clusters = { blue: 'b', green: 'g' }
  const names = (routes: readonly Route[]) =>
    checksFor(health, clusters, { ...watched, routes }).flatMap((c) => (c.source.kind === 'kubernetes' ? [] : c.name))
  expect([names([record]), names([record, route('web')]), names([])]).toEqual([
    ['ready'],
    ['errors', 'ready'],
    ['ready'],
  ])
  const told = (routes: readonly Route[]) => unseen(health, { ...watched, routes }).map((f) => [f.code, f.about])
  expect([told([record]), told([record, route('web')]), told([])]).toEqual([
    [['check-without-groups', 'web/test']],
    [],
    [],
  ])
})
