import { expect, test } from 'vitest'
import type { GroupRule } from '../../src/domain/group-rules.ts'
import { namesBlue, type Naming } from '../../src/domain/names-blue.ts'

const cluster = 'demo-1-35'
const key = `kubernetes.io/cluster/${cluster}`
const rule: GroupRule = { group: 'sg-db', name: 'orders-db', direction: 'in', protocol: 'tcp', from: 5432, to: 5432 }
const many = Array.from({ length: 60 }, (_, n) => `subnet-${100 + n}`)
const nothing: Naming = { group: 'sg-blue', rules: [], ofCluster: [], ofDiscovery: [] }
const tagged = (id: string, tags: Record<string, string> = {}) => ({ id, name: '', tags })

test.for<[says: string, naming: Partial<Naming>, told: string[]]>([
  ['nothing', {}, []],
  [
    'a rule of another group',
    { rules: [rule] },
    [
      "sg-db (orders-db) in tcp 5432 → not before demo-1-35 is gone: aws ec2 revoke-security-group-ingress --group-id sg-db --ip-permissions 'IpProtocol=tcp,FromPort=5432,ToPort=5432,UserIdGroupPairs=[{GroupId=sg-blue}]'",
    ],
  ],
  [
    'a rule outwards, about everything',
    { rules: [{ group: 'sg-db', name: 'db', direction: 'out', protocol: '-1' }] },
    [
      "sg-db (db) out everything → not before demo-1-35 is gone: aws ec2 revoke-security-group-egress --group-id sg-db --ip-permissions 'IpProtocol=-1,UserIdGroupPairs=[{GroupId=sg-blue}]'",
    ],
  ],
  [
    'tags of subnets, in one command; also where green’s stands beside them',
    { ofCluster: [tagged('subnet-2'), tagged('subnet-1', { 'kubernetes.io/cluster/demo-1-36': 'shared' })] },
    [`tag ${key} → not before demo-1-35 is gone: aws ec2 delete-tags --resources subnet-1 subnet-2 --tags Key=${key}`],
  ],
  [
    'a tag by which Karpenter finds them: with its value, as green’s may be there by then, and not while green’s Karpenter needs it',
    { ofDiscovery: [tagged('sg-nodes')] },
    [
      'tag karpenter.sh/discovery: demo-1-35 → not before demo-1-35 is gone, and only once no EC2NodeClass of another cluster selects by it (there: kubectl get ec2nodeclasses -o yaml): aws ec2 delete-tags --resources sg-nodes --tags Key=karpenter.sh/discovery,Value=demo-1-35',
    ],
  ],
  [
    'tags of more than a command can be read with',
    { ofCluster: many.map((id) => tagged(id)) },
    [
      `tag ${key} → not before demo-1-35 is gone: aws ec2 delete-tags --resources ${many.slice(0, 50).join(' ')} --tags Key=${key}; aws ec2 delete-tags --resources ${many.slice(50).join(' ')} --tags Key=${key}`,
    ],
  ],
  [
    'what goes with it',
    {
      ofCluster: [
        tagged('sg-blue'),
        tagged('sg-1', { 'aws:eks:cluster-name': cluster }),
        tagged('sg-2', { 'elbv2.k8s.aws/cluster': cluster }),
      ],
    },
    [],
  ],
])('of a blue that is named by %s', ([, naming, told]) => {
  const found = namesBlue(cluster, { ...nothing, ...naming })
  expect(found.map(({ about, remedy }) => `${about} → ${remedy}`)).toEqual(told)
  expect(found.every(({ code, level }) => code === 'names-blue' && level === 'info')).toBe(true)
})
