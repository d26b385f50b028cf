import { expect, test } from 'vitest'
import {
  askedAbout,
  missingTags,
  networkTagFindings,
  tagCommand,
  tagsToAdd,
  type Tagged,
} from '../../src/domain/network-tags.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import { leaves } from '../../src/domain/steps.ts'
import { anAdoptingPlatform, aPlatform, clusterFacts } from '../support/builders.ts'

const sides = { blue: 'demo-1-35', green: 'demo-1-36' }
const [BLUE, GREEN] = ['kubernetes.io/cluster/demo-1-35', 'kubernetes.io/cluster/demo-1-36']
const a = (id: string, tags: Tagged['tags'], name = ''): Tagged => ({ id, name, tags: { [BLUE]: 'shared', ...tags } })

test.for([
  ['nothing', [], []],
  ['subnets', [a('subnet-2', {}), a('subnet-1', {})], [{ value: 'shared', ids: ['subnet-1', 'subnet-2'] }]],
  ['a group that is owned', [a('sg-1', { [BLUE]: 'owned' })], [{ value: 'owned', ids: ['sg-1'] }]],
  ['a tag of 1 as older tools wrote it', [a('subnet-1', { [BLUE]: '1' })], [{ value: 'shared', ids: ['subnet-1'] }]],
  ['what green has, in whatever words', [a('subnet-1', { [GREEN]: 'owned' })], []],
  ['what EKS made for blue', [a('sg-1', { 'aws:eks:cluster-name': 'demo-1-35' })], []],
  ['a load balancer of its controller', [a('sg-1', { 'elbv2.k8s.aws/cluster': 'demo-1-35' })], []],
  ['a load balancer of the cloud provider', [a('sg-1', {}, 'k8s-elb-0123')], []],
] as const)('of %s green needs a tag or not', ([, found, missing]) => {
  expect(missingTags(found, sides)).toEqual(missing)
})

test.for([
  ['a green that is made in blue’s', undefined, ['subnet-1', 'subnet-2', 'sg-1']],
  ['a green that has one of them', ['subnet-2', 'subnet-9'], ['subnet-1', 'subnet-2', 'sg-1']],
  ['a green in subnets of its own', ['subnet-8', 'subnet-9'], []],
  ['a green in subnets of its own, with a group of blue’s', ['subnet-9', 'sg-1'], ['sg-1']],
] as const)('what is tagged for blue and asked about for %s', ([, own, asked]) => {
  const found = [a('subnet-1', {}), a('subnet-2', {}), a('sg-1', {})]
  expect(askedAbout(found, own && new Set<string>(own)).map(({ id }) => id)).toEqual(asked)
})

test('it is told ahead, with the command, and what cannot name both is told too', () => {
  const [tag, discovery] = networkTagFindings(sides, {
    ofCluster: [a('subnet-1', {})],
    ofDiscovery: [a('subnet-2', {}), a('subnet-1', {}), a('sg-1', { 'aws:eks:cluster-name': 'demo-1-35' })],
  })
  expect(tag).toMatchObject({ level: 'warning', code: 'network-tag', about: BLUE })
  expect(tag?.remedy).toContain(tagCommand({ value: 'shared', ids: ['subnet-1'] }, 'demo-1-36'))
  expect(tagCommand({ value: 'owned', ids: ['sg-1', 'sg-2'] }, 'demo-1-36')).toBe(
    'aws ec2 create-tags --resources sg-1 sg-2 --tags Key=kubernetes.io/cluster/demo-1-36,Value=owned',
  )
  expect(discovery).toMatchObject({ code: 'network-discovery-tag', about: 'karpenter.sh/discovery: demo-1-35' })
  expect(discovery?.message).toMatch(/^it is on subnet-1, subnet-2, a tag has one value/)
  expect(networkTagFindings(sides, { ofCluster: [], ofDiscovery: [] })).toEqual([])
})

test('of many as many commands as can be read, and how many are left', () => {
  const ids = Array.from({ length: 130 }, (_, n) => `subnet-${String(n).padStart(17, '0')}`)
  const words = tagsToAdd([{ value: 'shared', ids }], 'demo-1-36', 'norikae requested demo')
  expect(words.length).toBeLessThan(3_000)
  expect(words).toMatch(
    /^aws ec2 create-tags --resources subnet-0.*; and 2 more such commands: norikae requested demo$/,
  )
  expect(tagsToAdd([{ value: 'shared', ids: ids.slice(0, 2) }], 'demo-1-36', '')).toBe(
    tagCommand({ value: 'shared', ids: ids.slice(0, 2) }, 'demo-1-36'),
  )
})

test('a plan waits for it before the platform’s own apps come, and only where something is missing', () => {
  const steps = (facts: typeof clusterFacts, platform = aPlatform()) =>
    leaves(planUpgrade(platform, facts, []).phases.find((p) => p.name === 'provision')?.forward ?? []).map((s) => s.id)
  expect(steps({ ...clusterFacts, networkTags: true }).at(-1)).toBe('network/tags')
  expect(steps(clusterFacts)).not.toContain('network/tags')
  expect(steps({ ...clusterFacts, networkTags: true }, anAdoptingPlatform())).toEqual(['adopt', 'network/tags'])
})
