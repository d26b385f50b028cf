import { expect, test } from 'vitest'
import {
  appsIn,
  faultsOf,
  judged,
  runsOn,
  wentBackOnce,
  type Call,
  type DemoResult,
  type Inventory,
} from '../../src/demo/verdict.ts'

/** The demo's exit code is worth what these hold. */

const good: DemoResult = {
  outcome: 'done',
  platform: 'chatwork-prod',
  from: '1.35',
  to: '1.36',
  apps: 12,
  onGreen: 12,
  rolledBackOnce: 1,
  requests: { sent: 30_000, dropped: 0, failed: 40 },
  reached: [
    { app: 'chat-api', by: 'listener rule', sent: 2_000, dropped: 0, blue: 900, green: 1_100 },
    { app: 'files', by: 'listener rule', sent: 1_000, dropped: 0, blue: 400, green: 600 },
    { app: 'admin', by: 'Ingress', sent: 1_200, dropped: 0, blue: 500, green: 700 },
    { app: 'chat-push', by: 'HTTPRoute of blue', sent: 1_100, dropped: 0, blue: 500, green: 600 },
    { app: 'billing', by: 'Route 53', sent: 1_500, dropped: 0, blue: 700, green: 800 },
    { app: 'chat-archiver', by: 'HTTPRoute of edge', sent: 1_600, dropped: 0, blue: 800, green: 800 },
  ],
  jobs: { slots: 30, twice: 0, lost: 0 },
  singletonOverlapMs: 0,
  singletonDowntimeMs: 4_000,
  bufferedLost: 0,
  leftovers: 0,
  twin: 0,
  decisions: 15,
  seconds: 170,
}

test('all that is well has no fault', () => {
  expect(faultsOf(good)).toEqual([])
})

test('with an app by external-dns there are thirteen, and it takes some minutes more', () => {
  const reached = [
    ...good.reached,
    { app: 'status', by: 'external-dns', sent: 900, dropped: 0, blue: 400, green: 500 } as const,
  ]
  expect(faultsOf({ ...good, reached, apps: 13, onGreen: 13, seconds: 700 })).toEqual([])
  expect(faultsOf({ ...good, reached })).toHaveLength(2)
  const unmoved = reached.map((r) => (r.by === 'external-dns' ? { ...r, green: 0 } : r))
  expect(faultsOf({ ...good, reached: unmoved, apps: 13, onGreen: 13 })).toHaveLength(1)
})

test.for([
  { says: 'eleven of eleven', but: { apps: 11, onGreen: 11 }, faults: ['11 apps were there', '11 of 12 apps run'] },
  { says: 'one too many', but: { apps: 13, onGreen: 12 }, faults: ['13 apps were there, where 12 should be'] },
  { says: 'one stayed on blue', but: { onGreen: 11 }, faults: ['11 of 12 apps run on green'] },
  { says: 'nothing went back', but: { rolledBackOnce: 0 }, faults: ['0 environments went back once'] },
  {
    says: 'one request dropped',
    but: {
      requests: { ...good.requests, dropped: 1 },
      reached: good.reached.map((r) => (r.by === 'Route 53' ? { ...r, dropped: 1 } : r)),
    },
    faults: ['1 requests were dropped (billing by Route 53: 1)'],
  },
  {
    says: 'one dropped before production',
    but: { requests: { ...good.requests, dropped: 1 } },
    faults: ['1 requests were dropped (none of them in production)'],
  },
  {
    says: 'a kind of route that nobody was moved over',
    but: { reached: good.reached.map((r) => (r.by === 'HTTPRoute of edge' ? { ...r, green: 0 } : r)) },
    faults: ['no app that is reached by HTTPRoute of edge was answered by both clusters'],
  },
  {
    says: 'a singleton that was away for too long',
    but: { singletonDowntimeMs: 30_001 },
    faults: ['30001 ms, where 30000'],
  },
  { says: 'a green that is not like blue', but: { twin: 2 }, faults: ['in 2 more things than it must'] },
  { says: 'it is not done', but: { outcome: 'rolled-back' }, faults: ['the upgrade ended rolled-back'] },
])('$says is a fault', ({ but, faults }) => {
  const found = faultsOf({ ...good, ...but })
  expect(found).toHaveLength(faults.length)
  for (const [i, fault] of faults.entries()) expect(found[i]).toContain(fault)
})

test.for([
  { says: 'all of it taken back', but: { outcome: 'rolled-back', onGreen: 0, onBlue: 12 }, faults: [] },
  { says: 'not begun at all', but: { outcome: 'rejected', onGreen: 0, onBlue: 12 }, faults: [] },
  {
    says: 'done, slowly and with more than one way back',
    but: { rolledBackOnce: 3, seconds: 2000, onBlue: 0 },
    faults: [],
  },
  { says: 'one that is on neither', but: { outcome: 'rolled-back', onGreen: 0, onBlue: 11 }, faults: ['11 of 12'] },
  { says: 'terminated', but: { outcome: 'terminated', onBlue: 0 }, faults: ['the upgrade ended terminated'] },
  { says: 'done, but for one', but: { onGreen: 11, onBlue: 0 }, faults: ['11 of 12 apps run on green'] },
  { says: 'a request dropped', but: { onBlue: 0, requests: { ...good.requests, dropped: 1 } }, faults: ['1 requests'] },
])('where a reader decides: $says', ({ but, faults }) => {
  const found = faultsOf({ ...good, ...but })
  expect(found).toHaveLength(faults.length)
  for (const [i, fault] of faults.entries()) expect(found[i]).toContain(fault)
})

test('what was dropped is told with its time, host and reason', () => {
  const none = { sent: 0, answered: 0, dropped: 0, failed: 0, pages: 0, running: false, inFlight: 0, byHost: {} }
  const dropped = { at: '2026-11-25T13:00:00.000Z', host: 'chat-api.example.com', because: 'no answer within 5 s' }
  const said = judged(good, { requests: { ...none, lastDropped: [dropped] }, leftovers: [], twin: [] })
  expect(said).toContain('2026-11-25T13:00:00.000Z chat-api.example.com: no answer within 5 s')
  expect(said).toContain('12 of 12 on green, 1 rolled back once')
  expect(said).toContain('listener rule      2 apps: 3000 sent, 0 dropped; blue answered 1300, green 1700')
  expect(said).toContain('Route 53           billing: 1500 sent, 0 dropped; blue answered 700, green 800')
  expect(said).toContain('twin        nothing differs but what must')
})

test('what green is otherwise is told with both values', () => {
  const requests = {
    sent: 0,
    answered: 0,
    dropped: 0,
    failed: 0,
    pages: 0,
    running: false,
    inFlight: 0,
    byHost: {},
    lastDropped: [],
  }
  const twin = [
    { part: 'add-on coredns', setting: 'configurationValues', blue: 'replicaCount: 3', green: 'nothing' },
    { part: 'Fargate profile reports', blue: 'is there', green: 'nothing' },
  ]
  const said = judged(good, { requests, leftovers: [], twin })
  expect(said).toContain('twin        2 things differ that must not')
  expect(said).toContain('differs   add-on coredns configurationValues: blue replicaCount: 3, now nothing')
  expect(said).toContain('differs   Fargate profile reports: blue is there, now nothing')
})

const deployment = (app: string, ready = 2) => ({
  kind: 'Deployment',
  namespace: `${app}-production`,
  replicas: 2,
  ready,
})
const world = (clusters: Readonly<Record<string, Inventory['kubernetes'][number]['objects']>>): Inventory => ({
  aws: { targetGroups: [{ arn: 'blue-tg' }] },
  kubernetes: Object.entries(clusters).map(([cluster, objects]) => ({ cluster, objects })),
})

test('apps are what has something in production, and nothing else', () => {
  const before = world({
    blue: [
      deployment('b'),
      { kind: 'CronJob', namespace: 'a-production' },
      { kind: 'CronJob', namespace: 'b-production' },
      { kind: 'Deployment', namespace: 'a-test' },
      { kind: 'Deployment', namespace: 'fluentd' },
      { kind: 'HorizontalPodAutoscaler', namespace: 'c-production' },
    ],
  })
  expect(appsIn(before)).toEqual(['a', 'b'])
})

test.for([
  { says: 'the one cluster that is left', clusters: { green: [deployment('a'), deployment('b')] }, counts: 2 },
  { says: 'one is not ready', clusters: { green: [deployment('a'), deployment('b', 1)] }, counts: 1 },
  { says: 'one has nothing there', clusters: { green: [deployment('a')] }, counts: 1 },
  {
    says: 'a schedule sleeps',
    clusters: { green: [deployment('a'), { kind: 'CronJob', namespace: 'b-production', suspend: true }] },
    counts: 1,
  },
  { says: 'blue is still there', clusters: { green: [deployment('a'), deployment('b')], blue: [] }, counts: 0 },
  { says: 'only blue is there', clusters: { blue: [deployment('a'), deployment('b')] }, counts: 0 },
])('on green: $says', ({ clusters, counts }) => {
  expect(runsOn(world(clusters), 'green', ['a', 'b'])).toBe(counts)
})

const call = (rule: string, green: number, more: Partial<Call> = {}): Call => ({
  operation: 'ModifyRule',
  status: 200,
  parameters: {
    RuleArn: rule,
    Actions: [
      {
        ForwardConfig: {
          TargetGroups: [
            { TargetGroupArn: 'blue-tg', Weight: 100 - green },
            { TargetGroupArn: `${rule}-green-tg`, Weight: green },
          ],
        },
      },
    ],
  },
  ...more,
})
const weights = (rule: string, ...shares: readonly number[]) => shares.map((share) => call(rule, share))
const alone = (rule: string): Call => ({
  operation: 'ModifyRule',
  status: 200,
  parameters: { RuleArn: rule, Actions: [{ TargetGroupArn: `${rule}-green-tg` }] },
})

test.for([
  { says: 'none that only went on', calls: [...weights('a', 0, 5, 25, 50, 100), alone('a')], counts: 0 },
  { says: 'one that fell and went on', calls: weights('a', 0, 5, 25, 0, 5, 25, 50, 100), counts: 1 },
  { says: 'a way back in steps once', calls: weights('a', 0, 50, 25, 25, 0, 50, 100), counts: 1 },
  { says: 'not one that fell twice', calls: weights('a', 0, 25, 0, 25, 0, 100), counts: 0 },
  {
    says: 'each rule by itself',
    calls: [call('a', 25), call('b', 50), call('a', 0), call('b', 100), call('a', 100)],
    counts: 1,
  },
  {
    says: 'nothing that AWS refused',
    calls: [call('a', 25), call('a', 0, { status: 400 }), call('a', 50)],
    counts: 0,
  },
])('went back once, by what AWS was asked: $says', ({ calls, counts }) => {
  expect(wentBackOnce(calls, world({}))).toBe(counts)
})
