import { request } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppFaults } from '../../../src/sandbox/traffic/app-faults.ts'
import { startPodNetwork, type Answered, type PodNetwork } from '../../../src/sandbox/traffic/pods.ts'
import { startProxy } from '../../../src/sandbox/traffic/proxy.ts'
import { eventually } from '../../support/eventually.ts'
import { aPod, FakeElb } from './stand-ins.ts'

let network: PodNetwork
let proxy: Awaited<ReturnType<typeof startProxy>>
let elb: FakeElb
let faults: AppFaults
let answers: Answered[]

const blue = aPod('b', 'web', { ip: '10.1.0.1' })
const green = aPod('g', 'web', { ip: '10.2.0.1', cluster: 'green' })

beforeEach(async () => {
  elb = new FakeElb()
  faults = new AppFaults(() => 'blue')
  answers = []
  network = await startPodNetwork({ faults, answered: (a) => answers.push(a) })
  proxy = await startProxy({ elbv2: elb, pods: network.url, timeoutMs: 300 })
  for (const pod of [blue, green]) network.see(pod, 'ready')
  elb.targets.set('tg/blue', [{ id: blue.ip, port: 8080 }])
  elb.targets.set('tg/green', [{ id: green.ip, port: 8080 }])
})
afterEach(async () => {
  await proxy.stop()
  await network.stop()
})

interface Answer {
  readonly status: number
  readonly by: string
  readonly cluster: string
}
const get = (host = 'chat.test') =>
  new Promise<Answer>((resolve, reject) => {
    request(proxy.url, { headers: { host } }, (answer) => {
      const { 'x-served-by': by = 'pod', 'x-cluster': cluster = '' } = answer.headers
      answer
        .resume()
        .on('end', () => resolve({ status: answer.statusCode ?? 0, by: String(by), cluster: String(cluster) }))
    })
      .on('error', reject)
      .end()
  })

test.for([
  { says: 'everything goes to the only group with a weight', weights: [100, 0], green: 0 },
  { says: 'five of a hundred go to green', weights: [95, 5], green: 5 },
  { says: 'a quarter goes to green', weights: [75, 25], green: 25 },
  { says: 'weights need not sum to a hundred', weights: [1, 1], green: 50 },
  { says: 'blue at 0 gets nothing', weights: [0, 1], green: 100 },
])('$says', async ({ weights: [b = 0, g = 0], green: expected }) => {
  elb.forward = [
    { targetGroupArn: 'tg/blue', weight: b },
    { targetGroupArn: 'tg/green', weight: g },
  ]
  const seen: Answer[] = []
  for (let i = 0; i < 100; i++) seen.push(await get())
  expect(seen.every((a) => a.status === 200 && a.by === 'pod')).toBe(true)
  expect(seen.filter((a) => a.cluster === 'green')).toHaveLength(expected)
  expect(answers).toHaveLength(100)
})

const everything = [{ targetGroupArn: 'tg/blue', weight: 100 }]
test.for([
  { says: 'a host without a rule is the proxy’s 503', host: 'other.test', forward: everything, status: 503 },
  { says: 'no weight at all is the proxy’s 503', forward: [{ targetGroupArn: 'tg/blue', weight: 0 }], status: 503 },
  {
    says: 'a group without targets is the proxy’s 503',
    forward: [{ targetGroupArn: 'tg/none', weight: 1 }],
    status: 503,
  },
  { says: 'a pod that is gone is the proxy’s 502', forward: everything, change: 'gone' as const, status: 502 },
  { says: 'a pod that takes too long is the proxy’s 504', forward: everything, slowMs: 1_000, status: 504 },
])('$says', async ({ host = 'chat.test', forward, change, slowMs, status }) => {
  elb.forward = forward
  if (change) network.see(blue, change)
  if (slowMs !== undefined) faults.set('app-slow', { app: 'chat-api', addedMs: slowMs })
  expect(await get(host)).toEqual({ status, by: 'proxy', cluster: '' })
})

test.for([
  { says: 'a terminating pod still answers', pod: { ready: false, terminating: true }, is: 'terminating', status: 200 },
  { says: 'so does one that is unready after it was ready', pod: { ready: false }, is: 'unready', status: 200 },
] as const)('$says', async ({ pod, is, status }) => {
  elb.forward = everything
  network.see({ ...blue, ...pod }, is)
  expect(await get()).toMatchObject({ status, by: 'pod' })
})

test.for([
  { says: 'what was asked before the pod ended is answered', terminating: true, status: 200 },
  { says: 'but not by a pod that was killed', terminating: false, status: 502 },
])('$says', async ({ terminating, status }) => {
  elb.forward = everything
  faults.set('app-slow', { app: 'chat-api', addedMs: 100 })
  let asked = false
  const next = faults.next.bind(faults)
  faults.next = (pod) => {
    asked = true
    return next(pod)
  }
  const answer = get()
  await eventually('the pod has it', () => asked)
  network.see({ ...blue, ready: false, terminating }, 'gone')
  expect(await answer).toMatchObject({ status })
})

test('a pod that never became ready breaks the connection, and fails its probe', async () => {
  const fresh = aPod('fresh', 'web', { ip: '10.1.0.9', ready: false })
  network.see(fresh, 'started')
  elb.targets.set('tg/blue', [{ id: fresh.ip, port: 8080 }])
  elb.forward = everything
  expect(await get()).toMatchObject({ status: 502, by: 'proxy' })
  expect(await network.probe({ id: fresh.ip, port: 8080 }, '/healthz')).toBe(false)
  network.see({ ...fresh, ready: true }, 'ready')
  expect(await get()).toMatchObject({ status: 200 })
})

test.for([
  { says: 'a rate of 0.3 fails three of ten at once', rate: 0.3, failed: 6 },
  { says: 'a rate of 1 fails all', rate: 1, failed: 20 },
  { says: 'on blue when green is meant, nothing', rate: 1, cluster: 'green' as const, failed: 0 },
  { says: 'on blue when blue is meant, all', rate: 1, cluster: 'blue' as const, failed: 20 },
  { says: 'nor in another environment', rate: 1, environment: 'production', failed: 0 },
])('an app that fails: $says', async ({ rate, cluster, environment, failed }) => {
  elb.forward = everything
  faults.set('app-failing', { app: 'chat-api', rate, ...(cluster && { cluster }), ...(environment && { environment }) })
  const seen: Answer[] = []
  for (let i = 0; i < 20; i++) seen.push(await get())
  expect(seen.filter((a) => a.status === 500 && a.by === 'pod')).toHaveLength(failed)
})
