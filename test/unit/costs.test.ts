import { expect, test } from 'vitest'
import { costInAll, costNow } from '../../src/domain/both-clusters.ts'
import { keepingInWords, keepingOf, spent, spentInWords, typedBy, type Prices } from '../../src/domain/costs.ts'
import { blank, write, type Journal } from '../../src/domain/journal.ts'
import type { Requested } from '../../src/domain/ownership.ts'
import { intent } from '../../src/domain/plan.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import { aPlatform, clusterFacts, seal } from '../support/builders.ts'

const nodes = (instanceTypes: string[], desiredSize = 3, name = 'general') => ({
  name,
  scalingConfig: { minSize: 1, maxSize: 9, desiredSize },
  instanceTypes,
})
const prices: Prices = { currency: 'USD', cluster: 0.1, instances: { 'm6i.large': 0.1, 'm5.large': 0.2 } }
const versions = [
  { version: '1.33', status: 'EXTENDED_SUPPORT' },
  { version: '1.36', status: 'STANDARD_SUPPORT' },
]
const from = (version: string, nodegroups = [nodes(['m6i.large'])], some = prices) =>
  keepingInWords(keepingOf(some, { version, targetVersion: '1.36', nodegroups }, versions))

test.for([
  // 24 h of a control plane and three nodes, twice.
  { says: 'both alike', is: from('1.36'), words: '19.20 USD a day for both clusters' },
  {
    says: 'of several types the dearest',
    is: from('1.36', [nodes(['m6i.large', 'm5.large'])]),
    words: '33.60 USD a day for both clusters',
  },
  {
    says: 'no nodes now cost nothing, whatever they are',
    is: from('1.36', [nodes(['x9.huge'], 0)]),
    words: '4.80 USD a day for both clusters',
  },
  {
    says: 'extended support is six times as dear',
    is: from('1.33'),
    words: "31.20 USD a day for both clusters, 12.00 USD of it for blue's extended support",
  },
  {
    says: 'unless its own price is told',
    is: from('1.33', [], { ...prices, extendedSupport: 0.2 }),
    words: "7.20 USD a day for both clusters, 2.40 USD of it for blue's extended support",
  },
  {
    says: 'what has no price is named, each once',
    is: from('1.36', [nodes(['x9.huge']), nodes(['x9.huge'], 1, 'batch'), nodes([], 1, 'own')]),
    words:
      'at least 4.80 USD a day for both clusters (unknown: prices.instances.x9.huge, the instance type of node group own, which EKS does not tell)',
  },
  {
    says: 'without any price nothing is known',
    is: from('1.33', [], { currency: 'USD', instances: {} }),
    words: 'unknown what both clusters cost a day (unknown: prices.cluster, prices.extendedSupport)',
  },
])('$says', ({ is, words }) => expect(is).toBe(words))

test('what a launch template says of its instances counts', () => {
  const [group, other] = [nodes([], 1, 'own'), nodes([], 1, 'other')]
  const told = typedBy(
    [group, other],
    [
      { group, template: { settings: { InstanceType: 'm6i.large' } } },
      { group: other, template: undefined },
    ],
  )
  expect(told.map((g) => g.instanceTypes)).toEqual([['m6i.large'], []])
})

const keeping = { currency: 'USD', blue: 10, green: 8, missing: [] }
const plan = seal(planUpgrade(aPlatform(), { ...clusterFacts, keeping }, []))
const at = (day: number) => new Date(Date.UTC(2026, 11, day)).toISOString()
const journal = (...steps: (readonly [string, number, number])[]): Journal =>
  steps.reduce(
    (all, [step, began, ended]) =>
      write(all, { step, attempt: 1, state: 'done', startedAt: at(began), endedAt: at(ended) }),
    blank,
  )
const run = (its: Journal) => ({ plan, journal: its, goingBack: false })

test('what they come to since green began', () => {
  expect(spentInWords(spent(keeping, at(1), at(8)))).toBe(
    '126.00 USD for both clusters in the 7.0 days since green began',
  )
  const some = { ...keeping, missing: ['prices.cluster'] }
  expect(spentInWords(spent(some, at(1), at(2)))).toBe(
    'at least 18.00 USD for both clusters in the 1.0 days since green began (unknown: prices.cluster)',
  )
})

test.for([
  { says: 'before green there is none to tell', its: journal(), now: { ...keeping }, all: undefined },
  { says: 'while there are both', its: journal(['cluster/create', 1, 2]), now: { ...keeping, since: at(1) }, all: 1 },
  {
    says: 'until blue is gone',
    its: journal(['cluster/create', 1, 2], ['blue/delete', 8, 9], ['x', 9, 20]),
    now: undefined,
    all: 8,
  },
  {
    says: 'where all went back, until that was over',
    its: { steps: {}, archive: Object.values(journal(['cluster/create', 1, 2], ['cluster/delete', 3, 4]).steps) },
    now: { ...keeping },
    all: 3,
  },
])('$says', ({ its, now, all }) => {
  expect(costNow(run(its))).toEqual(now)
  expect(costInAll(run(its))?.days).toBe(all)
})

const owner = { tool: 'terraform' } as const
const removed = (...requested: Requested[]) =>
  seal(planUpgrade(aPlatform(), { ...clusterFacts, keeping, requested }, []))
const adopted = aPlatform({ adopted: { arn: 'arn:green', createdAt: at(1) } })

test.for([
  {
    says: 'a green that others made, since it was taken over',
    of: seal(planUpgrade(adopted, { ...clusterFacts, keeping }, [])),
    its: journal(['adopt', 3, 4]),
    since: at(3),
    all: 1,
  },
  {
    says: 'a blue that others remove, until it is gone',
    of: removed({ kind: 'cluster', name: 'toy-1-35', owner }),
    its: journal(['cluster/create', 1, 2], ['blue/removal', 8, 9], ['x', 9, 20]),
    since: undefined,
    all: 8,
  },
  {
    says: 'one of which they remove a part only, until Norikae has deleted it',
    of: removed({ kind: 'node group', name: 'a', owner }),
    its: journal(['cluster/create', 1, 2], ['blue/removal', 8, 9], ['blue/delete', 9, 10]),
    since: undefined,
    all: 9,
  },
])('$says', ({ of, its, since, all }) => {
  const it = { plan: of, journal: its, goingBack: false }
  expect(costNow(it)?.since).toBe(since)
  expect(costInAll(it)?.days).toBe(all)
})

test('it is read wherever people are asked, and changes no digest', () => {
  const gates = plan.phases.flatMap((p) => p.forward).filter((s) => s.kind === 'gate')
  expect(gates.map((g) => g.title.split('; ').at(-1))).toEqual(Array(2).fill('18.00 USD a day for both clusters'))
  expect(intent(plan)).toBe(intent(planUpgrade(aPlatform(), clusterFacts, [])))
})
