import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { AwsFaults } from '../../../src/sandbox/aws/faults.ts'
import { startControl } from '../../../src/sandbox/control.ts'
import { Channels } from '../../../src/sandbox/slack/channels.ts'
import { SlackFaults } from '../../../src/sandbox/slack/slack.ts'
import { Disturbances } from '../../../src/sandbox/disturbances.ts'
import { Faults, MetricFaults } from '../../../src/sandbox/faults.ts'
import type { Judgement } from '../../../src/sandbox/judge.ts'
import type { Listening } from '../../../src/sandbox/listen.ts'
import { AppFaults } from '../../../src/sandbox/traffic/app-faults.ts'
import { createLoad, type Load } from '../../../src/sandbox/traffic/load.ts'
import type { AwsCall, KubernetesCall } from '../../../src/sandbox/types.ts'
import { aPod, FakeCluster, FakeElb } from './stand-ins.ts'

const at = (s: number) => `2026-11-23T12:00:0${s}.000Z`
const awsCall = (s: number, operation: string): AwsCall => ({
  at: at(s),
  service: 'eks',
  operation,
  status: 200,
  parameters: {},
})
const kubernetesCall = (s: number, path: string): KubernetesCall => ({
  at: at(s),
  cluster: 'blue',
  user: 'u',
  method: 'GET',
  path,
  query: '',
  status: 200,
})

const clusters = [new FakeCluster('blue'), new FakeCluster('green')] as const
const elb = new FakeElb()
const apps = new AppFaults(() => 'blue')
const awsFaults = new AwsFaults()
const metrics = new MetricFaults()
const slack = new SlackFaults()
const disturbances = new Disturbances()
const faults = new Faults({
  apps,
  awsFaults,
  elbv2: elb,
  clusters: () => clusters,
  metrics,
  slack,
  disturbances,
})
let load: Load
let control: Listening

beforeAll(async () => {
  load = createLoad({ to: 'http://127.0.0.1:1', streams: [] })
  control = await startControl({
    aws: {
      calls: () => [awsCall(2, 'CreateCluster'), awsCall(4, 'DescribeCluster')],
      eks: {
        setInsights: () => undefined,
        inventory: () => [],
        issuer: () => undefined,
        whole: () => undefined,
        access: () => undefined,
        seedCluster: async () => undefined,
      },
      elbv2: Object.assign(elb, {
        noCapacity: () => undefined,
        quotas: { capacityUnits: 0, targetGroups: 0 },
        inventory: () => ({ targetGroups: [], loadBalancers: [], rules: elb.rules() }),
        seedNetworkLoadBalancer: () => ({ loadBalancerArn: '', listenerArn: '' }),
        seedLoadBalancer: () => ({ loadBalancerArn: '', listenerArn: '' }),
        seedTargetGroup: () => '',
        seedRule: () => '',
      }),
    },
    clusters: () => clusters.map((c) => Object.assign(c, { version: '1.35', url: 'https://127.0.0.1' })),
    kubernetesCalls: () => [kubernetesCall(3, '/api/v1/pods')],
    slack: new Channels(['sre']),
    judge: { judgement: () => ({ singletonOverlapMs: 7 }) as Judgement }, // what it judges is not control's matter
    faults,
    load,
    handOver: async () => ['shop.test'],
    info: () => ({ here: true }),
  })
})
afterAll(() => control.stop())
beforeEach(() => {
  for (const name of faults.names()) faults.clear(name)
  elb.forward = [
    { targetGroupArn: 'tg/blue', weight: 75 },
    { targetGroupArn: 'tg/green', weight: 25 },
  ]
})

async function ask(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${control.url}${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> } // control answers objects
}

const fails = { app: 'chat-api', rate: 1 }
const green = aPod('g', 'web', { cluster: 'green' })
test.for([
  { name: 'app-failing', body: fails, is: () => apps.next(green).fails },
  { name: 'app-failing', body: { ...fails, environment: 'test', cluster: 'green' }, is: () => apps.next(green).fails },
  { name: 'app-slow', body: { app: 'chat-api', ms: 50 }, is: () => apps.next(green).addedMs === 50 },
  {
    name: 'aws-throttled',
    body: { operation: 'eks:CreateCluster', times: 2 },
    is: () => awsFaults.list().some((f) => f.code === 'throttled'),
  },
  {
    name: 'aws-failing',
    body: { operation: 'elasticloadbalancing:ModifyRule', code: 'AccessDenied', times: 1 },
    is: () => awsFaults.list().some((f) => f.code === 'AccessDenied'),
  },
  { name: 'aws-rates', body: { share: 0.5 }, is: () => awsFaults.list().some((f) => f.what.startsWith('everything')) },
  { name: 'aws-behind', body: {}, is: () => awsFaults.readsBehind },
  {
    name: 'nodegroup-failing',
    body: { name: 'batch' },
    is: () => awsFaults.issueOf('node group', 'batch') !== undefined,
  },
  { name: 'kubernetes-silent', body: { cluster: 'green' }, is: () => clusters[1].silent },
  { name: 'kubernetes-silent', body: { cluster: 'blue' }, is: () => clusters[0].silent },
  { name: 'metrics-missing', body: {}, is: () => metrics.hides({ app: 'any' }) },
  { name: 'metrics-missing', body: { app: 'files' }, is: () => metrics.hides({ app: 'files' }) && !metrics.hides({}) },
  {
    name: 'each-operation',
    body: { are: ['lost'], ms: 5 },
    is: () => disturbances.of({ service: 'eks', operation: 'ListClusters', headers: {} }) === 'lost',
  },
  { name: 'metrics-unreachable', body: {}, is: () => metrics.unreachable },
  { name: 'slack-failing', body: { how: 'lost', times: 2 }, is: () => slack.left === 2 },
])('$name with $body is there until it is taken away', async ({ name, body, is }) => {
  expect(is()).toBe(false)
  expect(await ask('PUT', `/faults/${name}`, body)).toMatchObject({ status: 200 })
  expect(is()).toBe(true)
  expect((await ask('GET', '/faults')).body['active']).toEqual({ [name]: [body] })
  expect(await ask('DELETE', `/faults/${name}`)).toMatchObject({ status: 200 })
  expect(is()).toBe(false)
  expect((await ask('GET', '/faults')).body['active']).toEqual({})
})

test('somebody else writes a weight, once', async () => {
  expect(await ask('PUT', '/faults/weight-changed', { host: 'chat.test', weight: 40 })).toMatchObject({ status: 200 })
  expect(elb.forward.map((f) => f.weight)).toEqual([60, 40])
})

test('a fault that is taken away leaves those of another name', async () => {
  await ask('PUT', '/faults/aws-throttled', { operation: 'eks:CreateCluster', times: 2 })
  await ask('PUT', '/faults/aws-failing', { operation: 'eks:CreateCluster', code: 'ServerException', times: 1 })
  await ask('PUT', '/faults/nodegroup-failing', { name: 'batch' })
  await ask('DELETE', '/faults/aws-failing')
  expect(awsFaults.list().map((f) => f.what)).toEqual(['eks:CreateCluster', 'node group batch'])
  await ask('DELETE', '/faults/nodegroup-failing')
  expect(awsFaults.list()).toEqual([{ what: 'eks:CreateCluster', times: 2, code: 'throttled' }])
})

test.for([
  {
    says: 'a fault that is not there',
    path: '/faults/nothing',
    body: {},
    status: 404,
    error: 'there are app-failing, app-slow',
  },
  { says: 'no rate', path: '/faults/app-failing', body: { app: 'a' }, status: 400, error: 'rate:' },
  { says: 'a rate over one', path: '/faults/app-failing', body: { app: 'a', rate: 2 }, status: 400, error: 'rate:' },
  { says: 'a key too many', path: '/faults/app-slow', body: { app: 'a', ms: 1, rat: 1 }, status: 400, error: 'rat' },
  {
    says: 'a side that is none',
    path: '/faults/app-slow',
    body: { app: 'a', ms: 1, cluster: 'red' },
    status: 400,
    error: 'cluster:',
  },
  {
    says: 'an operation without its service',
    path: '/faults/aws-throttled',
    body: { operation: 'CreateCluster', times: 1 },
    status: 400,
    error: 'write it as eks:CreateCluster',
  },
  {
    says: 'an unknown cluster',
    path: '/faults/kubernetes-silent',
    body: { cluster: 'red' },
    status: 400,
    error: 'there are blue, green',
  },
  {
    says: 'an unknown host',
    path: '/faults/weight-changed',
    body: { host: 'no.test', weight: 1 },
    status: 400,
    error: 'no rule for no.test',
  },
])('$says is refused by name', async ({ path, body, status, error }) => {
  const answer = await ask('PUT', path, body)
  expect(answer.status).toBe(status)
  expect(answer.body['error']).toContain(error)
})

test('a body that is no JSON is refused', async () => {
  const answer = await fetch(`${control.url}/faults/app-slow`, { method: 'PUT', body: '{' })
  expect(answer.status).toBe(400)
})

test.for([
  { query: '', operations: ['CreateCluster', '/api/v1/pods', 'DescribeCluster'] },
  { query: '?service=eks', operations: ['CreateCluster', 'DescribeCluster'] },
  { query: '?service=kubernetes', operations: ['/api/v1/pods'] },
  { query: `?since=${at(3)}`, operations: ['/api/v1/pods', 'DescribeCluster'] },
])('calls$query come in their order', async ({ query, operations }) => {
  const answer = await fetch(`${control.url}/calls${query}`)
  const calls = (await answer.json()) as { operation?: string; path?: string }[]
  expect(calls.map((c) => c.operation ?? c.path)).toEqual(operations)
})

test('traffic is started and stopped, load balancers are handed over; the judge and the inventory answer; elsewhere is nothing', async () => {
  await ask('POST', '/traffic/start')
  expect(load.report().running).toBe(true)
  await ask('POST', '/traffic/stop')
  expect(load.report().running).toBe(false)
  expect((await ask('GET', '/judge')).body).toEqual({ singletonOverlapMs: 7 })
  expect((await ask('GET', '/inventory')).body).toMatchObject({
    kubernetes: [{ cluster: 'blue' }, { cluster: 'green' }],
  })
  expect((await ask('POST', '/hand-over')).body).toEqual(['shop.test'])
  expect(await ask('GET', '/nowhere')).toMatchObject({ status: 404 })
})
