import { describe, expect, test } from 'vitest'
import { customFinding, notLookedFinding, unknownKinds } from '../../src/domain/custom-resources.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { isHeldBy } from '../../src/domain/leases.ts'
import { madeElsewhere, madeFindings, missingFindings } from '../../src/domain/made-elsewhere.ts'
import { movable } from '../../src/domain/movable.ts'
import type { ServedResource } from '../../src/domain/resources.ts'
import { anEnvironment, rule, workload } from '../support/builders.ts'

const metadata = { name: 'web', namespace: 'shop' }
const owner = { apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', name: 'key', uid: '1', controller: true }
const secret = (more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'key', namespace: 'shop', ...more },
})
const web = (pod: object): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata,
  spec: { template: { spec: pod } },
})

describe('a Secret that a controller makes', () => {
  const made = madeElsewhere(secret({ ownerReferences: [owner] }))
  const all = made ? [made] : []
  const ref = { name: 'key' }

  test('is known by who makes it', () => {
    expect(made).toEqual({ namespace: 'shop', name: 'key', by: 'SealedSecret key' })
    expect(madeElsewhere(secret())).toBeUndefined()
    expect(madeElsewhere(secret({ ownerReferences: [{ ...owner, controller: false }] }))).toBeUndefined()
  })

  test.for<{ says: string; pod: object; needs: boolean }>([
    {
      says: 'in a variable',
      pod: { containers: [{ env: [{ name: 'A', valueFrom: { secretKeyRef: ref } }] }] },
      needs: true,
    },
    { says: 'as all its variables', pod: { initContainers: [{ envFrom: [{ secretRef: ref }] }] }, needs: true },
    { says: 'as a volume', pod: { volumes: [{ secret: { secretName: 'key' } }] }, needs: true },
    { says: 'in a projected volume', pod: { volumes: [{ projected: { sources: [{ secret: ref }] } }] }, needs: true },
    {
      says: 'where it may be missing',
      pod: { volumes: [{ secret: { secretName: 'key', optional: true } }] },
      needs: false,
    },
    { says: 'not at all', pod: { containers: [{ envFrom: [{ secretRef: { name: 'other' } }] }] }, needs: false },
  ])('is needed $says', ({ pod, needs }) => {
    const codes = (found: readonly { level: string; code: string; about: string }[]) =>
      found.map((f) => `${f.level} ${f.code} ${f.about}`)
    expect(codes(madeFindings([web(pod)], [], all))).toEqual(
      needs ? ['warning secret-made-elsewhere Secret/shop/key'] : [],
    )
    expect(codes(missingFindings([web(pod)], [], all, () => false))).toEqual(
      needs ? ['blocker secret-missing Secret/shop/key'] : [],
    )
    expect(missingFindings([web(pod)], [], all, () => true)).toEqual([])
  })

  test('is nothing to a workload elsewhere', () => {
    const elsewhere = {
      ...web({ volumes: [{ secret: { secretName: 'key' } }] }),
      metadata: { name: 'web', namespace: 'b' },
    }
    expect(madeFindings([elsewhere], [], all)).toEqual([])
  })
})

describe('kinds that Norikae knows nothing of', () => {
  const resource = (apiVersion: string, plural: string, more: Partial<ServedResource> = {}): ServedResource => ({
    apiVersion,
    kind: 'Thing',
    plural,
    namespaced: true,
    verbs: ['list', 'get'],
    ...more,
  })
  test('are those of other groups, each once', () => {
    const kinds = unknownKinds([
      resource('v1', 'bindings'),
      resource('apps/v1', 'controllerrevisions'),
      resource('networking.k8s.io/v1', 'ingresses'),
      resource('metrics.k8s.io/v1beta1', 'pods'),
      resource('akka.io/v1', 'leases'),
      resource('argoproj.io/v1alpha1', 'rollouts'),
      resource('bitnami.com/v1alpha1', 'sealedsecrets'),
      resource('kustomize.toolkit.fluxcd.io/v1', 'kustomizations'),
      resource('external-secrets.io/v1', 'externalsecrets'),
      resource('external-secrets.io/v1beta1', 'externalsecrets'),
      resource('gateway.networking.k8s.io/v1', 'httproutes'),
      resource('secrets-store.csi.x-k8s.io/v1', 'secretproviderclasses'),
      resource('cert-manager.io/v1', 'clusterissuers', { namespaced: false }),
      resource('packages.example.com/v1', 'readonly', { verbs: ['get'] }),
    ])
    expect(kinds.map((k) => `${k.apiVersion} ${k.plural}`)).toEqual([
      'argoproj.io/v1alpha1 rollouts',
      'bitnami.com/v1alpha1 sealedsecrets',
      'kustomize.toolkit.fluxcd.io/v1 kustomizations',
      'external-secrets.io/v1 externalsecrets',
      'gateway.networking.k8s.io/v1 httproutes',
      'secrets-store.csi.x-k8s.io/v1 secretproviderclasses',
    ])
  })

  const sealed = resource('bitnami.com/v1alpha1', 'sealedsecrets', { kind: 'SealedSecret' })
  test('are told by one of them and a count', () => {
    const finding = (count: number) => customFinding({ resource: sealed, namespace: 'shop', count, example: 'key' })
    expect(finding(1)).toMatchObject({ level: 'warning', code: 'custom-not-carried', about: 'SealedSecret/shop/key' })
    expect(finding(1).message).toContain('it is of bitnami.com/v1alpha1')
    expect(finding(4).message).toContain('it and 3 more of bitnami.com/v1alpha1')
  })
  test('that may not be listed are named', () => {
    expect(notLookedFinding('blue', [])).toBeUndefined()
    const finding = notLookedFinding('blue', [
      sealed,
      ...Array.from({ length: 20 }, (_, n) => resource('x.io/v1', `y${n}`)),
    ])
    expect(finding).toMatchObject({ level: 'warning', code: 'not-looked-for', about: 'blue' })
    expect(finding?.message).toContain('sealedsecrets.bitnami.com')
    expect(finding?.message).toContain('and 9 more there')
  })
})

describe('what runs on both sides at once', () => {
  const said = (more: Parameters<typeof workload>[2], environment: Parameters<typeof anEnvironment>[1] = {}) =>
    movable(
      [workload('Deployment', 'web', { behindService: true, ...more })],
      anEnvironment('production', { gate: rule('scala'), ...environment }),
      { clocks: true },
    ).findings.map((f) => `${f.level} ${f.code} ${f.about}`)
  const singleton = { 'Deployment/shop/web': { class: 'singleton', downtime: '30s' } } as const

  test.for([
    { says: 'one pod', more: { replicas: 1 }, is: ['warning single-replica Deployment/shop/web'] },
    { says: 'several', more: { replicas: 2 }, is: [] },
    { says: 'as many as its scaler wants', more: { replicas: 1, scaled: true }, is: [] },
    { says: 'a leader', more: { replicas: 2, lease: 'web' }, is: ['warning leads-on-both Deployment/shop/web'] },
  ])('$says', ({ more, is }) => expect(said(more)).toEqual(is))
  test('one pod is usual where nobody is asked', () => {
    const [environment, facts] = [
      anEnvironment('test'),
      workload('Deployment', 'web', { behindService: true, replicas: 1 }),
    ]
    expect(movable([facts], environment, { clocks: true }).findings).toEqual([])
  })
  test('a singleton does not', () => expect(said({ replicas: 1, lease: 'web' }, { handovers: singleton })).toEqual([]))
})

test.for<[holder: string, kind: string, holds: boolean]>([
  ['web-7d9c6b5f4-x2x9z', 'Deployment', true],
  ['web-7d9c6b5f4-x2x9z_1f3b', 'Deployment', true],
  ['web-api-7d9c6b5f4-x2x9z', 'Deployment', false],
  ['web', 'Deployment', false],
  ['web-0', 'StatefulSet', true],
  ['web-12_uuid', 'StatefulSet', true],
  ['web-x', 'StatefulSet', false],
])('a lease held by %s is one of the %s: %s', ([holderIdentity, kind, holds]) => {
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: { holderIdentity } }
  expect(isHeldBy(lease, { ...web({}), kind })).toBe(holds)
})
