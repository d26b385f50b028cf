import { expect, test } from 'vitest'
import { kubernetes } from '../../../src/adapters/kubernetes/kubernetes-port.ts'
import { certificate } from '../../../src/sandbox/cluster/certificate.ts'
import { startCluster } from '../../../src/sandbox/cluster/server.ts'
import { serverOf } from './a-port.ts'
import { failureOf } from './local.ts'

test('a silent server ends as unreachable, with what was asked', async () => {
  const cluster = await startCluster({ name: 'green', version: '1.36', authenticate: async () => 'unauthorized' })
  const impatient = serverOf(cluster, 300)
  cluster.silent = true
  const failure = await failureOf(kubernetes(impatient).list('Namespace'))
  await impatient.close()
  await cluster.stop()
  expect(failure).toMatchObject({ type: 'Unreachable', message: 'GET namespaces on green: no answer in 0.3s' })
})

test('a server with another authority is unreachable', async () => {
  const other = await startCluster({ name: 'green', version: '1.36', authenticate: async () => 'unauthorized' })
  const { cert } = await certificate('127.0.0.1')
  const mistaken = serverOf({ name: 'green', url: other.url, ca: cert })
  const failure = await failureOf(kubernetes(mistaken).version())
  await mistaken.close()
  await other.stop()
  expect(failure.type).toBe('Unreachable')
  expect(failure.message).toMatch(/^GET version on green: .*certificate/)
})
