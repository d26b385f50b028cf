import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { KubernetesPort } from '../../../src/activities/ports.ts'
import type { ApiServer } from '../../../src/adapters/kubernetes/api-server.ts'
import { kubernetes } from '../../../src/adapters/kubernetes/kubernetes-port.ts'
import { startCluster } from '../../../src/sandbox/cluster/server.ts'
import { isEksToken } from '../../../src/sandbox/eks-token.ts'
import type { StandInCluster } from '../../../src/sandbox/types.ts'
import { kubernetesPortContract } from '../../contract/kubernetes-port.ts'
import { serverUnderTest, type ServerUnderTest } from '../../contract/servers.ts'
import { serverOf } from './a-port.ts'
import { failureOf } from './local.ts'

let cluster: StandInCluster
let api: ApiServer
let port: KubernetesPort
let server: ServerUnderTest
let answer: 'unauthorized' | 'forbidden' | undefined
beforeAll(async () => {
  cluster = await startCluster({
    name: 'green',
    version: '1.36',
    authenticate: async (bearer) =>
      answer ?? (isEksToken(bearer) ? { username: 'norikae', groups: ['system:masters'] } : 'unauthorized'),
  })
  cluster.setNodes('general', 1, {})
  api = serverOf(cluster)
  port = kubernetes(api)
  server = serverUnderTest('green', cluster.kubeconfig, { port, admin: port })
})
afterAll(async () => {
  await api.close()
  await cluster.stop()
})
beforeEach(() => {
  answer = undefined
})

kubernetesPortContract(() => server, { version: '1.36' })

test('a long list is asked for page by page', async () => {
  for (let i = 0; i < 1_100; i += 1)
    cluster.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: `page-${i}`, namespace: 'default' } })
  const before = cluster.calls().length
  expect(await port.list('Secret', { namespace: 'default' })).toHaveLength(1_100)
  expect(cluster.calls().length - before).toBe(3)
})

describe('who may not', () => {
  test('is denied, with the words of the server', async () => {
    answer = 'forbidden'
    const failure = await failureOf(port.list('Secret', { namespace: 'shop' }))
    expect(failure.type).toBe('Denied')
    expect(failure.message).toMatch(/^GET secrets of shop on green: secrets is forbidden/)
  })

  test('is not known, and is asked to try again', async () => {
    answer = 'unauthorized'
    expect((await failureOf(port.version())).type).toBe('Unreachable')
    answer = undefined
    expect(await port.version()).toBe('1.36')
  })
})
