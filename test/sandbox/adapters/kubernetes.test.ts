import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { KubernetesPort } from '../../../src/activities/ports.ts'
import type { ApiServer } from '../../../src/adapters/kubernetes/api-server.ts'
import { kubernetes } from '../../../src/adapters/kubernetes/kubernetes-port.ts'
import type { KubernetesObject } from '../../../src/domain/kubernetes-objects.ts'
import { startCluster } from '../../../src/sandbox/cluster/server.ts'
import { isEksToken } from '../../../src/sandbox/eks-token.ts'
import type { SandboxCluster } from '../../../src/sandbox/types.ts'
import { eventually } from '../../support/eventually.ts'
import { failureOf } from './local.ts'
import { serverOf } from './a-port.ts'

let cluster: SandboxCluster
let api: ApiServer
let port: KubernetesPort
let answer: 'unauthorized' | 'forbidden' | undefined
beforeAll(async () => {
  cluster = await startCluster({
    name: 'green',
    version: '1.36',
    authenticate: async (bearer) =>
      answer ?? (isEksToken(bearer) ? { username: 'norikae', groups: ['system:masters'] } : 'unauthorized'),
  })
  api = serverOf(cluster)
  port = kubernetes(api)
  await port.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
})
afterAll(async () => {
  await api.close()
  await cluster.stop()
})
beforeEach(() => {
  answer = undefined
  cluster.silent = false
})

const aConfigMap = (name: string, data: Record<string, string> = {}, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', ...more },
  data,
})

const aDeployment = (name: string, replicas = 1): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop' },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image: 'app:1' }] } },
  },
})

test('the version is what the server says', async () => {
  expect(await port.version()).toBe('1.36')
})

describe('a list', () => {
  test('has every page, and each object its kind', async () => {
    for (let i = 0; i < 1_100; i += 1)
      cluster.apply({
        ...aConfigMap(`many-${i}`),
        metadata: { name: `many-${i}`, namespace: 'shop', labels: { of: 'many' } },
      })
    const before = cluster.calls().length
    const all = await port.list('ConfigMap', { namespace: 'shop', labels: 'of=many' })
    expect(new Set(all.map((o) => o.metadata.name)).size).toBe(1_100)
    expect(all[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' })
    expect(cluster.calls().length - before).toBe(3)
  })

  test('is of all namespaces, or of one', async () => {
    await port.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } })
    await port.create(aConfigMap('here', {}, { labels: { only: 'here' } }))
    await port.create({
      ...aConfigMap('there'),
      metadata: { name: 'there', namespace: 'other', labels: { only: 'here' } },
    })
    const names = (objects: readonly KubernetesObject[]) => objects.map((o) => o.metadata.name).toSorted()
    expect(names(await port.list('ConfigMap', { labels: 'only=here' }))).toEqual(['here', 'there'])
    expect(names(await port.list('ConfigMap', { namespace: 'other', labels: 'only=here' }))).toEqual(['there'])
  })

  test('of which there is nothing is empty', async () => {
    expect(await port.list('LimitRange', { namespace: 'shop' })).toEqual([])
    expect(await port.list('TargetGroupBinding')).toEqual([])
  })
})

test('an object that is not there is nothing', async () => {
  expect(await port.find('ConfigMap', 'shop', 'nobody')).toBeUndefined()
  expect(await port.find('Namespace', undefined, 'nobody')).toBeUndefined()
})

test('times stay as the server wrote them, and fields that no model knows stay', async () => {
  await port.create({ ...aConfigMap('raw'), immutable: false })
  const found = await port.find('ConfigMap', 'shop', 'raw')
  expect(found?.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT[\d:]+Z$/)
  expect(found?.['immutable']).toBe(false)
})

describe('create', () => {
  test('says whether it was there', async () => {
    expect(await port.create(aConfigMap('fresh', { a: '1' }))).toBe(true)
    expect(await port.create(aConfigMap('fresh', { a: '2' }))).toBe(false)
    expect((await port.find('ConfigMap', 'shop', 'fresh'))?.['data']).toEqual({ a: '1' })
  })

  test('in a namespace that is not there is not found', async () => {
    const failure = await failureOf(port.create({ ...aConfigMap('x'), metadata: { name: 'x', namespace: 'nowhere' } }))
    expect(failure.type).toBe('NotFound')
  })

  test('of what is not valid says what is wrong', async () => {
    const failure = await failureOf(port.create(aDeployment('web', -1)))
    expect(failure.type).toBe('InvalidInput')
    expect(failure.message).toContain('spec.replicas')
  })
})

describe('apply', () => {
  test('makes it, and changes it', async () => {
    await port.apply(aConfigMap('applied', { a: '1', b: '1' }))
    const { object } = await port.apply(aConfigMap('applied', { a: '2' }))
    expect(object['data']).toEqual({ a: '2' })
  })

  test('takes an object as it was read', async () => {
    await port.apply(aConfigMap('read', { a: '1' }))
    const found = await port.find('ConfigMap', 'shop', 'read')
    expect(found?.metadata['managedFields']).toBeDefined()
    const { resourceVersion: _, uid: __, ...metadata } = found?.metadata ?? { name: 'read' }
    await expect(port.apply({ ...aConfigMap('read'), ...found, metadata })).resolves.toBeDefined()
  })

  test('as a dry run changes nothing', async () => {
    const { object } = await port.apply(aConfigMap('dry', { a: '1' }), { dryRun: true })
    expect(object['data']).toEqual({ a: '1' })
    expect(await port.find('ConfigMap', 'shop', 'dry')).toBeUndefined()
  })

  test('of fields that somebody else applied is contested, and names who', async () => {
    cluster.apply({ ...aConfigMap('shared', { a: 'theirs' }), metadata: { name: 'shared', namespace: 'shop' } })
    const failure = await failureOf(port.apply(aConfigMap('shared', { a: 'ours' })))
    expect(failure.type).toBe('Contested')
    expect(failure.message).toMatch(/^PATCH configmaps shop\/shared on green: also written: \.data\.a by "sandbox"/)
  })

  test('by force takes them over', async () => {
    cluster.apply({ ...aConfigMap('forced', { a: 'theirs' }), metadata: { name: 'forced', namespace: 'shop' } })
    const { object } = await port.apply(aConfigMap('forced', { a: 'ours' }), { force: true })
    expect(object['data']).toEqual({ a: 'ours' })
  })

  test('of a field that the server does not know is refused for good', async () => {
    const failure = await failureOf(port.apply({ ...aConfigMap('odd'), spec: { nonsense: true } }))
    expect(failure).toMatchObject({ type: 'InvalidInput', nonRetryable: true })
  })
})

describe('patch', () => {
  test('merges, and null removes', async () => {
    await port.create(aConfigMap('merged', { a: '1', b: '1' }))
    const patched = await port.patch('ConfigMap', 'shop', 'merged', { data: { a: null, c: '3' } })
    expect(patched['data']).toEqual({ b: '1', c: '3' })
  })

  test('of a version that is old is a conflict, and transient', async () => {
    await port.create(aConfigMap('versioned'))
    const resourceVersion = (await port.find('ConfigMap', 'shop', 'versioned'))?.metadata.resourceVersion
    await port.patch('ConfigMap', 'shop', 'versioned', { data: { a: '1' } })
    const failure = await failureOf(
      port.patch('ConfigMap', 'shop', 'versioned', { metadata: { resourceVersion }, data: { a: '2' } }),
    )
    expect(failure).toMatchObject({ type: 'Conflict', nonRetryable: false })
  })

  test('of the status leaves the rest', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'lonely', namespace: 'shop' },
      spec: { containers: [{ name: 'app', image: 'app:1' }] },
    }
    await port.create(pod)
    const conditions = [{ type: 'norikae.test/checked', status: 'True' }]
    const patched = await port.patch(
      'Pod',
      'shop',
      'lonely',
      { spec: { nodeName: 'x' }, status: { conditions } },
      'status',
    )
    expect(patched.status?.['conditions']).toMatchObject(conditions)
    expect(patched.spec?.['nodeName']).toBeUndefined()
  })

  test('of what is not there is not found', async () => {
    expect((await failureOf(port.patch('ConfigMap', 'shop', 'nobody', {}))).type).toBe('NotFound')
  })
})

describe('remove', () => {
  test('takes it away, and does nothing where it is gone', async () => {
    await port.create(aConfigMap('leaving'))
    await port.remove('ConfigMap', 'shop', 'leaving')
    expect(await port.find('ConfigMap', 'shop', 'leaving')).toBeUndefined()
    await port.remove('ConfigMap', 'shop', 'leaving')
  })

  test('of one object leaves another of the same name', async () => {
    await port.create(aConfigMap('again'))
    const failure = await failureOf(port.remove('ConfigMap', 'shop', 'again', 'another-uid'))
    expect(failure.type).toBe('Contested')
    const uid = (await port.find('ConfigMap', 'shop', 'again'))?.metadata.uid
    await port.remove('ConfigMap', 'shop', 'again', uid)
    expect(await port.find('ConfigMap', 'shop', 'again')).toBeUndefined()
  })

  test('takes what it owns with it', async () => {
    cluster.setNodes('system', 1, {})
    await port.create(aDeployment('owner'))
    const labels = 'app=owner'
    await eventually('a pod', async () => (await port.list('Pod', { namespace: 'shop', labels })).length === 1)
    await port.remove('Deployment', 'shop', 'owner')
    await eventually('no pod', async () => (await port.list('Pod', { namespace: 'shop', labels })).length === 0)
  })
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
