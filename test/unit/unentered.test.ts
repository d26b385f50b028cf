import { expect, test } from 'vitest'
import type { Remains } from '../../src/domain/remains.ts'
import { leftUnseen } from '../../src/domain/unentered.ts'

const [cluster, other] = ['demo-1-36', 'demo-1-35']
const owned = { [`kubernetes.io/cluster/${cluster}`]: 'owned' }
const some = (kind: Remains['kind'], more: Partial<Remains> = {}): Remains => ({
  kind,
  id: 'id-1',
  tags: owned,
  ...more,
})

test.for<{ says: string; remains?: readonly Remains[]; parts?: readonly string[]; is: string | undefined }>([
  { says: 'nothing that carries its name', is: undefined },
  {
    says: 'a load balancer',
    remains: [some('load balancer', { name: 'k8s-web' })],
    is: 'load balancer k8s-web (id-1)',
  },
  { says: 'a target group', remains: [some('target group')], is: 'target group id-1' },
  { says: 'a volume', remains: [some('volume')], is: 'volume id-1' },
  {
    says: 'a group of a load balancer',
    remains: [some('security group', { name: 'k8s-traffic-demo136-0a' })],
    is: 'security group k8s-traffic-demo136-0a (id-1)',
  },
  {
    says: 'the group that EKS made with it, and deletes',
    remains: [some('security group', { name: `eks-cluster-sg-${cluster}-12345` })],
    is: undefined,
  },
  {
    says: 'the group of another one whose name begins alike',
    remains: [some('security group', { name: `eks-cluster-sg-${cluster}-r2-12345` })],
    is: 'security group',
  },
  {
    says: 'a group that is tagged for both',
    remains: [some('security group', { tags: { ...owned, [`kubernetes.io/cluster/${other}`]: 'owned' } })],
    is: undefined,
  },
  {
    says: 'what goes with it, or by its own step',
    remains: [some('network interface'), some('launch template'), some('log group'), some('instance')],
    is: undefined,
  },
  { says: 'nodes, whose drivers may not tag', parts: ['node group general'], is: 'it has node group general' },
  { says: 'more than a line takes', remains: Array.from({ length: 6 }, () => some('volume')), is: 'and 3 more of it' },
])('where nobody can look into it, what may be left of it: $says', ({ remains = [], parts = [], is }) => {
  const why = leftUnseen({ cluster, other, parts, remains })
  if (is === undefined) expect(why).toBeUndefined()
  else expect(why).toContain(is)
})
