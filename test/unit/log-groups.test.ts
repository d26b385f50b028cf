import { expect, test } from 'vitest'
import { logFacts, logFindings } from '../../src/domain/log-groups.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import { leaves } from '../../src/domain/steps.ts'
import { aPlatform, clusterFacts } from '../support/builders.ts'

const name = '/aws/eks/demo-1-35/cluster'

test.for([
  ['no group', undefined, {}, 0],
  ['one that is kept for ever', { name }, {}, 0],
  ['one that is kept for a time', { name, retentionDays: 90 }, { logRetention: true }, 0],
  ['one with a key', { name, kmsKey: 'arn:aws:kms:key' }, {}, 1],
] as const)('of %s a plan knows what to do, and people what it does not do', ([, blue, facts, told]) => {
  expect(logFacts(blue)).toEqual(facts)
  const found = logFindings(blue, 'demo-1-36')
  expect(found).toHaveLength(told)
  for (const finding of found) {
    expect(finding).toMatchObject({ level: 'info', code: 'log-key', about: name })
    expect(finding.remedy).toContain('--log-group-name /aws/eks/demo-1-36/cluster --kms-key-id arn:aws:kms:key')
  }
})

test('it is a step of provision, which goes back with the cluster, only where a time was chosen', () => {
  const provision = (facts: typeof clusterFacts) =>
    planUpgrade(aPlatform(), facts, []).phases.find((p) => p.name === 'provision')
  const ids = (facts: typeof clusterFacts) => leaves(provision(facts)?.forward ?? []).map((step) => step.id)
  expect(ids({ ...clusterFacts, logRetention: true })).toContain('logs/retention')
  expect(ids(clusterFacts)).not.toContain('logs/retention')
})
