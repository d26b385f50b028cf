import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'
import { describe, expect, test } from 'vitest'
import { aConfigMap, aDeployment, aNamespace, eventually, refusal, stageOfThisFile } from './fixtures.ts'

const stage = stageOfThisFile()
const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)

describe('writing and reading', () => {
  test('the typed client creates, reads, replaces, patches and deletes', async () => {
    const { core } = stage()
    const namespace = aNamespace(stage())
    const made = await core.createNamespacedConfigMap({ namespace, body: aConfigMap('settings', namespace) })
    expect(made.metadata).toMatchObject({ uid: expect.any(String), resourceVersion: expect.any(String) })
    expect(made.metadata?.creationTimestamp).toBeInstanceOf(Date)

    const at = { name: 'settings', namespace }
    const replaced = await core.replaceNamespacedConfigMap({
      ...at,
      body: Object.assign(made, { data: { a: '2', b: '3' } }),
    })
    expect(replaced.data).toEqual({ a: '2', b: '3' })
    const patched = await core.patchNamespacedConfigMap({ ...at, body: { data: { a: null, c: '4' } } }, merge)
    expect(patched.data).toEqual({ b: '3', c: '4' })
    expect(await core.readNamespacedConfigMap(at)).toMatchObject({ data: { b: '3', c: '4' } })

    const gone = await core.deleteNamespacedConfigMap(at)
    expect(gone).toMatchObject({ status: 'Success', details: { name: 'settings', kind: 'configmaps' } })
    expect(await refusal(core.readNamespacedConfigMap(at))).toMatchObject({
      code: 404,
      reason: 'NotFound',
      message: 'configmaps "settings" not found',
      details: { name: 'settings', kind: 'configmaps' },
    })
  })

  test('the generic client does the same for any kind, custom resources too', async () => {
    const { objects } = stage()
    const namespace = aNamespace(stage())
    const binding = {
      apiVersion: 'elbv2.k8s.aws/v1beta1',
      kind: 'TargetGroupBinding',
      metadata: { name: 'web', namespace },
      spec: { targetGroupARN: 'arn:a', serviceRef: { name: 'web', port: 80 } },
    }
    await objects.create(binding)
    const read = await objects.read(binding)
    expect(read).toMatchObject({ spec: { targetGroupARN: 'arn:a' }, metadata: { generation: 1 } })
    await objects.delete(binding)
    expect(await refusal(objects.read(binding))).toMatchObject({
      code: 404,
      message: 'targetgroupbindings.elbv2.k8s.aws "web" not found',
    })
  })

  test('a generated name is the prefix and five characters', async () => {
    const namespace = aNamespace(stage())
    const body = { metadata: { generateName: 'run-' }, data: {} }
    const made = await stage().core.createNamespacedConfigMap({ namespace, body })
    expect(made.metadata?.name).toMatch(/^run-[a-z0-9]{5}$/)
  })

  test('a write that changes nothing makes no new version', async () => {
    const { core } = stage()
    const namespace = aNamespace(stage())
    const made = await core.createNamespacedConfigMap({ namespace, body: aConfigMap('same', namespace) })
    const again = await core.patchNamespacedConfigMap({ name: 'same', namespace, body: { data: { a: '1' } } }, merge)
    expect(again.metadata?.resourceVersion).toBe(made.metadata?.resourceVersion)
  })

  test('generation rises with the spec, and with a Deployment’s annotations, and with nothing else', async () => {
    const { apps } = stage()
    const namespace = aNamespace(stage())
    const made = await apps.createNamespacedDeployment({ namespace, body: aDeployment('web', namespace) })
    const patch = async (body: object) =>
      (await apps.patchNamespacedDeployment({ name: 'web', namespace, body }, merge)).metadata?.generation
    expect(made.metadata?.generation).toBe(1)
    expect(await patch({ metadata: { labels: { a: 'b' } } })).toBe(1)
    expect(await patch({ spec: { replicas: 1 } })).toBe(2)
    expect(await patch({ metadata: { annotations: { a: 'b' } } })).toBe(3)
  })

  test('a dry run answers as a write does and leaves nothing', async () => {
    const { core, objects } = stage()
    const namespace = aNamespace(stage())
    const body = aConfigMap('idea', namespace)
    const dry = await core.createNamespacedConfigMap({ namespace, body, dryRun: 'All' })
    expect(dry.metadata?.uid).toEqual(expect.any(String))
    expect(await refusal(objects.read(body))).toMatchObject({ code: 404 })
    await objects.create(body)
    const patched = await core.patchNamespacedConfigMap(
      { name: 'idea', namespace, body: { data: { a: '2' } }, dryRun: 'All' },
      merge,
    )
    expect(patched.data).toEqual({ a: '2' })
    await core.deleteNamespacedConfigMap({ name: 'idea', namespace, dryRun: 'All' })
    expect(await objects.read(body)).toMatchObject({ data: { a: '1' } })
  })

  test('the status subresource changes only the status, and the object itself all but that', async () => {
    const { objects, raw } = stage()
    const namespace = aNamespace(stage())
    const path = `/apis/elbv2.k8s.aws/v1beta1/namespaces/${namespace}/targetgroupbindings/web`
    const type = PatchStrategy.MergePatch
    const metadata = { name: 'web', namespace }
    const kind = { apiVersion: 'elbv2.k8s.aws/v1beta1', kind: 'TargetGroupBinding' }
    await objects.create({ ...kind, metadata, spec: { port: 1 }, status: { seen: 1 } } as never)
    const body = { spec: { port: 2 }, status: { seen: 2 } }
    expect((await raw('PATCH', `${path}/status`, { type, body })).body).toMatchObject({
      spec: { port: 1 },
      status: { seen: 2 },
      metadata: { generation: 1 },
    })
    expect((await raw('PATCH', path, { type, body: { spec: { port: 3 }, status: { seen: 3 } } })).body).toMatchObject({
      spec: { port: 3 },
      status: { seen: 2 },
      metadata: { generation: 2 },
    })
  })

  test('the scale subresource reads and sets replicas, and leaves out a zero as the real one does', async () => {
    const { apps } = stage()
    const namespace = aNamespace(stage())
    const at = { name: 'web', namespace }
    await apps.createNamespacedDeployment({ namespace, body: aDeployment('web', namespace) })
    expect((await apps.readNamespacedDeploymentScale(at)).spec?.replicas).toBe(2)
    await apps.patchNamespacedDeploymentScale({ ...at, body: { spec: { replicas: 0 } } }, merge)
    expect((await apps.readNamespacedDeploymentScale(at)).spec?.replicas).toBeUndefined()
    const scale = await apps.readNamespacedDeploymentScale(at)
    await apps.replaceNamespacedDeploymentScale({ ...at, body: Object.assign(scale, { spec: { replicas: 1 } }) })
    expect((await apps.readNamespacedDeployment(at)).spec?.replicas).toBe(1)
  })
})

describe('deleting', () => {
  test('a finalizer keeps an object, marked, until it is taken off', async () => {
    const { core } = stage()
    const namespace = aNamespace(stage())
    const at = { name: 'held', namespace }
    const body = { ...aConfigMap('held', namespace), metadata: { name: 'held', finalizers: ['norikae.io/hold'] } }
    const { metadata } = await core.createNamespacedConfigMap({ namespace, body })
    await core.deleteNamespacedConfigMap(at)
    expect((await core.readNamespacedConfigMap(at)).metadata).toMatchObject({
      uid: metadata?.uid,
      deletionTimestamp: expect.any(Date),
    })
    await core.patchNamespacedConfigMap({ ...at, body: { metadata: { finalizers: null } } }, merge)
    expect(await refusal(core.readNamespacedConfigMap(at))).toMatchObject({ code: 404 })
  })

  test('a precondition on the uid protects the object that came after', async () => {
    const { core } = stage()
    const namespace = aNamespace(stage())
    const { metadata } = await core.createNamespacedConfigMap({ namespace, body: aConfigMap('it', namespace) })
    const remove = (uid: string) =>
      core.deleteNamespacedConfigMap({ name: 'it', namespace, body: { preconditions: { uid } } })
    expect(await refusal(remove('another'))).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on configmaps "it": Precondition failed: UID in precondition: another, UID in object meta: ${metadata?.uid}`,
    })
    expect(await remove(metadata?.uid ?? '')).toMatchObject({ status: 'Success' })
  })

  test('a namespace goes once all in it has, and takes nothing new meanwhile', async () => {
    const { core, objects } = stage()
    const namespace = aNamespace(stage())
    const held = aConfigMap('held', namespace)
    await objects.create({ ...held, metadata: { ...held.metadata, finalizers: ['norikae.io/hold'] } } as never)
    await objects.create(aDeployment('web', namespace))
    await core.deleteNamespace({ name: namespace })
    expect((await core.readNamespace({ name: namespace })).status?.phase).toBe('Terminating')
    const late = core.createNamespacedConfigMap({ namespace, body: aConfigMap('late', namespace) })
    expect(await refusal(late)).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: `configmaps "late" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    })
    await eventually('all but the held one is gone', async () => {
      const pods = await core.listNamespacedPod({ namespace })
      const maps = await core.listNamespacedConfigMap({ namespace })
      return pods.items.length === 0 && maps.items.length === 1
    })
    expect((await core.readNamespace({ name: namespace })).status?.phase).toBe('Terminating')
    await core.patchNamespacedConfigMap({ name: 'held', namespace, body: { metadata: { finalizers: null } } }, merge)
    await eventually('the namespace is gone', async () => {
      const answer = await refusal(core.readNamespace({ name: namespace }))
      return answer.code === 404
    })
  })

  test('each namespace has its service account and its root certificate', async () => {
    const { cluster, core } = stage()
    const namespace = aNamespace(stage())
    await eventually('the service account', () => core.readNamespacedServiceAccount({ name: 'default', namespace }))
    const root = await eventually('the certificate', () =>
      core.readNamespacedConfigMap({ name: 'kube-root-ca.crt', namespace }),
    )
    expect(root.data).toEqual({ 'ca.crt': cluster.ca })
    const { metadata } = await core.readNamespace({ name: namespace })
    expect(metadata?.labels).toEqual({ 'kubernetes.io/metadata.name': namespace })
  })
})

describe('lists', () => {
  test('pages follow each other until there is no token, and miss and repeat nothing', async () => {
    const { cluster, core } = stage()
    const namespace = aNamespace(stage())
    const names = Array.from({ length: 7 }, (_, index) => `item-${index}`)
    for (const name of names)
      cluster.apply({ ...aConfigMap(name, namespace), metadata: { name, namespace, labels: { of: 'pages' } } })
    const seen: string[] = []
    const sizes: number[] = []
    let _continue: string | undefined
    do {
      const more = _continue === undefined ? {} : { _continue }
      const page = await core.listNamespacedConfigMap({ namespace, labelSelector: 'of=pages', limit: 3, ...more })
      seen.push(...page.items.map((item) => item.metadata?.name ?? ''))
      sizes.push(page.items.length)
      _continue = page.metadata?._continue
    } while (_continue !== undefined)
    expect(seen).toEqual(names)
    expect(sizes).toEqual([3, 3, 1])
    const first = await core.listNamespacedConfigMap({ namespace, limit: 3 })
    // kube-root-ca.crt is one more.
    expect(first.metadata?.remainingItemCount).toBe(5)
    expect(await refusal(core.listNamespacedConfigMap({ namespace, _continue: 'nonsense' }))).toMatchObject({
      code: 400,
    })
  })

  test.for([
    { labelSelector: 'tier=web', finds: ['a', 'b'] },
    { labelSelector: 'tier==web,track!=old', finds: ['a'] },
    { labelSelector: 'tier!=web', finds: ['c', 'd'] },
    { labelSelector: 'tier in (web, db)', finds: ['a', 'b', 'c'] },
    { labelSelector: 'tier notin (web,db)', finds: ['d'] },
    { labelSelector: 'track', finds: ['a', 'b'] },
    { labelSelector: '!track,of=selectors', finds: ['c', 'd'] },
    { fieldSelector: 'metadata.name=c', finds: ['c'] },
    { fieldSelector: 'metadata.name!=c', finds: ['a', 'b', 'd'] },
  ])('$labelSelector $fieldSelector finds $finds', async ({ finds, ...selector }) => {
    const { cluster, core } = stage()
    const namespace = aNamespace(stage())
    const labels: Record<string, Record<string, string>> = {
      a: { tier: 'web', track: 'new' },
      b: { tier: 'web', track: 'old' },
      c: { tier: 'db' },
      d: {},
    }
    for (const [name, own] of Object.entries(labels)) {
      cluster.apply({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace, labels: { ...own, of: 'selectors' } },
      })
    }
    const found = await core.listNamespacedSecret({ namespace, ...selector })
    expect(found.items.map((item) => item.metadata?.name)).toEqual(finds)
  })

  test('all namespaces at once, of built-in kinds without kind and apiVersion in the items', async () => {
    const { cluster, raw } = stage()
    const [one, other] = [aNamespace(stage()), aNamespace(stage())]
    for (const namespace of [one, other]) {
      const metadata = { name: 'wide', namespace, labels: { wide: namespace } }
      cluster.apply({ apiVersion: 'v1', kind: 'Secret', metadata })
    }
    const { body } = await raw('GET', '/api/v1/secrets?fieldSelector=metadata.name%3Dwide')
    expect(body).toMatchObject({
      kind: 'SecretList',
      items: [{ metadata: { namespace: one } }, { metadata: { namespace: other } }],
    })
    expect((body as { items: object[] }).items[0]).not.toHaveProperty('kind')
  })

  test('five hundred objects take a few milliseconds', async () => {
    const { cluster, raw } = stage()
    const namespace = aNamespace(stage())
    const data = { text: 'x'.repeat(1000) }
    for (let index = 0; index < 500; index += 1) {
      cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `n-${index}`, namespace }, data })
    }
    const path = `/api/v1/namespaces/${namespace}/configmaps`
    await raw('GET', path)
    const start = process.cpuUsage()
    for (let round = 0; round < 10; round += 1) await raw('GET', path)
    // Mostly the client's own time. What others do on this machine does not count.
    const { user, system } = process.cpuUsage(start)
    expect((user + system) / 1000 / 10).toBeLessThan(100)
  })
})
