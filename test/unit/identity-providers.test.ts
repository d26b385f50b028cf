import { expect, test } from 'vitest'
import type { IdentityProvider } from '../../src/domain/eks-objects.ts'
import { identityProviderFindings, newIdentityProvider } from '../../src/domain/identity-providers.ts'
import { capabilityFindings } from '../../src/domain/capabilities.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import { leaves } from '../../src/domain/steps.ts'
import { aPlatform, clusterFacts } from '../support/builders.ts'

const provider: IdentityProvider = {
  name: 'corp',
  status: 'ACTIVE',
  issuerUrl: 'https://id.example.com',
  clientId: 'kubernetes',
  groupsPrefix: 'corp:',
  requiredClaims: { hd: 'example.com' },
  tags: { team: 'sre', 'eksctl.cluster.k8s.io/x': 'x' },
}

test('a provider is asked for as it is', () => {
  const { status: _s, ...asked } = provider
  expect(
    newIdentityProvider(
      { ...provider, unknown: ['new'] },
      { platform: 'demo', run: 'r', blue: 'demo-1-35', green: 'demo-1-36' },
    ),
  ).toEqual({
    ...asked,
    tags: { team: 'sre', 'norikae.io/platform': 'demo', 'norikae.io/run': 'r' },
  })
})

test.for([
  ['as it should be', 'ACTIVE', ['info']],
  ['that is still made', 'CREATING', ['blocker', 'info']],
] as const)('of a provider %s is told what to know', ([, status, levels]) => {
  expect(identityProviderFindings([{ ...provider, status }]).map((f) => f.level)).toEqual(levels)
})

test('it is the last part of green, and goes with green and with blue', () => {
  const { phases } = planUpgrade(aPlatform(), { ...clusterFacts, identityProviders: ['corp'] }, [])
  const provision = phases.find((p) => p.name === 'provision')
  expect(
    leaves(provision?.forward ?? [])
      .map((s) => s.id)
      .at(-1),
  ).toBe('identity-provider/corp')
  const deletion = leaves(provision?.back ?? []).find((s) => s.id === 'cluster/delete')
  expect(deletion?.undoes).toContain('identity-provider/corp')
})

test.for([
  ['ARGOCD', /move its Applications/],
  ['ACK', /adoption-policy/],
  ['KRO', /make the same one on green/],
  ['NEXT', /by hand/],
] as const)('of a capability of type %s is told what to do', ([type, remedy]) => {
  const [finding] = capabilityFindings([{ name: 'c', type }])
  expect(finding).toMatchObject({ level: 'blocker', code: 'capability', about: 'c' })
  expect(finding?.remedy).toMatch(remedy)
})
