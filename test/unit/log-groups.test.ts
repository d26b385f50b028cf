import { expect, test } from 'vitest'
import { logFacts, logFindings } from '../../src/domain/log-groups.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import { leaves } from '../../src/domain/steps.ts'
import { aPlatform, clusterFacts } from '../support/builders.ts'

const name = '/aws/eks/demo-1-35/cluster'
const arn = `arn:aws:logs:eu-west-1:1:log-group:${name}`

test.for([
  ['no group', [], undefined, {}, 0],
  ['no group by now, of a cluster that writes', ['audit'], undefined, { logGroup: true }, 0],
  ['one that nothing is written into any more', [], { name, arn, retentionDays: 90 }, { logRetention: true }, 0],
  ['one that is kept for ever', ['audit'], { name, arn }, { logGroup: true }, 0],
  [
    'one that is kept for a time',
    ['audit'],
    { name, arn, retentionDays: 90 },
    { logGroup: true, logRetention: true },
    0,
  ],
  ['one with a key', ['api'], { name, arn, kmsKey: 'arn:aws:kms:key' }, { logGroup: true }, 1],
] as const)('of %s a plan knows what to do, and people what it does not do', ([, writes, blue, facts, told]) => {
  expect(logFacts(writes, blue)).toEqual(facts)
  const found = logFindings(blue, 'demo-1-36')
  expect(found).toHaveLength(told)
  for (const finding of found) {
    expect(finding).toMatchObject({ level: 'info', code: 'log-key', about: name })
    expect(finding.remedy).toContain('--log-group-name /aws/eks/demo-1-36/cluster --kms-key-id arn:aws:kms:key')
  }
})

test('it is made before green, goes after it, and is kept for a time only where one was chosen', () => {
  const provision = (facts: typeof clusterFacts) =>
    planUpgrade(aPlatform(), facts, []).phases.find((p) => p.name === 'provision')
  const ids = (facts: typeof clusterFacts) => leaves(provision(facts)?.forward ?? []).map((step) => step.id)
  const writing = { ...clusterFacts, logGroup: true } as const
  expect(ids(writing).slice(0, 2)).toEqual(['logs/group', 'cluster/create'])
  expect(ids({ ...writing, logRetention: true })).toContain('logs/retention')
  expect(ids(clusterFacts).filter((id) => id.startsWith('logs/'))).toEqual([])
  const back = (facts: typeof clusterFacts) => leaves(provision(facts)?.back ?? []).map((step) => step.id)
  expect(back(writing).slice(-3)).toEqual(['cluster/delete', 'logs/group/delete', 'green/remains'])
  expect(back(clusterFacts).slice(-2)).toEqual(['cluster/delete', 'green/remains'])
})
