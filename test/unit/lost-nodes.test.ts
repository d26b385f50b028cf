import { expect, test } from 'vitest'
import { isOver, leftInWords, lostNode } from '../../src/domain/lost-nodes.ts'

const aNode = (ready: 'True' | 'False' | 'Unknown' | undefined, providerID?: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1' },
  spec: { ...(providerID !== undefined && { providerID }) },
  status: {
    conditions:
      ready === undefined ? [] : [{ type: 'Ready', status: ready, lastTransitionTime: '2026-11-25T12:00:00Z' }],
  },
})
const EC2 = 'aws:///ap-northeast-1a/i-0123456789abcdef0'
const since = '2026-11-25T12:00:00Z'

test.for([
  { says: 'a node that answers is not lost', node: aNode('True', EC2), lost: undefined },
  {
    says: 'one whose kubelet is not heard of is',
    node: aNode('Unknown', EC2),
    lost: { node: 'node-1', since, instance: 'i-0123456789abcdef0' },
  },
  {
    says: 'one whose kubelet says itself that it is not ready does not tell of pods either',
    node: aNode('False', EC2),
    lost: { node: 'node-1', since, instance: 'i-0123456789abcdef0' },
  },
  {
    says: 'one that never said anything is lost since nobody knows when',
    node: aNode(undefined, EC2),
    lost: { node: 'node-1', instance: 'i-0123456789abcdef0' },
  },
  {
    says: 'a node of Fargate is no instance',
    node: aNode('Unknown', 'aws:///ap-northeast-1a/4f5-8d/fargate-ip-10-0-0-1.ap-northeast-1.compute.internal'),
    lost: { node: 'node-1', since },
  },
  {
    says: 'nor is one outside of AWS, whatever it is called',
    node: aNode('Unknown', 'eks-hybrid:///ap-northeast-1/demo/i-0123456789abcdef0'),
    lost: { node: 'node-1', since },
  },
])('$says', ({ node, lost }) => expect(lostNode(node)).toEqual(lost))

test.for([
  ['pending', false],
  ['running', false],
  ['shutting-down', false],
  ['stopping', false],
  ['stopped', false],
  ['terminated', true],
  [undefined, false],
] as const)('an instance that is %s is the end of what ran on it: %s', ([state, over]) =>
  expect(isOver({ pod: 'a', lost: { node: 'n', instance: 'i-1', ...(state && { state }) } })).toBe(over),
)

test('a pod whose node answers, or of which nothing is known, may be at work', () =>
  expect(isOver({ pod: 'a' })).toBe(false))

test('a node is told once, with what ends the waiting', () => {
  const lost = { node: 'n', since, instance: 'i-1', state: 'running' }
  const left = [{ pod: 'a', lost }, { pod: 'b', lost }, { pod: 'c' }, { pod: 'd' }]
  expect(leftInWords(left, 'actor', 'demo-1-35')).toBe(
    `4 pods of actor still run on demo-1-35: a, b, c. Node n does not answer since ${since}, and what is on it may be at work until its instance i-1, which is running, is terminated (aws ec2 terminate-instances --instance-ids i-1)`,
  )
})
