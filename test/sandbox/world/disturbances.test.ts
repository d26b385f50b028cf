import { setTimeout as sleep } from 'node:timers/promises'
import { CreateClusterCommand, ListClustersCommand } from '@aws-sdk/client-eks'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { expect, test } from 'vitest'
import { Disturbances, eachOperation, type Disturbance } from '../../../src/sandbox/disturbances.ts'
import { aCluster, aSandbox, clientsOf, keysOf, refused, seedBlue } from '../aws/a-sandbox.ts'
import { startSlack } from '../../../src/sandbox/slack/slack.ts'
import { aStage } from '../cluster/fixtures.ts'

const asked = { service: 'eks', operation: 'ListClusters', headers: {} }

test('every operation of every cluster meets each disturbance once, in their order', () => {
  const { rule, met } = eachOperation({ are: ['lost', 'failing'], ms: 1 })
  const ask = (cluster: string) => rule({ service: 'kubernetes', cluster, operation: 'get pods', headers: {} })
  expect([ask('blue'), ask('green'), ask('blue'), ask('blue'), rule(asked)]).toEqual([
    'lost',
    'lost',
    'failing',
    undefined,
    'lost',
  ])
  expect(met()).toEqual({ 'blue get pods': 2, 'green get pods': 1, 'eks ListClusters': 1 })
})

test('the first rule that says something counts, until it is taken away', () => {
  const disturbances = new Disturbances()
  const silent = () => undefined
  const failing = (): Disturbance => 'failing'
  for (const rule of [silent, failing, (): Disturbance => 'lost']) disturbances.add(rule)
  expect(disturbances.of(asked)).toBe('failing')
  disturbances.remove(failing)
  expect(disturbances.of(asked)).toBe('lost')
})

/** By whom it is answered in the end, with one try only. */
test.for<{ is: Disturbance; answer: string; served: boolean }>([
  { is: 'failing', answer: '500 InternalFailure', served: false },
  { is: 'throttled', answer: '429 ThrottlingException', served: false },
  { is: 'expired', answer: '403 ExpiredTokenException', served: false },
  { is: 'forbidden', answer: '403 AccessDeniedException', served: false },
  // The SDK's name for a connection that was cut.
  { is: 'lost', answer: 'undefined TimeoutError', served: true },
  { is: { late: async () => 'now' }, answer: 'served', served: true },
])('AWS, $is: $answer', async ({ is, answer, served }) => {
  const { aws, faults, eks } = await aSandbox()
  await seedBlue(aws)
  faults.disturbances.add(({ operation }) => (operation === 'CreateCluster' ? is : undefined))
  eks.config.maxAttempts = async () => 1
  expect(await refused(eks.send(new CreateClusterCommand(aCluster())))).toBe(answer)
  const { clusters = [] } = await eks.send(new ListClustersCommand({}))
  expect(clusters.includes('green')).toBe(served)
})

test('keys that were renewed have expired, and the new ones are good', async () => {
  const { aws } = await aSandbox()
  const { sts, eks } = clientsOf(aws, keysOf(aws.identity))
  aws.renewKeys()
  expect(await refused(sts.send(new GetCallerIdentityCommand({})))).toBe('403 ExpiredToken')
  expect(await refused(eks.send(new ListClustersCommand({})))).toBe('403 ExpiredTokenException')
  expect(await refused(clientsOf(aws, keysOf(aws.identity)).eks.send(new ListClustersCommand({})))).toBe('served')
})

test.for<{ is: Disturbance; answer: number | 'none'; served: boolean }>([
  { is: 'failing', answer: 500, served: false },
  { is: 'throttled', answer: 429, served: false },
  { is: 'expired', answer: 401, served: false },
  { is: 'forbidden', answer: 403, served: false },
  { is: 'lost', answer: 'none', served: true },
  { is: { late: async () => 'now' }, answer: 201, served: true },
])('a Kubernetes API server, $is: $answer', async ({ is, answer, served }) => {
  const seen: string[] = []
  const stage = await aStage({
    disturb({ cluster, operation }) {
      seen.push(`${cluster} ${operation}`)
      return operation.startsWith('create') ? is : undefined
    },
  })
  try {
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }
    const code = await stage.raw('POST', '/api/v1/namespaces', { body: object }).then(
      (it) => it.code,
      () => 'none',
    )
    expect(code).toBe(answer)
    expect((await stage.raw('GET', '/api/v1/namespaces/shop')).code).toBe(served ? 200 : 404)
    expect(seen).toEqual(['blue create namespaces', 'blue get namespaces'])
  } finally {
    await stage.stop()
  }
})

test.for<{ is: Disturbance; answer: number | 'none'; served: boolean }>([
  { is: 'failing', answer: 503, served: false },
  { is: 'throttled', answer: 429, served: false },
  { is: 'expired', answer: 401, served: false },
  { is: 'forbidden', answer: 403, served: false },
  { is: 'lost', answer: 'none', served: true },
  { is: { late: () => sleep(60) }, answer: 200, served: true },
])('Slack, $is: $answer', async ({ is, answer, served }) => {
  const seen: string[] = []
  const slack = await startSlack(['sre'], 0, ({ service, operation }) => {
    seen.push(`${service} ${operation}`)
    return operation === 'chat.postMessage' ? is : undefined
  })
  try {
    const body = new URLSearchParams({ token: slack.token, channel: '#sre', text: 'moved' })
    const begun = performance.now()
    const status = await fetch(`${slack.url}chat.postMessage`, { method: 'POST', body }).then(
      async (response) => (await response.text(), response.status),
      () => 'none',
    )
    expect(status).toBe(answer)
    if (typeof is === 'object') expect(performance.now() - begun).toBeGreaterThan(50)
    expect(JSON.stringify(slack.channels.told()).includes('moved')).toBe(served)
    expect(seen).toEqual(['slack chat.postMessage'])
  } finally {
    await slack.stop()
  }
})
