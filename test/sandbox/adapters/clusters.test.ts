import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { kubernetesClusters } from '../../../src/adapters/kubernetes/clusters.ts'
import type { ClusterDescription } from '../../../src/domain/eks-objects.ts'
import { certificate } from '../../../src/sandbox/cluster/certificate.ts'
import { startCluster } from '../../../src/sandbox/cluster/server.ts'
import { tokenRefusal } from '../../../src/sandbox/eks-token.ts'
import type { StandInCluster } from '../../../src/sandbox/types.ts'
import { anAws } from './aws.ts'
import { credentials, failureOf } from './local.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function aCluster(port = 0): Promise<StandInCluster> {
  const cluster = await startCluster({
    name: 'green',
    version: '1.36',
    port,
    authenticate: async () => ({ username: 'norikae', groups: ['system:masters'] }),
  })
  ends.push(() => cluster.stop())
  return cluster
}

const described = (endpoint: string, ca: string, createdAt = '2026-11-23T14:02:00.000Z') =>
  // Only what connecting looks at.
  ({
    arn: 'arn:green',
    status: 'ACTIVE',
    createdAt,
    endpoint,
    certificateAuthority: Buffer.from(ca).toString('base64'),
  }) as ClusterDescription

/** Clusters as EKS tells them, with a count of how often it was asked. */
function clustersOf(told: () => ClusterDescription | undefined, now?: () => number) {
  let asked = 0
  const eks = () => ({
    findCluster: async () => {
      asked += 1
      return told()
    },
  })
  const clusters = kubernetesClusters({ eks, credentials: () => credentials, ...(now && { now }) })
  ends.push(() => clusters.close())
  return { open: () => clusters.open('ap-northeast-1', 'green'), asked: () => asked }
}

test('a cluster is described once, and opened once', async () => {
  const cluster = await aCluster()
  const { open, asked } = clustersOf(() => described(cluster.url, cluster.ca))
  const [first, second] = await Promise.all([open(), open()])
  expect(second).toBe(first)
  expect(await open()).toBe(first)
  expect(asked()).toBe(1)
})

test('two hundred requests share sixteen connections', async () => {
  const { key, cert } = await certificate('127.0.0.1')
  const sockets = new Set<object>()
  const server = createServer({ key, cert, keepAliveTimeout: 0 }, (request, response) => {
    sockets.add(request.socket)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"metadata":{},"items":[]}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(async () => void server.close())
  const { port } = server.address() as AddressInfo // it listens on TCP
  const { open } = clustersOf(() => described(`https://127.0.0.1:${port}`, cert))
  const green = await open()
  await Promise.all(Array.from({ length: 200 }, () => green.list('Namespace')))
  expect(sockets.size).toBeGreaterThan(1)
  expect(sockets.size).toBeLessThanOrEqual(16)
})

test('a cluster that was made again under the same name is found again within two tries', async () => {
  let cluster = await aCluster()
  const { open } = clustersOf(() => described(cluster.url, cluster.ca))
  expect(await (await open()).version()).toBe('1.36')
  await cluster.stop()
  const port = Number(new URL(cluster.url).port)
  cluster = await aCluster(port)
  const failure = await failureOf((await open()).version())
  expect(failure.type).toBe('Unreachable')
  expect(await (await open()).version()).toBe('1.36')
})

test('after a minute a cluster is described anew, and kept where it is the same', async () => {
  const cluster = await aCluster()
  let now = 0
  let createdAt = '2026-11-23T14:02:00.000Z'
  const { open, asked } = clustersOf(
    () => described(cluster.url, cluster.ca, createdAt),
    () => now,
  )
  const first = await open()
  now += 61_000
  expect(await open()).toBe(first)
  createdAt = '2026-11-24T09:00:00.000Z'
  now += 61_000
  expect(await open()).not.toBe(first)
  expect(asked()).toBe(3)
})

test.for([
  { says: 'a cluster that is not there', told: undefined, type: 'NotFound', words: 'there is no EKS cluster green' },
  {
    says: 'a cluster that is being made',
    told: { arn: 'arn:green', status: 'CREATING' } as ClusterDescription,
    type: 'Unreachable',
    words: 'green is CREATING and has no endpoint yet',
  },
])('$says is looked for again by the next try', async ({ told, type, words }) => {
  const cluster = await aCluster()
  let tell: ClusterDescription | undefined = told
  const { open } = clustersOf(() => tell)
  const failure = await failureOf(open())
  expect(failure.type).toBe(type)
  expect(failure.message).toContain(words)
  tell = described(cluster.url, cluster.ca)
  expect(await (await open()).version()).toBe('1.36')
})

test('from EKS to the cluster itself, with a token that it takes', async () => {
  const servers = new Map<string, StandInCluster>()
  const world = await anAws({
    startCluster: async ({ name, version }) => {
      const cluster = await startCluster({
        name,
        version,
        authenticate: async (bearer) => {
          const refusal = await tokenRefusal(bearer, name, world.aws.identity)
          return refusal === undefined ? { username: 'norikae', groups: ['system:masters'] } : 'unauthorized'
        },
      })
      servers.set(name, cluster)
      return { endpoint: cluster.url, caData: Buffer.from(cluster.ca).toString('base64') }
    },
  })
  ends.push(async () => {
    await world.stop()
    for (const cluster of servers.values()) await cluster.stop()
  })
  const seed = { version: '1.35', nodegroups: [], addons: [], tags: {} }
  await world.aws.eks.seedCluster({ ...seed, name: 'blue' })
  const blue = await world.outside.kubernetes(world.region, 'blue')
  expect(await blue.version()).toBe('1.35')
  expect((await blue.list('Namespace')).map((n) => n.metadata.name)).toContain('kube-system')
  expect((await failureOf(world.outside.kubernetes(world.region, 'nobody'))).type).toBe('NotFound')
})
