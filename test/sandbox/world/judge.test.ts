import { expect, test } from 'vitest'
import { leftovers, type Remains } from '../../../src/sandbox/judge/leftovers.ts'
import { Singletons } from '../../../src/sandbox/judge/singletons.ts'
import { judgeSlots, Schedules, type Schedule } from '../../../src/sandbox/judge/slots.ts'
import { BINDING } from '../../../src/sandbox/load-balancer-controller.ts'
import type { JobRun } from '../../../src/sandbox/types.ts'
import { anObject, aPod, aRun, FakeCluster } from './stand-ins.ts'

// Slots ----------------------------------------------------------------------

const at = (time: string) => `2026-11-23T12:${time}Z`
const ms = (time: string) => Date.parse(at(time))
const aSchedule = (more: Partial<Schedule> = {}): Schedule => ({
  cronJob: 'billing-test/invoices',
  schedule: '* * * * *',
  timeZone: 'Asia/Tokyo',
  fromMs: ms('00:30'),
  ...more,
})
const three = [aRun(at('01:00')), aRun(at('02:00')), aRun(at('03:00'))]

test.for([
  { says: 'each slot once is as it should be', runs: three, judged: { slots: 3, twice: 0, lost: 0 } },
  { says: 'a slot that nobody ran is lost', runs: three.slice(1), judged: { slots: 3, twice: 0, lost: 1 } },
  {
    says: 'a slot that both clusters ran is one that ran twice',
    runs: [...three, aRun(at('02:00'), { cluster: 'green' })],
    judged: { slots: 3, twice: 1, lost: 0 },
  },
  {
    says: 'it does not matter which cluster ran it',
    runs: three.map((r, i): JobRun => ({ ...r, cluster: i > 0 ? 'green' : 'blue' })),
    judged: { slots: 3, twice: 0, lost: 0 },
  },
  {
    says: 'a run for another CronJob takes no slot of this one',
    runs: three.map((r) => ({ ...r, namespace: 'billing-stage' })),
    judged: { slots: 3, twice: 0, lost: 3 },
  },
  {
    says: 'nothing is expected after it was gone everywhere',
    schedule: { toMs: ms('02:30') },
    runs: three.slice(0, 2),
    judged: { slots: 2, twice: 0, lost: 0 },
  },
  {
    says: 'nor before it was there',
    schedule: { fromMs: ms('01:00') },
    runs: three.slice(1),
    judged: { slots: 2, twice: 0, lost: 0 },
  },
  {
    says: 'the schedule is read',
    schedule: { schedule: '*/2 * * * *' },
    runs: [],
    judged: { slots: 1, twice: 0, lost: 1 },
  },
  {
    says: 'and its time zone',
    schedule: { schedule: '2 21 * * *' },
    runs: [aRun(at('02:00'))],
    judged: { slots: 1, twice: 0, lost: 0 },
  },
])('slots: $says', ({ schedule = {}, runs, judged }) => {
  expect(judgeSlots([aSchedule(schedule)], runs, ms('03:40'))).toMatchObject(judged)
})

test('who lost or ran twice is told by name', () => {
  const runs = [...three.slice(1), aRun(at('03:00'), { cluster: 'green', job: 'invoices-x' })]
  expect(judgeSlots([aSchedule()], runs, ms('03:40')).offences).toEqual([
    { cronJob: 'billing-test/invoices', slot: '2026-11-23T12:01:00.000Z', is: 'lost', runs: [] },
    {
      cronJob: 'billing-test/invoices',
      slot: at('03:00'),
      is: 'twice',
      runs: [`blue/${three[2]?.job}`, 'green/invoices-x'],
    },
  ])
})

test('a CronJob is expected to run from when it was first there unsuspended, to when it was gone everywhere', () => {
  let now = 0
  const [blue, green] = [new FakeCluster('blue'), new FakeCluster('green')]
  const schedules = new Schedules(
    () => [blue, green],
    () => now,
  )
  const cronJob = (suspend: boolean) =>
    anObject('batch/v1', 'CronJob', 'invoices', { spec: { schedule: '* * * * *', suspend } })
  const look = (ms: number) => {
    now = ms
    schedules.look()
    return schedules.list().map(({ fromMs, toMs }) => [fromMs, toMs])
  }
  blue.apply(cronJob(true))
  expect(look(1)).toEqual([])
  expect([...schedules.suspendedByOwner()]).toEqual(['chat-api-test/invoices'])
  blue.apply(cronJob(false))
  expect(look(2)).toEqual([[2, undefined]])
  green.apply(cronJob(true))
  blue.apply(cronJob(true))
  expect(look(3)).toEqual([[2, undefined]])
  blue.objects.clear()
  expect(look(4)).toEqual([[2, undefined]])
  green.objects.clear()
  expect(look(5)).toEqual([[2, 5]])
  expect([...schedules.suspendedByOwner()]).toEqual([])
})

// Singletons -----------------------------------------------------------------

type Event = readonly [ms: number, cluster: string, is: 'started' | 'ready' | 'terminating' | 'gone']
test.for<{ says: string; events: readonly Event[]; overlapMs: number; downtimeMs?: number }>([
  { says: 'one side is no overlap', events: [[0, 'blue', 'ready']], overlapMs: 0 },
  {
    says: 'one after the other is none',
    events: [
      [0, 'blue', 'ready'],
      [10, 'blue', 'terminating'],
      [20, 'blue', 'gone'],
      [20, 'green', 'ready'],
    ],
    overlapMs: 0,
  },
  {
    says: 'between two sides it runs nowhere',
    events: [
      [0, 'blue', 'ready'],
      [10, 'blue', 'gone'],
      [15, 'green', 'started'],
      [30, 'green', 'ready'],
    ],
    overlapMs: 0,
    downtimeMs: 20,
  },
  {
    says: 'of two gaps the longer counts',
    events: [
      [0, 'blue', 'ready'],
      [10, 'blue', 'gone'],
      [40, 'green', 'ready'],
      [50, 'green', 'gone'],
      [60, 'blue', 'ready'],
    ],
    overlapMs: 0,
    downtimeMs: 30,
  },
  {
    says: 'a gap that lasts is counted up to now',
    events: [
      [0, 'blue', 'ready'],
      [30, 'blue', 'gone'],
    ],
    overlapMs: 0,
    downtimeMs: 70,
  },
  {
    says: 'before it ran first it was not down',
    events: [
      [0, 'blue', 'started'],
      [50, 'blue', 'ready'],
    ],
    overlapMs: 0,
  },
  {
    says: 'while blue terminates it still runs',
    events: [
      [0, 'blue', 'ready'],
      [10, 'blue', 'terminating'],
      [15, 'green', 'ready'],
      [20, 'blue', 'gone'],
    ],
    overlapMs: 5,
  },
  {
    says: 'a pod that is not ready yet does not run',
    events: [
      [0, 'blue', 'ready'],
      [10, 'green', 'started'],
      [90, 'green', 'gone'],
    ],
    overlapMs: 0,
  },
  {
    says: 'an overlap that lasts is counted up to now',
    events: [
      [0, 'blue', 'ready'],
      [40, 'green', 'ready'],
    ],
    overlapMs: 60,
  },
  {
    says: 'overlaps add up',
    events: [
      [0, 'blue', 'ready'],
      [10, 'green', 'ready'],
      [15, 'green', 'gone'],
      [50, 'green', 'ready'],
      [70, 'blue', 'gone'],
    ],
    overlapMs: 25,
  },
])('singletons: $says', ({ events, overlapMs, downtimeMs = 0 }) => {
  let now = 0
  const singletons = new Singletons(() => now)
  for (const [ms, cluster, is] of events) {
    now = ms
    const ready = is === 'ready'
    singletons.see(aPod(`actor-abc12-${cluster === 'blue' ? 'x1' : 'y2'}`, 'singleton', { cluster, ready }), is)
  }
  now = 100
  expect(singletons.list()).toEqual([{ singleton: 'chat-api-test/actor', overlapMs, downtimeMs }])
})

test('two singletons, or two web pods, are no overlap', () => {
  const singletons = new Singletons(() => 0)
  singletons.see(aPod('actor-a-1', 'singleton'), 'ready')
  singletons.see(aPod('actor-a-1', 'singleton', { cluster: 'green', namespace: 'other' }), 'ready')
  singletons.see(aPod('front-a-1', 'web'), 'ready')
  singletons.see(aPod('front-a-2', 'web', { cluster: 'green' }), 'ready')
  expect(singletons.list().map(({ singleton, overlapMs }) => [singleton, overlapMs])).toEqual([
    ['chat-api-test/actor', 0],
    ['other/actor', 0],
  ])
})

// Leftovers ------------------------------------------------------------------

const aCluster = (name: string, more: Partial<Remains['clusters'][number]> = {}): Remains['clusters'][number] => ({
  name,
  arn: `arn:${name}`,
  version: '1.36',
  status: 'ACTIVE',
  createdAt: at('00:00'),
  nodegroups: [{ name: 'general', status: 'ACTIVE' }],
  addons: [{ name: 'coredns', version: 'v1', status: 'ACTIVE' }],
  accessEntries: [],
  tags: {},
  ...more,
})
const aGroup = (more: object = {}) => ({
  arn: 'tg/1',
  name: 'chat-api-test',
  inRules: ['rule/1'],
  targets: 2,
  tags: {},
  ...more,
})
const withObject = (...objects: Parameters<FakeCluster['apply']>) => {
  const cluster = new FakeCluster('green')
  for (const object of objects) cluster.apply(object)
  return cluster
}
const annotated = (name: string, apiVersion = 'apps/v1', kind = 'Deployment') =>
  withObject(anObject(apiVersion, kind, 'web', { metadata: { annotations: { [name]: '2' } } }))
const cronJob = withObject(anObject('batch/v1', 'CronJob', 'invoices', { spec: { suspend: true } }))
const bound = withObject(anObject(BINDING.apiVersion, BINDING.kind, 'web', { spec: { targetGroupARN: 'tg/9' } }))

const aSnapshot = {
  id: 'snap-1',
  volume: 'vol-0',
  state: 'completed',
  whileInUse: false,
  tags: { 'norikae.io/run': 'r' },
} as const
const aCopy = (tags: Readonly<Record<string, string>> = { 'norikae.io/run': 'r' }) => ({
  id: 'vol-1',
  zone: 'ap-northeast-1a',
  state: 'available' as const,
  tags,
})
const onCopy = anObject('v1', 'PersistentVolume', 'pvc-1', {
  spec: { csi: { driver: 'ebs.csi.aws.com', volumeHandle: 'vol-1' } },
})

test.for<{ says: string; remains: Partial<Remains> & { groups?: object[] }; left: readonly string[] }>([
  { says: 'one clean cluster leaves nothing', remains: {}, left: [] },
  {
    says: 'two clusters are one too many',
    remains: { clusters: [aCluster('blue'), aCluster('green')] },
    left: ['clusters blue, green'],
  },
  {
    says: 'an API server without its cluster',
    remains: { servers: [new FakeCluster('blue')] },
    left: ['API server blue'],
  },
  {
    says: 'a node group that is not active',
    remains: { clusters: [aCluster('green', { nodegroups: [{ name: 'batch', status: 'DELETE_FAILED' }] })] },
    left: ['batch of green'],
  },
  {
    says: 'a target group in no rule',
    remains: { groups: [aGroup({ inRules: [] })] },
    left: ['target group chat-api-test'],
  },
  {
    says: 'a target group without targets',
    remains: { groups: [aGroup({ targets: 0 })] },
    left: ['target group chat-api-test'],
  },
  {
    says: 'a binding to nothing',
    remains: { servers: [bound] },
    left: ['TargetGroupBinding chat-api-test/web on green'],
  },
  {
    says: 'a floor',
    remains: { servers: [annotated('norikae.io/floor')] },
    left: ['Deployment chat-api-test/web on green'],
  },
  {
    says: 'replicas',
    remains: { servers: [annotated('norikae.io/replicas')] },
    left: ['Deployment chat-api-test/web on green'],
  },
  {
    says: 'a pinned size',
    remains: { servers: [annotated('norikae.io/pinned-min')] },
    left: ['Deployment chat-api-test/web on green'],
  },
  {
    says: 'a paused scaler',
    remains: { servers: [annotated('norikae.io/owner-pause', 'keda.sh/v1alpha1', 'ScaledObject')] },
    left: ['ScaledObject chat-api-test/web on green'],
  },
  { says: 'an owner’s own annotation is none', remains: { servers: [annotated('norikae.io/handover')] }, left: [] },
  { says: 'a suspended CronJob', remains: { servers: [cronJob] }, left: ['CronJob chat-api-test/invoices on green'] },
  {
    says: 'one that its owner suspended is none',
    remains: { servers: [cronJob], suspendedByOwner: new Set(['chat-api-test/invoices']) },
    left: [],
  },
  {
    says: 'a load balancer whose controller is gone',
    remains: {
      elbv2: {
        rules: [],
        targetGroups: [],
        loadBalancers: ['blue', 'green'].map((of) => ({
          arn: of,
          name: `of-${of}`,
          host: `of-${of}.test`,
          tags: { 'elbv2.k8s.aws/cluster': of },
        })),
      },
    },
    left: ['load balancer of-blue'],
  },
  {
    says: 'a snapshot of its own',
    remains: { ec2: { volumes: [], snapshots: [aSnapshot] } },
    left: ['snapshot snap-1'],
  },
  {
    says: 'a copy that no PersistentVolume is for',
    remains: { ec2: { volumes: [aCopy()], snapshots: [] } },
    left: ['volume vol-1'],
  },
  {
    says: 'a copy that green uses is none',
    remains: { ec2: { volumes: [aCopy()], snapshots: [] }, servers: [withObject(onCopy)] },
    left: [],
  },
  {
    says: 'what is kept for people, or is not its own, is none',
    remains: {
      ec2: {
        volumes: [aCopy({ 'norikae.io/run': 'r', 'norikae.io/kept': 'green' }), aCopy({})],
        snapshots: [{ ...aSnapshot, tags: { backup: 'daily' } }],
      },
    },
    left: [],
  },
  {
    says: 'what lets in pods of a cluster that is gone',
    remains: {
      iam: {
        trust: { files: { Federated: 'oidc.eks.test/id/A' }, mail: { Federated: 'oidc.eks.test/id/B' } },
        providers: [
          { arn: 'a:oidc-provider/oidc.eks.test/id/A', clientIds: [], tags: {} },
          { arn: 'a:oidc-provider/oidc.eks.test/id/B', clientIds: [], tags: {} },
        ],
      },
    },
    left: ['OIDC provider a:oidc-provider/oidc.eks.test/id/B', 'role mail'],
  },
  {
    says: 'a template for nodes of a cluster that is gone',
    remains: {
      launchTemplates: [
        { id: 'lt-1', name: 'blue.general', tags: { 'norikae.io/cluster': 'blue' } },
        { id: 'lt-2', name: 'green.general', tags: { 'norikae.io/cluster': 'green' } },
        { id: 'lt-3', name: 'of others', tags: {} },
      ],
    },
    left: ['launch template blue.general'],
  },
  {
    says: 'while two clusters run, what is changed for the move may be',
    remains: { clusters: [aCluster('blue'), aCluster('green')], servers: [new FakeCluster('blue'), cronJob] },
    left: ['clusters blue, green'],
  },
])('leftovers: $says', ({ remains: { groups = [aGroup()], ...remains }, left }) => {
  const found = leftovers({
    clusters: [aCluster('green')],
    servers: [new FakeCluster('green')],
    suspendedByOwner: new Set(),
    ec2: { volumes: [], snapshots: [] },
    iam: { trust: {}, providers: [] },
    launchTemplates: [],
    issuers: ['https://oidc.eks.test/id/A'],
    elbv2: { rules: [], loadBalancers: [], targetGroups: groups as Remains['elbv2']['targetGroups'] }, // made by aGroup
    ...remains,
  })
  expect(found.map((l) => l.what)).toEqual(left)
})
