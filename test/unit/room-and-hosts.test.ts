import { expect, test } from 'vitest'
import { authorityFindings } from '../../src/domain/certificate-authorities.ts'
import type { LaunchTemplate } from '../../src/domain/ec2-objects.ts'
import { aNodeGroup } from '../support/eks.ts'
import { keyFindings, keysOfNodes } from '../../src/domain/encryption-key.ts'
import { hostFindings, type RunningPod } from '../../src/domain/hosts-on-blue.ts'
import { quotaFindings, quotaFindingsAround, type RunningInstance } from '../../src/domain/quotas.ts'

/** Quotas, the encryption key, certificate authorities, and what an upgrade itself lives on. */

const some = (n: number, type: string, more: Partial<RunningInstance> = {}): RunningInstance[] =>
  Array.from({ length: n }, (_, n) => ({ id: `i-${n}`, type, zone: 'a', vcpus: 4, spot: false, ...more }))
const nodes = (n: number, more: Partial<RunningInstance> = {}) => some(n, 'm7i.xlarge', { cluster: 'blue', ...more })
const enough = { clusters: 100, onDemand: 1000, spot: 1000 }

test.for<{
  says: string
  clusters?: number
  instances: readonly RunningInstance[]
  allowed?: Partial<Record<keyof typeof enough, number | undefined>>
  are: readonly string[]
}>([
  { says: 'there is room', instances: nodes(10), are: [] },
  { says: 'no cluster more may be', clusters: 100, instances: [], are: ['blocker eks L-1194D53C'] },
  { says: 'one cluster more may be', clusters: 99, instances: [], are: ['warning eks L-1194D53C'] },
  // 40 vCPUs of blue's, 20 of others': with green's, 100.
  {
    says: 'vCPUs are just enough',
    instances: [...nodes(10), ...some(5, 'c7g.xlarge')],
    allowed: { onDemand: 100 },
    are: ['warning ec2 L-1216C47A'],
  },
  {
    says: 'one vCPU is missing',
    instances: [...nodes(10), ...some(5, 'c7g.xlarge')],
    allowed: { onDemand: 99 },
    are: ['blocker ec2 L-1216C47A'],
  },
  {
    says: 'others are of families that count apart',
    instances: [...nodes(10), ...some(50, 'g5.xlarge'), ...some(50, 'inf2.xlarge')],
    allowed: { onDemand: 100 },
    are: [],
  },
  {
    says: "blue's are Spot",
    instances: nodes(10, { spot: true }),
    allowed: { onDemand: 1, spot: 79 },
    are: ['blocker ec2 L-34B43A08'],
  },
  {
    says: 'others have it all, and blue has no instances',
    instances: some(50, 'm7i.xlarge'),
    allowed: { onDemand: 200 },
    are: [],
  },
  { says: 'AWS does not say', instances: nodes(10), allowed: { onDemand: undefined }, are: [] },
])('quotas where $says', ({ clusters = 2, instances, allowed, are }) => {
  const found = quotaFindings('blue', { clusters, instances }, { ...enough, ...allowed })
  expect(found.map((f) => `${f.level} ${f.about}`)).toEqual(are)
})

const arns = (n: number) => Array.from({ length: n }, (_, i) => `arn:${i}`)

test.for<{
  says: string
  used?: number
  ofBlue?: number
  ofGreen?: number
  /** Behind rules. */
  groups?: number
  /** That controllers of blue have made, the former among them. */
  made?: number
  more?: number
  are: readonly string[]
}>([
  { says: 'there is room for all', groups: 10, are: [] },
  { says: 'green makes none of it', used: 50, ofBlue: 0, groups: 0, more: 0, are: [] },
  { says: 'load balancers are just enough', used: 48, are: ['warning elasticloadbalancing L-53DA6B97'] },
  { says: 'one load balancer is missing', used: 49, are: ['blocker elasticloadbalancing L-53DA6B97'] },
  { says: 'green is there, and has its own', used: 50, ofBlue: 20, ofGreen: 20, are: [] },
  { says: 'green has more than blue', used: 50, ofBlue: 2, ofGreen: 3, are: [] },
  {
    says: 'green is there, and has some of them',
    used: 40,
    ofBlue: 20,
    ofGreen: 9,
    are: ['blocker elasticloadbalancing L-53DA6B97'],
  },
  { says: 'a target group is missing', groups: 91, are: ['blocker elasticloadbalancing L-B22855CB'] },
  { says: 'one of controllers is missing', made: 91, are: ['blocker elasticloadbalancing L-B22855CB'] },
  { says: 'those of rules are among them', groups: 40, made: 80, are: [] },
  { says: 'an issuer is missing', more: 2, are: ['blocker iam L-858F3967'] },
])('around green: $says', ({ used = 2, ofBlue = 2, ofGreen = 0, groups = 0, made = 0, more = 0, are }) => {
  const found = quotaFindingsAround(
    {
      balancing: {
        application: { used, ofBlue: arns(ofBlue), ofGreen },
        network: { used: 0, ofBlue: [], ofGreen: 0 },
        targetGroups: { used: 10, ofBlue: arns(made), ofGreen: 0 },
      },
      groups: arns(groups),
      providers: { used: 99, more },
    },
    { application: 50, network: 50, targetGroups: 100, providers: 100 },
  )
  expect(found.map((f) => `${f.level} ${f.about}`)).toEqual(are)
})

test.for([
  { state: 'Enabled', remedy: undefined },
  { state: 'Disabled', remedy: /enable-key/ },
  { state: 'PendingDeletion', remedy: /cancel-key-deletion/ },
  { state: 'Unavailable', remedy: /in KMS/ },
  { state: undefined, remedy: /in KMS/ },
])('a key that is $state', ({ state, remedy }) => {
  const found = keyFindings('arn:key', state)
  expect(found.map((f) => [f.level, f.code, f.about])).toEqual(remedy ? [['blocker', 'key-unusable', 'arn:key']] : [])
  if (remedy) expect(found[0]?.remedy).toMatch(remedy)
})

test('keys of node volumes are those of launch templates, each once with its node groups', () => {
  const templated = (name: string, ...keys: readonly (string | undefined)[]) => ({
    group: { ...aNodeGroup(), name },
    template: {
      settings: {
        BlockDeviceMappings: keys.map((KmsKeyId) => ({ Ebs: { Encrypted: true, ...(KmsKeyId && { KmsKeyId }) } })),
      },
    } as unknown as LaunchTemplate, // all that is looked at
  })
  const found = keysOfNodes([
    templated('apps', 'arn:key', undefined),
    templated('gpu', 'arn:key', 'alias/gpu'),
    { group: aNodeGroup(), template: undefined },
  ])
  expect([...found].map(([key, use]) => [key, use.uses])).toEqual([
    ['arn:key', 'node group apps, gpu encrypts its volumes with it'],
    ['alias/gpu', 'node group gpu encrypts its volumes with it'],
  ])
})

test.for([
  { says: 'is in use', is: ['IN_USE', 'COMPLETE'], level: [] },
  { says: 'is being activated', is: ['ACTIVATING', 'COMPLETE'], level: ['blocker'] },
  { says: 'is being distributed', is: ['NOT_USED', 'IN_PROGRESS'], level: ['blocker'] },
  { says: 'waits, for nobody knows what', is: ['NOT_USED', 'COMPLETE'], level: [] },
  { says: 'is activated in 30 days', is: ['NOT_USED', 'COMPLETE', '2026-12-24T00:00:00Z'], level: ['warning'] },
  { says: 'is activated later', is: ['NOT_USED', 'COMPLETE', '2026-12-25T00:00:00Z'], level: [] },
])('a certificate authority that $says', ({ is: [signing = '', distribution = '', activatesAt], level }) => {
  const authority = { id: 'b', signing, distribution, ...(activatesAt !== undefined && { activatesAt }) }
  const found = authorityFindings('blue', [authority], '2026-11-24T00:00:00Z')
  expect(found.map((f) => f.level)).toEqual(level)
})

const pod = (place: string, ...images: readonly string[]): RunningPod => {
  const [namespace = '', name = ''] = place.split('/')
  return { namespace, name, images }
}
const outside = 'https://prometheus.example.com'
const host = { name: 'norikae-7d9', temporal: 'temporal-frontend.temporal.svc:7233' }
const services = new Set(['temporal-frontend.temporal', 'prometheus.monitoring', 'prometheus.norikae'])
const worker = pod('norikae/norikae-7d9', 'registry.test/team/own-name:1')

test.for<{ says: string; pods: readonly RunningPod[]; metrics?: string; unknown?: true; are: readonly string[] }>([
  { says: 'apps only', pods: [pod('shop/web', 'registry.test/web:1')], are: [] },
  {
    says: 'this worker, whatever its image is called, and its Temporal',
    pods: [worker],
    are: ['blocker Pod/norikae/norikae-7d9', 'blocker Service/temporal-frontend.temporal'],
  },
  {
    says: 'its metrics too, by a name of two parts',
    pods: [worker],
    metrics: 'http://prometheus.monitoring:9090',
    are: [
      'blocker Pod/norikae/norikae-7d9',
      'blocker Service/temporal-frontend.temporal',
      'blocker Service/prometheus.monitoring',
    ],
  },
  {
    says: 'its metrics too, by a name of one part',
    pods: [worker],
    metrics: 'http://prometheus/',
    are: [
      'blocker Pod/norikae/norikae-7d9',
      'blocker Service/temporal-frontend.temporal',
      'blocker Service/prometheus.norikae',
    ],
  },
  // The same names on another cluster are other Services.
  {
    says: 'Services of the same names, and no worker',
    pods: [],
    metrics: 'http://prometheus.monitoring:9090',
    are: [],
  },
  {
    says: 'a Temporal server, of whatever registry, once a namespace',
    pods: [
      pod('temporal/a', 'mirror.test:5000/temporalio/server:1.32@sha256:0'),
      pod('temporal/b', 'temporalio/server'),
    ],
    unknown: true,
    are: ['warning Pod/temporal/a'],
  },
  { says: "somebody's worker", pods: [pod('tools/w', 'registry.test/norikae:0.1')], are: ['warning Pod/tools/w'] },
  { says: 'a Vault', pods: [pod('vault/v-0', 'hashicorp/vault:1.20')], are: ['warning Pod/vault/v-0'] },
  { says: 'a Prometheus', pods: [pod('mon/p-0', 'quay.io/prometheus/prometheus:v3')], are: ['warning Pod/mon/p-0'] },
  {
    says: 'what only has such a word in its name',
    pods: [pod('a/b', 'x/prometheus-config-reloader:1', 'x/temporal-ui:2')],
    are: [],
  },
])('on blue runs $says', ({ pods, metrics = outside, unknown, are }) => {
  const found = hostFindings('blue', { pods, services }, metrics, unknown ? undefined : host)
  expect(found.map((f) => `${f.level} ${f.about}`)).toEqual(are)
})
