import { expect, test } from 'vitest'
import type { FargateProfile } from '../../src/domain/eks-objects.ts'
import { fargateFindings, newFargateProfile } from '../../src/domain/fargate.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import { aPlatform, clusterFacts } from '../support/builders.ts'

const profile: FargateProfile = {
  name: 'batch',
  status: 'ACTIVE',
  podExecutionRoleArn: 'arn:aws:iam::123456789012:role/pods',
  subnets: ['subnet-1'],
  selectors: [{ namespace: 'batch', labels: { on: 'fargate' } }],
  tags: { team: 'scala', 'aws:cloudformation:stack-name': 'x' },
  healthIssues: [],
}

test('a profile is asked for as it is', () => {
  const { status: _s, healthIssues: _h, ...copied } = profile
  expect(newFargateProfile(profile, { platform: 'demo', run: 'r', blue: 'demo-1-35', green: 'demo-1-36' })).toEqual({
    ...copied,
    tags: { team: 'scala', 'norikae.io/platform': 'demo', 'norikae.io/run': 'r' },
  })
})

test.for([
  ['as it should be', {}, []],
  ['that is going', { status: 'DELETING' }, ['its status is DELETING']],
  ['that is not well', { healthIssues: ['PodExecutionRoleAlreadyInUse: x'] }, ['PodExecutionRoleAlreadyInUse: x']],
] as const)('of a profile %s what stands in the way is told', ([, more, messages]) => {
  expect(fargateFindings([{ ...profile, ...more }]).map((f) => f.message)).toEqual(messages)
})

test('profiles are made one after the other, go one after the other, and go with blue', () => {
  const { phases } = planUpgrade(aPlatform(), { ...clusterFacts, fargateProfiles: ['b', 'a'] }, [])
  const its = (phase: string, way: 'forward' | 'back') =>
    (phases.find((p) => p.name === phase)?.[way] ?? []).map((s) => s.id).filter((id) => id.includes('fargate'))
  expect(its('provision', 'forward')).toEqual(['fargate/a/create', 'fargate/b/create'])
  expect(its('provision', 'back')).toEqual(['fargate/b/delete', 'fargate/a/delete'])
  expect(its('decommission', 'forward')).toEqual(['blue/fargate/a', 'blue/fargate/b'])
})
