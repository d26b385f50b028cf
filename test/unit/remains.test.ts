import { expect, test } from 'vitest'
import type { Prices } from '../../src/domain/costs.ts'
import { blank, write } from '../../src/domain/journal.ts'
import type { GroupRule } from '../../src/domain/group-rules.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import {
  goesByItself,
  instancesLeft,
  isGroupOf,
  isInUse,
  remainsFindings,
  tagFinding,
  type Remains,
} from '../../src/domain/remains.ts'
import { reportOf } from '../../src/domain/report.ts'
import { aPlatform, clusterFacts, seal } from '../support/builders.ts'

const some = (kind: Remains['kind'], more: Partial<Remains> = {}): Remains => ({ kind, id: 'id-1', tags: {}, ...more })
const rule: GroupRule = { group: 'sg-db', name: 'db', direction: 'in', protocol: 'tcp', from: 5432, to: 5432 }
const prices = { currency: 'USD', instances: {}, loadBalancer: 0.02, storage: 0.1 }
const told = (it: Remains, known?: Prices) => {
  const [f] = remainsFindings([it], 'demo-1-35', known)
  return `${f?.about} ${f?.message} → ${f?.remedy}`
}

test.for([
  {
    says: 'a volume, its claim and what it costs',
    is: told(
      some('volume', {
        gigabytes: 100,
        tags: { 'kubernetes.io/created-for/pvc/namespace': 'shop', 'kubernetes.io/created-for/pvc/name': 'data-db-0' },
      }),
      prices,
    ),
    words:
      'volume id-1 is left of demo-1-35, of claim shop/data-db-0: 10.00 USD a month → see that nobody needs it, then: aws ec2 delete-volume --volume-id id-1',
  },
  {
    says: 'without a price it is unknown, and which one is named',
    is: told(some('volume', { gigabytes: 100, tags: { Team: 'scala' } }), { currency: 'USD', instances: {} }),
    words:
      'volume id-1 is left of demo-1-35, of scala: unknown a month (prices.storage is not in the platform file) → see that nobody needs it, then: aws ec2 delete-volume --volume-id id-1',
  },
  {
    says: 'a load balancer, and the Ingress that it was for',
    is: told(some('load balancer', { name: 'k8s-web', tags: { 'ingress.k8s.aws/stack': 'shop/web' } }), prices),
    words:
      'load balancer k8s-web (id-1) is left of demo-1-35, of Ingress shop/web: 14.60 USD a month → see that nobody needs it, then: aws elbv2 delete-load-balancer --load-balancer-arn id-1',
  },
  ...['alb', 'nlb'].map((of) => ({
    says: `a load balancer, and the Gateway that it was for: ${of}`,
    is: told(some('target group', { name: 'k8s-web', tags: { [`gateway.k8s.aws.${of}/stack`]: 'shop/web' } }), prices),
    words:
      'target group k8s-web (id-1) is left of demo-1-35, of Gateway shop/web: costs nothing by itself → see that nobody needs it, then: aws elbv2 delete-target-group --target-group-arn id-1',
  })),
  {
    says: 'an instance that nobody ends, and whose node it was',
    is: told(some('instance', { name: 'm6i.large', tags: { 'karpenter.sh/nodepool': 'spot' } }), {
      ...prices,
      instances: { 'm6i.large': 0.1 },
    }),
    words:
      'instance m6i.large (id-1) is left of demo-1-35, of NodePool spot: 73.00 USD a month → see that nobody needs it, then: aws ec2 terminate-instances --instance-ids id-1',
  },
  {
    says: 'a security group, and the rules that keep it',
    is: told(some('security group', { name: 'eks-cluster-sg-demo-1-35-1', namedBy: [rule] })),
    words:
      "security group eks-cluster-sg-demo-1-35-1 (id-1) is left of demo-1-35, of an unknown owner: costs nothing by itself; rules still name it, so EC2 does not delete it: sg-db (db) in tcp 5432 → have these rules taken out (aws ec2 revoke-security-group-ingress --group-id sg-db --ip-permissions 'IpProtocol=tcp,FromPort=5432,ToPort=5432,UserIdGroupPairs=[{GroupId=id-1}]'), then: aws ec2 delete-security-group --group-id id-1",
  },
])('$says', ({ is, words }) => expect(is).toBe(words))

test.for([
  { name: 'eks-cluster-sg-demo-1-35-1234567890', tags: {}, is: true },
  { name: 'eks-cluster-sg-demo-1-35-r2-1234567890', tags: {}, is: false },
  { name: 'nodes', tags: { 'kubernetes.io/cluster/demo-1-35': 'owned' }, is: true },
  { name: 'nodes', tags: { 'kubernetes.io/cluster/demo-1-35': 'shared' }, is: false },
])('$name $tags is of demo-1-35: $is', ({ name, tags, is }) => expect(isGroupOf('demo-1-35', { name, tags })).toBe(is))

test.for([
  { id: 'lt-green', tags: {}, is: true },
  { id: 'sg-1', tags: { 'kubernetes.io/cluster/demo-1-36': 'shared' }, is: true },
  { id: 'sg-1', tags: { 'kubernetes.io/cluster/demo-1-36-r2': 'owned' }, is: false },
  { id: 'sg-1', tags: {}, is: false },
])('$id $tags is green’s too: $is', ({ id, tags, is }) =>
  expect(isInUse({ id, tags }, { by: 'demo-1-36', ids: new Set(['lt-green']) })).toBe(is),
)

test('instances of it alone are left of it', () => {
  const of = (id: string, more: object) => ({ id, type: 'm6i.large', zone: 'a', vcpus: 2, spot: false, ...more })
  const running = [of('i-1', { cluster: 'demo-1-35' }), of('i-2', { cluster: 'demo-1-36' }), of('i-3', {})]
  expect(instancesLeft(running, 'demo-1-35').map(({ id }) => id)).toEqual(['i-1'])
})

test('tags that name it stay on what stays, until somebody takes them off', () => {
  const on = (id: string) => ({ id, name: '', tags: {} })
  expect(tagFinding([], 'demo-1-35')).toEqual([])
  expect(tagFinding([on('subnet-2'), on('subnet-1')], 'demo-1-35')).toMatchObject([
    {
      about: 'tag kubernetes.io/cluster/demo-1-35',
      remedy: expect.stringContaining(
        'aws ec2 delete-tags --resources subnet-1 subnet-2 --tags Key=kubernetes.io/cluster/demo-1-35',
      ),
    },
  ])
})

test('a group goes by itself as long as nobody names it', () => {
  expect(goesByItself(some('security group', { namedBy: [] }))).toBe(true)
  expect(goesByItself(some('security group', { namedBy: [rule] }))).toBe(false)
  expect(goesByItself(some('volume'))).toBe(false)
})

test('the report lists it with what is left to do by hand, and not among its findings', () => {
  const plan = seal(planUpgrade(aPlatform(), clusterFacts, []))
  const findings = remainsFindings([some('volume')], 'demo-1-35', undefined)
  const at = '2026-12-01T10:00:00.000Z'
  const record = { step: 'blue/remains', attempt: 1, state: 'done', startedAt: at, endedAt: at } as const
  const journal = write(blank, { ...record, receipt: { note: '1 thing', findings } })
  const report = reportOf([{ plan, journal, goingBack: false }], {
    gates: [],
    ahead: [],
    log: [],
    requester: '',
    members: {},
  })
  expect(report.leftovers).toEqual([expect.stringMatching(/^volume id-1 is left of demo-1-35/)])
  expect(report.findings).toEqual([])
})
