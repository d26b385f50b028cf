import { describe, expect, test } from 'vitest'
import { isDeployedRelease, kindsIn, releaseFindings, served, writtenFindings } from '../../src/domain/api-versions.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'

const green = new Set([served('batch/v1', 'CronJob'), served('policy/v1', 'PodDisruptionBudget')])
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

const tick = (metadata: object): KubernetesObject => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'tick', namespace: 'shop', ...metadata },
})
const by = (manager: string, apiVersion: string, more: object = {}) => ({ manager, apiVersion, ...more })

describe('who writes an object in a version that green does not serve', () => {
  test.for<{ says: string; metadata: object; writers: readonly string[] }>([
    { says: 'nobody', metadata: { managedFields: [by('helm', 'batch/v1')] }, writers: [] },
    { says: 'nobody is known', metadata: {}, writers: [] },
    {
      says: 'each is named once',
      metadata: {
        managedFields: [by('ci', 'batch/v1beta1'), by('ci', 'batch/v1beta1'), by('helm', 'batch/v2alpha1')],
      },
      writers: ['ci wrote it as batch/v1beta1 CronJob', 'helm wrote it as batch/v2alpha1 CronJob'],
    },
    {
      says: 'a controller that wrote its status is none',
      metadata: { managedFields: [by('kube-controller-manager', 'batch/v1beta1', { subresource: 'status' })] },
      writers: [],
    },
    {
      says: 'kubectl, by its own annotation',
      metadata: { annotations: { [LAST_APPLIED]: '{"apiVersion":"batch/v1beta1","kind":"CronJob"}' } },
      writers: ['kubectl apply wrote it as batch/v1beta1'],
    },
    {
      says: 'kubectl, told once',
      metadata: {
        managedFields: [by('kubectl-client-side-apply', 'batch/v1beta1')],
        annotations: { [LAST_APPLIED]: '{"apiVersion":"batch/v1beta1"}' },
      },
      writers: ['kubectl-client-side-apply wrote it as batch/v1beta1'],
    },
  ])('$says', ({ metadata, writers }) => {
    const found = writtenFindings(tick(metadata), green)
    expect(found).toHaveLength(writers.length)
    for (const [n, words] of writers.entries()) {
      expect(found[n]).toMatchObject({ level: 'warning', code: 'written-in-removed-api', about: 'CronJob/shop/tick' })
      expect(found[n]?.message).toContain(words)
    }
  })
})

describe('a release of Helm', () => {
  test('is known by the kinds of its manifest, each once', () => {
    const manifest = [
      '---\n# Source: shop/templates/pdb.yaml\napiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nspec:\n  kind: Nested',
      '--- # next\nkind: "CronJob"\napiVersion: batch/v1 # fine\nmetadata:\n  name: a',
      "---\napiVersion: 'batch/v1'\nkind: CronJob",
      '---\n# nothing',
    ].join('\n')
    expect(kindsIn(manifest)).toEqual([
      { apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget' },
      { apiVersion: 'batch/v1', kind: 'CronJob' },
    ])
  })

  test.for([
    { says: 'in versions that green serves', apiVersion: 'policy/v1', codes: ['release-stays'] },
    { says: 'in others', apiVersion: 'policy/v1beta1', codes: ['release-in-removed-api', 'release-stays'] },
  ])('$says', ({ apiVersion, codes }) => {
    const kinds = [{ apiVersion, kind: 'PodDisruptionBudget' }]
    const found = releaseFindings({ namespace: 'shop', name: 'api', revision: '7', kinds }, green)
    expect(found.map((f) => f.code)).toEqual(codes)
    expect(found[0]?.about).toBe('Helm/shop/api')
    if (codes.length > 1) expect(found[0]?.message).toContain('revision 7 was rendered with policy/v1beta1')
  })

  test('is read of the revision that is deployed', () => {
    const secret = (type: string, status: string): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      type,
      metadata: { name: 'sh.helm.release.v1.api.v7', namespace: 'shop', labels: { status } },
    })
    expect(isDeployedRelease(secret('helm.sh/release.v1', 'deployed'))).toBe(true)
    expect(isDeployedRelease(secret('helm.sh/release.v1', 'superseded'))).toBe(false)
    expect(isDeployedRelease(secret('Opaque', 'deployed'))).toBe(false)
  })
})
