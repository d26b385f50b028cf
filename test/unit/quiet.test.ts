import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { callersInWords, NOBODY_TELLS, PODS, quietness, type Count, type QuietRule } from '../../src/domain/quiet.ts'
import {
  balancerDimension,
  countsWithin,
  flowsIn,
  isNetwork,
  quietAsking,
  requestsIn,
} from '../../src/domain/quiet-balancers.ts'

const rule = (more: Partial<QuietRule> = {}): QuietRule => ({
  for: '5m',
  requests: 0,
  connections: 0,
  accept: [],
  ...more,
})
const pods = (count: number | null): Count => ({
  of: 'requests',
  by: 'its pods',
  counted: count === null ? null : [{ name: PODS, count }],
})
const open = (count: number | null): Count => ({
  of: 'connections',
  by: 'quiet.open',
  declared: true,
  counted: count === null ? null : [{ name: PODS, count }],
})
const callers = (counts: Readonly<Record<string, number>>): Count => ({
  of: 'requests',
  by: 'quiet.callers',
  some: true,
  counted: Object.entries(counts).map(([name, count]) => ({ name, count })),
})
const balancer = (route: string, count: number | null, of: Count['of'] = 'requests'): Count => ({
  of,
  by: `the load balancer of ${route}`,
  route,
  counted: count === null ? null : [{ name: route, count }],
})

describe('a side is quiet where nobody uses it', () => {
  test.for<{
    says: string
    counts: Count[]
    rule?: Partial<QuietRule>
    routes?: string[]
    is: 'quiet' | 'untold' | readonly string[]
  }>([
    { says: 'by what its pods count', counts: [pods(0)], is: 'quiet' },
    { says: 'and not while one request comes', counts: [pods(0.2)], is: [PODS] },
    { says: 'up to what may be left', counts: [pods(3)], rule: { requests: 3 }, is: 'quiet' },
    { says: 'and no more', counts: [pods(3.1)], rule: { requests: 3 }, is: [PODS] },
    { says: 'by its load balancer where pods say nothing', counts: [pods(null), balancer('web', 0)], is: 'quiet' },
    { says: 'not where its load balancer still counts', counts: [pods(0), balancer('web', 2)], is: ['web'] },
    {
      says: 'not by one load balancer of two',
      counts: [pods(null), balancer('web', 0)],
      routes: ['api', 'web'],
      is: 'untold',
    },
    { says: 'not where nobody tells', counts: [pods(null), balancer('web', null)], is: 'untold' },
    { says: 'where that was accepted', counts: [pods(null)], rule: { accept: [NOBODY_TELLS.requests] }, is: 'quiet' },
    { says: 'by a query of open connections that tells of none', counts: [pods(0), open(0)], is: 'quiet' },
    { says: 'not where that query tells nothing', counts: [pods(0), open(null)], is: 'untold' },
    {
      says: 'whatever a load balancer tells of requests and connections beside it',
      counts: [pods(0), open(null), balancer('web', 0), balancer('web', 0, 'connections')],
      is: 'untold',
    },
    {
      says: 'however many connections may be left',
      counts: [pods(0), open(null)],
      rule: { connections: 1000 },
      is: 'untold',
    },
    {
      says: 'where silence of connections was accepted',
      counts: [pods(0), open(null)],
      rule: { accept: [NOBODY_TELLS.connections] },
      is: 'quiet',
    },
    {
      says: 'not where that of requests was',
      counts: [pods(null), open(null)],
      rule: { accept: [NOBODY_TELLS.requests] },
      is: 'untold',
    },
    {
      says: 'nor of requests where that of connections was',
      counts: [pods(null), open(null)],
      rule: { accept: [NOBODY_TELLS.connections] },
      is: 'untold',
    },
    {
      says: 'and who still calls is named first',
      counts: [pods(2), open(null)],
      is: [PODS],
    },
    {
      says: 'whatever connections tell of requests',
      counts: [pods(null), balancer('web', 0, 'connections')],
      is: 'untold',
    },
    { says: 'not while connections are open', counts: [pods(0), balancer('web', 2, 'connections')], is: ['web'] },
    {
      says: 'within their budget',
      counts: [pods(0), balancer('web', 2, 'connections')],
      rule: { connections: 2 },
      is: 'quiet',
    },
    { says: 'where nobody tells of connections', counts: [pods(0), balancer('web', null, 'connections')], is: 'quiet' },
    {
      says: 'whoever was accepted aside',
      counts: [callers({ batch: 12 }), pods(12)],
      rule: { accept: ['batch'] },
      is: 'quiet',
    },
    {
      says: 'and not those whom the query does not name',
      counts: [callers({ batch: 12 }), pods(1012)],
      rule: { accept: ['batch'] },
      is: [PODS],
    },
    {
      says: 'not by those alone whom a query names',
      counts: [callers({ batch: 12 }), pods(null)],
      rule: { accept: ['batch'] },
      is: 'untold',
    },
    {
      says: 'nobody is taken off what a load balancer counts',
      counts: [callers({ batch: 12 }), balancer('web', 12)],
      rule: { accept: ['batch'] },
      is: ['web'],
    },
    {
      says: 'and whoever was not is named, the most first',
      counts: [callers({ old: 2, batch: 12, probe: 7 }), pods(21)],
      rule: { accept: ['batch'] },
      is: ['probe', 'old'],
    },
    {
      says: 'who was accepted takes nothing of the budget',
      counts: [callers({ batch: 12, old: 1 }), pods(13)],
      rule: { accept: ['batch'], requests: 1 },
      is: 'quiet',
    },
    {
      says: 'one who counts makes nothing up for another',
      counts: [pods(1), balancer('web', 1)],
      rule: { requests: 1 },
      is: 'quiet',
    },
  ])('$says', ({ counts, rule: more, routes = ['web'], is }) => {
    const told = quietness(counts, rule(more), routes)
    expect(told.is === 'called' ? told.left.map(({ name }) => name) : told.is).toEqual(is)
  })

  test('whom nobody accepted keeps it from being quiet, whoever else is accepted', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd')
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.integer({ min: 1, max: 9 }), { minKeys: 1 }),
        fc.array(name),
        fc.nat(3),
        (counts, accept, others) => {
          const total = Object.values(counts).reduce((sum, count) => sum + count, others)
          const told = quietness([callers(counts), pods(total)], rule({ accept }), ['web'])
          const named = Object.keys(counts).filter((each) => !accept.some((it) => it === each))
          const left = [...named, ...(others > 0 ? [PODS] : [])]
          expect(told.is).toBe(left.length === 0 ? 'quiet' : 'called')
          if (told.is === 'called') expect(told.left.map((it) => it.name).toSorted()).toEqual(left.toSorted())
        },
      ),
    )
  })

  test('it says who counted, whether anybody tells of connections, and who was accepted', () => {
    const counts = [callers({ batch: 12 }), pods(12), balancer('web', 0)]
    expect(quietness(counts, rule({ accept: ['batch'] }), ['web'])).toMatchObject({
      note: '12 requests in 5m (quiet.callers, its pods, the load balancer of web); nobody tells of open connections; accepted: batch',
    })
    expect(quietness([pods(0), balancer('web', 0, 'connections')], rule(), ['web'])).toMatchObject({
      note: '0 requests in 5m (its pods); 0 connections open',
    })
    const silent = rule({ accept: [NOBODY_TELLS.connections] })
    expect(quietness([pods(0), open(null), balancer('web', 0, 'connections')], silent, ['web'])).toMatchObject({
      note: '0 requests in 5m (its pods); 0 connections open; quiet.open tells nothing, as was accepted',
      untold: [{ of: 'connections', why: 'quiet.open: no data' }],
    })
  })

  test('whoever is named has what they did beside them, and nobody is left out', () => {
    const told = quietness(
      [callers({ a: 9, b: 1, c: 3, d: 4, e: 5, f: 6 }), balancer('web', 1, 'connections')],
      rule(),
      [],
    )
    expect(told.is === 'called' && callersInWords(told.left)).toBe(
      'a (9 requests by quiet.callers), f (6 requests by quiet.callers), e (5 requests by quiet.callers), d (4 requests by quiet.callers), c, b, web',
    )
  })

  test('why nobody tells is said of each who might have', () => {
    const counts = [{ ...pods(null), why: 'requests gives nothing' }, balancer('web', null), balancer('api', 0)]
    expect(quietness(counts, rule(), ['api', 'web'])).toEqual({
      is: 'untold',
      untold: [{ of: 'requests', why: 'its pods: requests gives nothing, the load balancer of web: no data' }],
    })
    expect(quietness([pods(null), { ...open(null), why: 'no answer' }], rule(), ['web'])).toEqual({
      is: 'untold',
      untold: [
        { of: 'requests', why: 'its pods: no data' },
        { of: 'connections', why: 'quiet.open: no answer' },
      ],
    })
  })
})

describe('what CloudWatch tells of load balancers', () => {
  const at = (...values: number[]) => values.map((value, n) => ({ atMs: n * 60_000, value }))

  test('silence of requests is zero only where the group is told of', () => {
    expect(requestsIn({ requests: at(1, 2), there: [] })).toBe(3)
    expect(requestsIn({ requests: [], there: at(2) })).toBe(0)
    expect(requestsIn({ requests: [], there: [] })).toBeNull()
  })

  test('a network load balancer tells of flows always: silence is no zero', () => {
    expect(flowsIn({ requests: at(0, 0), open: at(3, 1) })).toEqual({ began: 0, open: 3 })
    expect(flowsIn({ requests: [], open: [] })).toEqual({ began: null, open: null })
  })

  test('whole minutes are asked for, of which the last is settled', () => {
    expect(quietAsking(10.5 * 60_000, '90s')).toEqual({ fromMs: 7 * 60_000, untilMs: 9 * 60_000 })
    expect([countsWithin('59s'), countsWithin('1m')]).toEqual([false, true])
  })

  test('a load balancer is named as CloudWatch does', () => {
    const arn = 'arn:aws:elasticloadbalancing:eu-central-1:1:loadbalancer/net/web/0a1b'
    expect([balancerDimension(arn), isNetwork(balancerDimension(arn)), isNetwork('app/web/0a1b')]).toEqual([
      'net/web/0a1b',
      true,
      false,
    ])
  })
})
