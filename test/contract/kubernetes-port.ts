import { describe, expect, test } from 'vitest'
import { refusalFindings, warningFinding } from '../../src/domain/dry-run.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { failureOf } from '../sandbox/adapters/local.ts'
import { eventually } from '../support/eventually.ts'
import { aCronJob, aDeployment } from '../support/small-world.ts'
import { selecting } from './nodes.ts'
import { aConfigMap, aNamespace, type ServerUnderTest } from './servers.ts'

/** What the adapter promises to activities, held against whatever answers: see ServerUnderTest. */
export function kubernetesPortContract(of: () => ServerUnderTest, { version }: { readonly version: string }): void {
  const port = () => of().admin

  test('the version is what the server serves', async () => {
    expect(await port().version()).toBe(version)
  })

  describe('a list', () => {
    test('has every page, and each object its kind', async () => {
      const namespace = await aNamespace(of())
      const names = Array.from({ length: 1_100 }, (_, n) => `many-${n}`)
      for (let at = 0; at < names.length; at += 50)
        await Promise.all(
          names
            .slice(at, at + 50)
            .map((name) => port().create(aConfigMap(name, namespace, {}, { labels: { of: 'many' } }))),
        )
      const all = await port().list('ConfigMap', { namespace, labels: 'of=many' })
      expect(all.map((o) => o.metadata.name).toSorted()).toEqual(names.toSorted())
      expect(all[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' })
      const pages: string[][] = []
      for await (const page of port().pages('ConfigMap', { namespace, labels: 'of=many' }))
        pages.push(page.map((o) => o.metadata.name))
      expect(pages.length).toBeGreaterThan(1)
      expect(pages.flat()).toEqual(names.toSorted())
    }, 60_000)

    test('is of all namespaces, or of one', async () => {
      const [here, there] = [await aNamespace(of()), await aNamespace(of())]
      await port().create(aConfigMap('one', here, {}, { labels: { only: here } }))
      await port().create(aConfigMap('two', there, {}, { labels: { only: here } }))
      const names = (objects: readonly KubernetesObject[]) => objects.map((o) => o.metadata.name).toSorted()
      expect(names(await port().list('ConfigMap', { labels: `only=${here}` }))).toEqual(['one', 'two'])
      expect(names(await port().list('ConfigMap', { namespace: there, labels: `only=${here}` }))).toEqual(['two'])
    })

    test('of which there is nothing is empty', async () => {
      const namespace = await aNamespace(of())
      expect(await port().list('LimitRange', { namespace })).toEqual([])
      expect(await port().list('TargetGroupBinding', { namespace })).toEqual([])
    })
  })

  test('an object that is not there is nothing', async () => {
    expect(await port().find('ConfigMap', await aNamespace(of()), 'nobody')).toBeUndefined()
    expect(await port().find('Namespace', undefined, 'nobody')).toBeUndefined()
  })

  test('times stay as the server wrote them, and fields that no model knows stay', async () => {
    const namespace = await aNamespace(of())
    await port().create({ ...aConfigMap('raw', namespace), immutable: false })
    const found = await port().find('ConfigMap', namespace, 'raw')
    expect(found?.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT[\d:]+Z$/)
    expect(found?.['immutable']).toBe(false)
  })

  describe('create', () => {
    test('says whether it was there', async () => {
      const namespace = await aNamespace(of())
      expect(await port().create(aConfigMap('fresh', namespace, { a: '1' }))).toBe(true)
      expect(await port().create(aConfigMap('fresh', namespace, { a: '2' }))).toBe(false)
      expect((await port().find('ConfigMap', namespace, 'fresh'))?.['data']).toEqual({ a: '1' })
    })

    test('in a namespace that is not there is not found', async () => {
      const failure = await failureOf(port().create(aConfigMap('x', 'nowhere')))
      expect(failure).toMatchObject({ type: 'NotFound', nonRetryable: true })
    })

    test('of what is not valid says what is wrong', async () => {
      const failure = await failureOf(port().create(aDeployment('web', await aNamespace(of()), -1)))
      expect(failure).toMatchObject({ type: 'InvalidInput', nonRetryable: true })
      expect(failure.message).toContain('spec.replicas')
    })
  })

  describe('apply', () => {
    test('makes it, changes it, and takes away what is not wanted any more', async () => {
      const namespace = await aNamespace(of())
      await port().apply(aConfigMap('applied', namespace, { a: '1', b: '1' }))
      const { object } = await port().apply(aConfigMap('applied', namespace, { a: '2' }))
      expect(object['data']).toEqual({ a: '2' })
    })

    test('takes an object as it was read', async () => {
      const namespace = await aNamespace(of())
      await port().apply(aConfigMap('read', namespace, { a: '1' }))
      const found = await port().find('ConfigMap', namespace, 'read')
      expect(found?.metadata['managedFields']).toBeDefined()
      const { resourceVersion: _, uid: __, ...metadata } = found?.metadata ?? { name: 'read' }
      await expect(port().apply({ ...aConfigMap('read', namespace), ...found, metadata })).resolves.toBeDefined()
    })

    test('of fields that somebody else applied is contested, and names who', async () => {
      const namespace = await aNamespace(of())
      await of().applyAs('somebody', aConfigMap('shared', namespace, { a: 'theirs' }))
      const failure = await failureOf(port().apply(aConfigMap('shared', namespace, { a: 'ours' })))
      expect(failure.type).toBe('Contested')
      expect(failure.message).toContain(
        `PATCH configmaps ${namespace}/shared on ${of().name}: also written: .data.a by "somebody"`,
      )
    })

    test('by force takes them over', async () => {
      const namespace = await aNamespace(of())
      await of().applyAs('somebody', aConfigMap('forced', namespace, { a: 'theirs' }))
      const { object } = await port().apply(aConfigMap('forced', namespace, { a: 'ours' }), { force: true })
      expect(object['data']).toEqual({ a: 'ours' })
    })

    test('of a field that the server does not know is refused for good', async () => {
      const odd = { ...aConfigMap('odd', await aNamespace(of())), spec: { nonsense: true } }
      expect(await failureOf(port().apply(odd))).toMatchObject({ type: 'InvalidInput', nonRetryable: true })
    })

    test('of what is not valid says what is wrong', async () => {
      const failure = await failureOf(port().apply(aDeployment('web', await aNamespace(of()), -1)))
      expect(failure).toMatchObject({ type: 'InvalidInput', nonRetryable: true })
      expect(failure.message).toContain('spec.replicas')
    })
  })

  describe('a dry run', () => {
    const whyNot = async (object: KubernetesObject) => {
      const { refusal } = await port().dryRun(object)
      return refusal === undefined ? [] : refusalFindings(object, refusal).map((f) => `${f.code} ${f.field ?? ''}`)
    }

    test('of what would be taken changes nothing', async () => {
      const namespace = await aNamespace(of())
      expect(await port().dryRun(aConfigMap('dry', namespace, { a: '1' }))).toEqual({ warnings: [] })
      expect(await port().find('ConfigMap', namespace, 'dry')).toBeUndefined()
    })

    test('of what the server warns of tells each of its warnings, and changes nothing', async () => {
      const namespace = await aNamespace(of())
      const labels = { 'beta.kubernetes.io/arch': 'arm64', 'beta.kubernetes.io/os': 'linux' }
      const old = selecting(aDeployment('web', namespace), labels)
      const { warnings, ...taken } = await port().dryRun(old)
      expect(taken).toEqual({})
      expect(warnings.toSorted()).toEqual([
        'spec.template.spec.nodeSelector[beta.kubernetes.io/arch]: deprecated since v1.14; use "kubernetes.io/arch" instead',
        'spec.template.spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
      ])
      expect(warnings.map((text) => warningFinding(old, text).code)).toEqual(['api-deprecated', 'api-deprecated'])
      expect(await port().find('Deployment', namespace, 'web')).toBeUndefined()
    })

    test('of what is not valid names each field', async () => {
      const { spec, ...web } = aDeployment('web', await aNamespace(of()), -1)
      const codes = await whyNot({ ...web, spec: { ...spec, minReadySeconds: -1 } })
      expect(codes.toSorted()).toEqual(['field-invalid spec.minReadySeconds', 'field-invalid spec.replicas'])
    })

    test('of fields that the server does not know names the first that it meets', async () => {
      const { spec, ...web } = aDeployment('web', await aNamespace(of()))
      expect(await whyNot({ ...web, spec: { ...spec, odd: 1 } })).toEqual(['field-unknown spec.odd'])
      const [one, ...others] = await whyNot({ ...web, spec: { ...spec, odd: 1, strange: 2 } })
      expect(one).toMatch(/^field-unknown spec\.(odd|strange)$/)
      expect(others).toEqual([])
    })

    test('over another that has it otherwise names what cannot be changed', async () => {
      const namespace = await aNamespace(of())
      await of().applyAs('somebody', aDeployment('web', namespace, 0))
      const other = { ...aDeployment('web', namespace), spec: aDeployment('other', namespace).spec ?? {} }
      expect(await whyNot(other)).toContain('field-immutable spec.selector')
    })

    test('in a namespace that is not there says so', async () => {
      expect(await whyNot(aConfigMap('x', 'nowhere'))).toEqual(['namespace-missing '])
    })

    test('of an API that is gone says so', async () => {
      const old = { ...aCronJob('tick', await aNamespace(of())), apiVersion: 'batch/v1beta1' }
      expect(await whyNot(old)).toEqual(['api-missing '])
    })

    test('that a policy denies names it', async () => {
      const namespace = await aNamespace(of())
      for (const object of denyingConfigMaps(namespace)) await of().applyAs('somebody', object)
      const object = aConfigMap('denied', namespace)
      await eventually('the policy is obeyed', async () => (await whyNot(object)).length > 0)
      const { refusal } = await port().dryRun(object)
      const [finding] = refusal === undefined ? [] : refusalFindings(object, refusal)
      expect(finding).toMatchObject({
        code: 'policy-denied',
        message: `green's admission policy ${namespace} denies it: no ConfigMaps here`,
      })
    })
  })

  test('what it serves has the kinds of each version, where they live, and what may be done with them', async () => {
    const served = await port().resources()
    expect(served).toContainEqual(
      expect.objectContaining({ apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', namespaced: true }),
    )
    expect(served).toContainEqual(expect.objectContaining({ apiVersion: 'v1', kind: 'Namespace', namespaced: false }))
    const binding = served.find((r) => r.kind === 'TargetGroupBinding')
    expect(binding).toMatchObject({ apiVersion: 'elbv2.k8s.aws/v1beta1', plural: 'targetgroupbindings' })
    expect(binding?.verbs).toContain('list')
    expect(served.some((r) => r.apiVersion === 'batch/v1beta1')).toBe(false)
  })

  describe('patch', () => {
    test('merges, and null removes', async () => {
      const namespace = await aNamespace(of())
      await port().create(aConfigMap('merged', namespace, { a: '1', b: '1' }))
      const patched = await port().patch('ConfigMap', namespace, 'merged', { data: { a: null, c: '3' } })
      expect(patched['data']).toEqual({ b: '1', c: '3' })
    })

    test('of a version that is old is a conflict, and transient', async () => {
      const namespace = await aNamespace(of())
      await port().create(aConfigMap('versioned', namespace))
      const resourceVersion = (await port().find('ConfigMap', namespace, 'versioned'))?.metadata.resourceVersion
      await port().patch('ConfigMap', namespace, 'versioned', { data: { a: '1' } })
      const late = { metadata: { resourceVersion }, data: { a: '2' } }
      const failure = await failureOf(port().patch('ConfigMap', namespace, 'versioned', late))
      expect(failure).toMatchObject({ type: 'Conflict', nonRetryable: false })
      expect((await port().find('ConfigMap', namespace, 'versioned'))?.['data']).toEqual({ a: '1' })
    })

    test('of the status leaves the rest', async () => {
      const namespace = await aNamespace(of())
      const spec = { schedule: '0 0 1 1 *', suspend: true, jobTemplate: aJobTemplate }
      await port().create({ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'rare', namespace }, spec })
      const status = { lastScheduleTime: '2026-01-01T00:00:00Z' }
      const patched = await port().patch('CronJob', namespace, 'rare', { spec: { suspend: false }, status }, 'status')
      expect(patched.status).toMatchObject(status)
      expect(patched.spec?.['suspend']).toBe(true)
    })

    test('of what is not there is not found', async () => {
      const failure = await failureOf(port().patch('ConfigMap', await aNamespace(of()), 'nobody', {}))
      expect(failure).toMatchObject({ type: 'NotFound', nonRetryable: true })
    })
  })

  test('an object of a kind that is no part of Kubernetes is made, found, changed and removed', async () => {
    const namespace = await aNamespace(of())
    const binding = (targetGroupARN: string): KubernetesObject => ({
      apiVersion: 'elbv2.k8s.aws/v1beta1',
      kind: 'TargetGroupBinding',
      metadata: { name: 'web', namespace },
      spec: { serviceRef: { name: 'web', port: 80 }, targetGroupARN },
    })
    await port().apply(binding('arn:one'))
    await port().apply(binding('arn:two'))
    const arn = async () => (await port().find('TargetGroupBinding', namespace, 'web'))?.spec?.['targetGroupARN']
    expect(await arn()).toBe('arn:two')
    await port().remove('TargetGroupBinding', namespace, 'web')
    await eventually('it is gone', async () => (await arn()) === undefined)
  })

  test('of a kind that is in no table the names are told, without those that a controller makes', async () => {
    const namespace = await aNamespace(of())
    const sealed = { apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', spec: { encryptedData: {} } }
    for (const name of ['a', 'b']) await of().applyAs('team', { ...sealed, metadata: { name, namespace } })
    const controller = { apiVersion: 'v1', kind: 'Namespace', name: 'x', uid: 'x', controller: true }
    await of().applyAs('team', { ...sealed, metadata: { name: 'c', namespace, ownerReferences: [controller] } })
    const resource = (await port().resources()).find((r) => r.kind === 'SealedSecret')
    const names = resource && (await port().names(resource))
    expect(names === 'denied' ? names : names?.filter((n) => n.namespace === namespace)).toEqual([
      { namespace, name: 'a' },
      { namespace, name: 'b' },
    ])
  })

  describe('remove', () => {
    test('takes it away, and does nothing where it is gone', async () => {
      const namespace = await aNamespace(of())
      await port().create(aConfigMap('leaving', namespace))
      await port().remove('ConfigMap', namespace, 'leaving')
      expect(await port().find('ConfigMap', namespace, 'leaving')).toBeUndefined()
      await port().remove('ConfigMap', namespace, 'leaving')
    })

    test('of one object leaves another of the same name', async () => {
      const namespace = await aNamespace(of())
      await port().create(aConfigMap('again', namespace))
      expect((await failureOf(port().remove('ConfigMap', namespace, 'again', 'another-uid'))).type).toBe('Contested')
      const uid = (await port().find('ConfigMap', namespace, 'again'))?.metadata.uid
      await port().remove('ConfigMap', namespace, 'again', uid)
      expect(await port().find('ConfigMap', namespace, 'again')).toBeUndefined()
    })

    test('takes what it owns with it', async () => {
      const namespace = await aNamespace(of())
      const pods = () => port().list('Pod', { namespace, labels: 'app=owner' })
      await port().create(aDeployment('owner', namespace))
      await eventually('a pod', async () => (await pods()).length === 1, { withinMs: 30_000 })
      await port().remove('Deployment', namespace, 'owner')
      await eventually('no pod', async () => (await pods()).length === 0, { withinMs: 60_000 })
    }, 100_000)

    test('waits for finalizers: until then it says since when it goes', async () => {
      const namespace = await aNamespace(of())
      await port().create(aConfigMap('held', namespace, {}, { finalizers: ['norikae.test/held'] }))
      await port().remove('ConfigMap', namespace, 'held')
      expect((await port().find('ConfigMap', namespace, 'held'))?.metadata.deletionTimestamp).toMatch(/^\d{4}-/)
      await port().patch('ConfigMap', namespace, 'held', { metadata: { finalizers: null } })
      expect(await port().find('ConfigMap', namespace, 'held')).toBeUndefined()
    })

    test('of a namespace takes all that is in it, and until then nothing new gets in', async () => {
      const namespace = await aNamespace(of())
      await port().create(aConfigMap('inside', namespace, {}, { finalizers: ['norikae.test/held'] }))
      await port().remove('Namespace', undefined, namespace)
      // It is no missing permission, and time helps.
      expect((await failureOf(port().create(aConfigMap('late', namespace)))).type).toBe('Unreachable')
      await port().patch('ConfigMap', namespace, 'inside', { metadata: { finalizers: null } })
      await eventually('it is gone', async () => (await port().find('Namespace', undefined, namespace)) === undefined, {
        withinMs: 60_000,
      })
    }, 100_000)
  })
}

const aJobTemplate = {
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'registry.test/job:1' }] } } },
}

const denyingConfigMaps = (namespace: string): KubernetesObject[] => [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: namespace },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
      },
      validations: [{ expression: 'false', message: 'no ConfigMaps here' }],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: namespace },
    spec: {
      policyName: namespace,
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
    },
  },
]
