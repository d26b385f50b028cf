import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ActionCall } from '../../../src/domain/actions.ts'
import type { Route } from '../../../src/domain/platform.ts'
import { balancerDimension } from '../../../src/domain/quiet-balancers.ts'
import { dimensionOf, loadBalancerOf } from '../../../src/domain/cloudwatch.ts'
import { HOME } from '../../../src/domain/fence.ts'
import { BINDING } from '../../../src/sandbox/load-balancer-controller.ts'
import type { KubernetesObject } from '../../../src/sandbox/types.ts'
import { aRecordRoute } from '../../support/a-record-route.ts'
import { aRoute } from '../../support/a-route.ts'
import { attempted, driven, ending, type Driving } from '../../support/driven.ts'
import { eventually } from '../../support/eventually.ts'
import { aServer } from '../adapters/local.ts'
import { aPlace, aService, call, scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'

/** Who still uses blue: what pods count by a Prometheus, and load balancers by CloudWatch. */

const MINUTE_MS = 60_000
let world: TwoClusters
let prometheus: Awaited<ReturnType<typeof aServer>>
type Answers = Readonly<Record<string, Readonly<Record<string, number>> | 'away'>>
/** By query: by name of the caller; empty: no data. */
let answers: Answers = {}

beforeAll(async () => {
  world = await twoClusters()
  prometheus = await aServer(({ body }) => {
    const found = answers[new URLSearchParams(body).get('query') ?? ''] ?? {}
    if (found === 'away') return { status: 503, json: {} }
    const result = Object.entries(found).map(([client, value]) => ({
      metric: client === '' ? {} : { client },
      value: [0, String(value)],
    }))
    return { json: { status: 'success', data: { resultType: 'vector', result } } }
  })
})
afterAll(async () => {
  await prometheus.stop()
  await world.stop()
})
beforeEach(() => {
  answers = {}
})

const quiet = (
  route: Route,
  input: Partial<ActionCall<'confirmQuiet'>['input']> = {},
  more: Partial<ActionCall> = {},
) =>
  call<'confirmQuiet'>(
    {
      app: 'web',
      environment: 'production',
      namespaces: ['namespace' in route ? route.namespace : ''],
      on: 'blue',
      for: '5m',
      requests: 0,
      connections: 0,
      accept: [],
      routes: [route],
      question: { url: prometheus.url, query: 'total' },
      ...input,
    },
    more,
  )
const confirm = (of: ReturnType<typeof quiet>, driving: Driving = {}) =>
  driven(world.activities.confirmQuiet, of, driving).then(({ answer }) => answer)
const waits = (of: ReturnType<typeof quiet>) => attempted(world.activities.confirmQuiet, of)
/** The hour of patience is over. */
const long = (): Driving => ({ scheduledMs: Date.now() - 3_700_000 })

function counts(
  namespace: string,
  dimensions: Readonly<Record<string, string>>,
  metrics: Readonly<Record<string, number>>,
) {
  for (const [metric, value] of Object.entries(metrics))
    for (const ago of [3, 4, 5])
      world.aws.metrics.put({ namespace, metric, dimensions }, Date.now() - ago * MINUTE_MS, value)
}
const ofGroup = (ruleArn: string, group: string) => ({
  LoadBalancer: loadBalancerOf(ruleArn),
  TargetGroup: dimensionOf(group),
})

test('a listener rule is quiet by its load balancer, also where its pods tell nothing or nobody answers for them', async () => {
  const { route } = await aRoute(world)
  if (route.kind !== 'alb') throw new Error('it is no listener rule')
  expect(await waits(quiet(route))).toContain(
    'nobody tells how many requests web serves on demo-1-35 (its pods: total gives nothing, the load balancer of web: no data)',
  )
  const at = ofGroup(route.ruleArn, route.blueTargetGroup)
  counts('AWS/ApplicationELB', at, { HealthyHostCount: 2 })
  for (const total of [{}, 'away'] as const) {
    answers = { total }
    expect(await confirm(quiet(route))).toEqual({
      note: '0 requests in 5m (the load balancer of web); nobody tells of open connections',
    })
  }
  answers = { total: { '': 0 } }
  counts('AWS/ApplicationELB', at, { RequestCount: 4 })
  expect(await waits(quiet(route))).toBe(
    'web is still used on demo-1-35, in 5m: web (12 requests by the load balancer of web)',
  )
  expect(await waits(quiet(route, { requests: 12 }))).toBe('ready')
  // It counts by the minute: of seconds nobody asks it.
  expect(await waits(quiet(route, { for: '30s' }))).toBe('ready')
})

test('who calls is named, waited for, and lost only where people accept that; whoever comes new is waited for still', async () => {
  const { route } = await aRoute(world)
  const callers = { url: prometheus.url, query: 'callers' }
  answers = { total: { '': 19 }, callers: { batch: 12, partner: 7 } }
  const says =
    'web is still used on demo-1-35, in 5m: batch (12 requests by quiet.callers), partner (7 requests by quiet.callers)'
  expect(await waits(quiet(route, { callers }))).toBe(says)
  expect(await waits(quiet(route, { callers, accept: ['batch', 'partner'] }))).toBe('ready')
  // Whoever comes from outside the mesh is named by nobody, and not accepted with those who are.
  answers = { total: { '': 1019 }, callers: { batch: 12, partner: 7 } }
  expect(await waits(quiet(route, { callers, accept: ['batch', 'partner'] }))).toBe(
    'web is still used on demo-1-35, in 5m: pods (1000 requests by its pods)',
  )
  answers = { total: {}, callers: { batch: 12, partner: 7 } }
  expect(await waits(quiet(route, { callers, accept: ['batch', 'partner'] }))).toContain(
    'nobody tells how many requests web serves on demo-1-35 (its pods: total gives nothing',
  )
  answers = { total: { '': 19 }, callers: { batch: 12, partner: 7 } }
  // Nobody was told of them yet: an answer that came from before accepts nobody.
  expect(await attempted(world.activities.confirmQuiet, quiet(route, { callers }, { choice: 'skip' }))).toBe(says)
  const { type, message } = await ending(world.activities.confirmQuiet, quiet(route, { callers }), long())
  expect([type, message]).toEqual([
    'Called',
    expect.stringMatching(/partner.*skip: these may lose it.*apps\.web\.quiet\.accept/),
  ])
  answers = { total: { '': 13 }, callers: { batch: 12, late: 1 } }
  expect(await attempted(world.activities.confirmQuiet, quiet(route, { callers }, { choice: 'skip' }))).toContain(
    ': late (1 request',
  )
  // The worker was killed after it kept what was accepted: the next attempt is of nobody's answer.
  answers = { total: { '': 12 }, callers: { batch: 12 } }
  const { note, findings } = await confirm(quiet(route, { callers }))
  expect(note).toBe('12 requests in 5m (quiet.callers, its pods); nobody tells of open connections; accepted: batch')
  expect(findings?.map((f) => [f.level, f.code, f.about])).toEqual([
    ['warning', 'traffic-accepted', 'web/production on demo-1-35'],
  ])
  const kept = world.blue.list('v1', 'ConfigMap', HOME).find(({ metadata }) => metadata.name === 'norikae-where')
  expect(kept?.metadata.annotations).toMatchObject({
    [`traffic-accepted.norikae.io/${route.namespace}`]: '["batch"]',
    [`traffic-told.norikae.io/${route.namespace}`]: '["batch","partner"]',
  })
  // Where the query tells of nobody, how many there are still counts.
  answers = { total: { '': 3 }, callers: {} }
  expect(await waits(quiet(route, { callers }))).toContain(': pods (3 requests by its pods)')
  answers = { total: { '': 3 }, callers: 'away' }
  expect(await waits(quiet(route, { callers }))).toContain(': pods (3 requests by its pods)')
})

test('what is accepted of one app is of no other', async () => {
  const { route } = await aRoute(world)
  answers = { total: { '': 12 }, callers: { batch: 12 } }
  expect(await waits(quiet(route, { callers: { url: prometheus.url, query: 'callers' } }))).toContain(
    'batch (12 requests',
  )
})

test('that nobody tells is for people to accept, and is told', async () => {
  const { route } = await aRoute(world)
  const { type, message } = await ending(world.activities.confirmQuiet, quiet(route, { for: '30s' }), long())
  expect([type, message]).toEqual(['Called', expect.stringContaining('nobody tells how many requests web serves')])
  const { findings } = await confirm(quiet(route, { for: '30s' }, { choice: 'skip' }))
  expect(findings?.map(({ code }) => code)).toEqual(['traffic-untold'])
})

test('open connections count by a query, with their budget', async () => {
  const { route } = await aRoute(world)
  const open = { url: prometheus.url, query: 'open' }
  answers = { total: { '': 0 }, open: { '': 3 } }
  expect(await waits(quiet(route, { for: '30s', open }))).toContain(': pods (3 connections by quiet.open)')
  expect(await confirm(quiet(route, { for: '30s', open, connections: 3 }))).toMatchObject({
    note: '0 requests in 30s (its pods); 3 connections open',
  })
})

test.for([
  { says: 'that gives no series', answer: {}, why: /^quiet\.open: open gives nothing$/ },
  { says: 'of a Prometheus that is away', answer: 'away', why: /^quiet\.open: http\S+: it answers with status 503$/ },
] as const)(
  'a query of open connections $says is waited for and asked about, whoever tells of requests',
  async (row) => {
    const { route } = await aRoute(world)
    const { answer, why } = row
    if (route.kind !== 'alb') throw new Error('it is no listener rule')
    counts('AWS/ApplicationELB', ofGroup(route.ruleArn, route.blueTargetGroup), { HealthyHostCount: 2 })
    answers = { total: { '': 0 }, open: answer }
    const of = (more: Partial<ActionCall> = {}, accept: readonly string[] = []) =>
      quiet(route, { open: { url: prometheus.url, query: 'open' }, connections: 3, accept }, more)
    const said = /^nobody tells how many connections web has open on demo-1-35 \((.*?)\)(.*)$/s
    expect(said.exec((await waits(of())) ?? '')?.[1]).toMatch(why)
    // Nobody was told of it yet, and who accepts not to know of requests was not told of connections.
    expect(await waits(of({ choice: 'skip' }, ['nobody-tells']))).toMatch(said)
    const { type, message } = await ending(world.activities.confirmQuiet, of(), long())
    expect([type, said.exec(message)?.[2]]).toEqual([
      'Called',
      expect.stringMatching(
        /what quiet\.open asks for.*retry: .*skip: .*apps\.web\.quiet\.accept: \[nobody-tells-open\]$/,
      ),
    ])
    // Once it tells, it is believed, and nothing has to be accepted.
    answers = { total: { '': 0 }, open: { '': 4 } }
    expect(await waits(of())).toContain(': pods (4 connections by quiet.open)')
    answers = { total: { '': 0 }, open: answer }
    const { note, findings } = await confirm(of({ choice: 'skip' }))
    expect(note).toMatch(/^0 requests in 5m .*; quiet\.open tells nothing, as was accepted$/)
    expect(findings?.map(({ code, message: said }) => [code, said])).toEqual([
      ['traffic-untold', expect.stringContaining('that nobody tells how many connections are open was accepted')],
    ])
  },
)

const balancerAt = (host: string) => world.aws.elbv2.inventory().loadBalancers.find((it) => it.host === host)?.arn ?? ''

test('records: a network load balancer tells of flows, and that it tells nothing is not zero', async () => {
  const { route, host } = await aRecordRoute(world)
  const LoadBalancer = balancerDimension(balancerAt(host.blue))
  expect(LoadBalancer).toMatch(/^net\//)
  expect(await waits(quiet(route))).toContain(`the load balancer of ${route.name}: no data`)
  counts('AWS/NetworkELB', { LoadBalancer }, { NewFlowCount: 0, ActiveFlowCount: 2 })
  expect(await waits(quiet(route))).toBe(
    `web is still used on demo-1-35, in 5m: ${route.name} (2 connections by the load balancer of ${route.name})`,
  )
  expect(await waits(quiet(route, { connections: 2 }))).toBe('ready')
  counts('AWS/NetworkELB', { LoadBalancer }, { NewFlowCount: 1 })
  expect(await waits(quiet(route, { connections: 2 }))).toContain(`${route.name} (3 requests by`)
  // An ingress controller's has flows of all apps, and none of them can be told apart.
  expect(await waits(quiet(route, { namespaces: ['of-an-app'] }))).toContain('it has target groups of others')
  // One that is kept while its object is gone may serve on.
  expect(await waits(quiet({ ...route, target: 'Service/gone' }))).toContain('its load balancer is not found')
  // Green's is another one.
  expect(await waits(quiet(route, { on: 'green' }))).toContain('nobody tells how many requests web serves on demo-1-36')
})

test('records: an application load balancer tells of the target groups of the app, and of connections where it has it alone', async () => {
  const namespace = aPlace(world.blue, world.green)
  const ingress: KubernetesObject = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace },
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  }
  world.blue.apply(aService('web', namespace))
  world.blue.apply(ingress)
  const its = { 'ingress.k8s.aws/stack': `${namespace}/web`, 'elbv2.k8s.aws/cluster': scope.blue }
  const found = () => {
    const { loadBalancers, targetGroups } = world.aws.elbv2.inventory()
    const mine = <T extends { readonly tags: Readonly<Record<string, string>> }>(all: readonly T[]) =>
      all.find(({ tags }) => Object.entries(its).every(([key, value]) => tags[key] === value))
    const [balancer, group] = [mine(loadBalancers), mine(targetGroups)]
    return balancer && group && { balancer, group }
  }
  const { balancer, group } = await eventually('it has a load balancer', found)
  await eventually(
    'which is told',
    () => world.blue.list('networking.k8s.io/v1', 'Ingress', namespace)[0]?.status?.['loadBalancer'],
  )
  const route = { kind: 'route53', name: 'web.test', zone: 'Z1', namespace, target: 'Ingress/web' } as const
  expect(await waits(quiet(route))).toContain('none of its target groups is bound here')
  world.blue.apply({
    ...BINDING,
    metadata: { name: 'web', namespace },
    spec: { targetGroupARN: group.arn, targetType: 'ip', serviceRef: { name: 'web', port: 80 } },
  })
  const LoadBalancer = balancerDimension(balancer.arn)
  counts('AWS/ApplicationELB', { LoadBalancer, TargetGroup: dimensionOf(group.arn) }, { HealthyHostCount: 2 })
  expect(await waits(quiet(route))).toBe('ready')
  counts('AWS/ApplicationELB', { LoadBalancer }, { ActiveConnectionCount: 2 })
  expect(await waits(quiet(route))).toBe(
    'web is still used on demo-1-35, in 5m: web.test (2 connections by the load balancer of web.test)',
  )
  expect(await waits(quiet(route, { accept: ['web.test'] }))).toBe('ready')
  // Of two target groups of the app, one tells nothing.
  const second = world.aws.elbv2.seedTargetGroup('of-web-too', {})
  const at = world.aws.elbv2.defaultRule(balancer.host)?.ruleArn ?? ''
  world.aws.elbv2.seedRule(at.replace(':listener-rule/', ':listener/').replace(/\/[^/]+$/, ''), 9, 'too.test', [
    { targetGroupArn: second, weight: 1 },
  ])
  const too: KubernetesObject = {
    ...BINDING,
    metadata: { name: 'too', namespace },
    spec: { targetGroupARN: second, targetType: 'ip', serviceRef: { name: 'web', port: 80 } },
  }
  world.blue.apply(too)
  expect(await waits(quiet(route))).toContain('the load balancer of web.test: no data')
  counts('AWS/ApplicationELB', { LoadBalancer, TargetGroup: dimensionOf(second) }, { HealthyHostCount: 2 })
  // One that other apps share counts theirs too: nobody can tell them apart.
  const others = world.aws.elbv2.seedTargetGroup('of-others', {})
  const { ruleArn } = world.aws.elbv2.defaultRule(balancer.host) ?? { ruleArn: '' }
  const listenerArn = ruleArn.replace(':listener-rule/', ':listener/').replace(/\/[^/]+$/, '')
  world.aws.elbv2.seedRule(listenerArn, 10, 'other.test', [{ targetGroupArn: others, weight: 1 }])
  expect(await confirm(quiet(route))).toEqual({
    note: '0 requests in 5m (the load balancer of web.test); nobody tells of open connections',
  })
})
