import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { madeFindings, missingFindings } from '../../src/domain/made-elsewhere.ts'
import { isForPulling, pullSecretFindings, pullSecretsOf } from '../../src/domain/pull-secrets.ts'

const web = (pod: object): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { template: { spec: pod } },
})
const account = (name: string, secrets: readonly string[], namespace = 'shop'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace },
  imagePullSecrets: secrets.map((secret) => ({ name: secret })),
})
const own = { imagePullSecrets: [{ name: 'registry' }] }

describe('what images are pulled with', () => {
  test.for([
    { says: 'is what pods name', pod: own, accounts: [], is: ['registry'] },
    { says: 'is nothing where nobody names anything', pod: {}, accounts: [account('default', [])], is: [] },
    {
      says: 'is what their account names, where they name nothing',
      pod: { serviceAccountName: 'web' },
      accounts: [account('other', ['no']), account('web', ['no'], 'elsewhere'), account('web', ['of-account'])],
      is: ['of-account'],
    },
    { says: 'is what the default account names', pod: {}, accounts: [account('default', ['d'])], is: ['d'] },
    {
      says: 'is nothing of an account beside their own',
      pod: own,
      accounts: [account('default', ['d'])],
      is: ['registry'],
    },
  ])('$says', ({ pod, accounts, is }) => expect(pullSecretsOf(web(pod), accounts)).toEqual(is))

  test('is told where blue does not have it, once', () => {
    const workloads = [web(own), web(own)]
    expect(pullSecretFindings(workloads, [], new Set(['registry']))).toEqual([])
    expect(pullSecretFindings(workloads, [], new Set()).map((f) => `${f.level} ${f.code} ${f.about}`)).toEqual([
      'warning pull-secret-missing Secret/shop/registry',
    ])
  })

  test.for([
    ['kubernetes.io/dockerconfigjson', true],
    ['kubernetes.io/dockercfg', true],
    ['Opaque', false],
  ] as const)('is no Secret of another type: %s', ([type, is]) =>
    expect(isForPulling({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'registry' }, type })).toBe(is),
  )
})

describe('what a controller makes to pull images with', () => {
  const made = [{ namespace: 'shop', name: 'registry', by: 'ExternalSecret registry' }]
  const codes = (pod: object, accounts: readonly KubernetesObject[] = []) =>
    [...madeFindings([web(pod)], accounts, made), ...missingFindings([web(pod)], accounts, made, () => false)].map(
      (f) => `${f.level} ${f.code}`,
    )

  test('is told, and does not block: green’s nodes may pull by themselves', () => {
    const told = ['warning secret-made-elsewhere', 'warning pull-secret-missing']
    expect(codes(own)).toEqual(told)
    expect(codes({}, [account('default', ['registry'])])).toEqual(told)
  })

  test('blocks where pods do not start without it', () => {
    const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 'registry', key: 'a' } } }]
    expect(codes({ ...own, containers: [{ env }] })).toEqual([
      'warning secret-made-elsewhere',
      'blocker secret-missing',
    ])
  })
})
