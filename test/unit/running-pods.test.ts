import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { isStarting, mostRestarts, restartsSeen, slowestScheduling } from '../../src/domain/running-pods.ts'

const NOW = Date.parse('2026-11-26T10:00:00Z')
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString()

interface Pod {
  readonly name?: string
  readonly madeS?: number
  readonly restarts?: number
  readonly why?: object
  readonly waits?: string
  readonly policy?: string
  readonly scheduled?: {
    readonly status: string
    readonly atS?: number
    readonly reason?: string
    readonly message?: string
  }
  readonly ready?: { readonly status: string; readonly atS: number }
  readonly beganS?: number
  readonly ending?: true
  readonly phase?: string
  readonly labels?: Readonly<Record<string, string>>
}

/** As a kubelet and a scheduler write it. */
const pod = ({
  name = 'web-1',
  madeS = 60,
  restarts = 0,
  policy = 'Always',
  phase = 'Running',
  ...of
}: Pod): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'web',
    labels: of.labels ?? { app: 'web', 'pod-template-hash': 'x' },
    creationTimestamp: ago(madeS),
    ...(of.ending && { deletionTimestamp: ago(1) }),
  },
  spec: { restartPolicy: policy },
  status: {
    phase,
    startTime: ago(of.beganS ?? madeS),
    conditions: [
      ...(of.scheduled
        ? [{ type: 'PodScheduled', ...of.scheduled, lastTransitionTime: ago(of.scheduled.atS ?? madeS) }]
        : []),
      ...(of.ready ? [{ type: 'Ready', status: of.ready.status, lastTransitionTime: ago(of.ready.atS) }] : []),
    ],
    containerStatuses: [
      {
        name: 'app',
        restartCount: restarts,
        state: of.waits === undefined ? { running: {} } : { waiting: { reason: of.waits } },
        lastState: of.why === undefined ? {} : { terminated: of.why },
      },
    ],
  },
})

describe('how often a container was started again', () => {
  const looks = (...all: readonly (readonly Pod[])[]) =>
    all.reduce<ReturnType<typeof restartsSeen> | undefined>(
      (seen, pods, n) => restartsSeen(pods.map(pod), seen, NOW + n * 60_000),
      undefined,
    ) ?? restartsSeen([], undefined, NOW)
  const value = (...all: readonly (readonly Pod[])[]) => mostRestarts(looks(...all)).value

  test.for<{ says: string; looks: readonly (readonly Pod[])[]; value: number }>([
    { says: 'what was before the first look was not seen', looks: [[{ restarts: 40 }]], value: 0 },
    { says: 'all since are', looks: [[{ restarts: 40 }], [{ restarts: 41 }], [{ restarts: 43 }]], value: 3 },
    { says: 'also of a pod that came since', looks: [[], [{ restarts: 2 }]], value: 2 },
    {
      says: 'one each is one, however many pods there are',
      looks: [
        [],
        [
          { name: 'a', restarts: 1 },
          { name: 'b', restarts: 1 },
          { name: 'c', restarts: 1 },
        ],
      ],
      value: 1,
    },
    {
      says: 'a pod of the same name that is made anew begins at none',
      looks: [[{ restarts: 5 }], [{}], [{ restarts: 1 }]],
      value: 1,
    },
    {
      says: 'what is to end by itself is tried again by design',
      looks: [[], [{ restarts: 5, policy: 'OnFailure' }]],
      value: 0,
    },
    { says: 'what ends does not count', looks: [[], [{ restarts: 5, ending: true }]], value: 0 },
    { says: 'a burst that is over is no loop', looks: [[{}], [{ restarts: 4 }], [{ restarts: 4 }]], value: 0 },
    {
      says: 'of one that begins again all within ten minutes count',
      looks: [[{}], [{ restarts: 2 }], [{ restarts: 2 }], [{ restarts: 3 }]],
      value: 3,
    },
    {
      says: 'beside one that is over, one that is still at it',
      looks: [
        [],
        [{ name: 'a', restarts: 5 }],
        [
          { name: 'a', restarts: 5 },
          { name: 'b', restarts: 1 },
        ],
      ],
      value: 1,
    },
    {
      says: 'one that is held back loops, however seldom it is started',
      looks: [[{ restarts: 30, waits: 'CrashLoopBackOff' }], [{ restarts: 30, waits: 'CrashLoopBackOff' }]],
      value: 3,
    },
    {
      says: 'and counts as often as it was seen where that is more',
      looks: [[{}], [{ restarts: 5, waits: 'CrashLoopBackOff' }]],
      value: 5,
    },
    {
      says: 'a pod that is just looked at tells its last',
      looks: [[{ restarts: 2, why: { finishedAt: ago(5) } }]],
      value: 1,
    },
    { says: 'unless it was long ago', looks: [[{ restarts: 2, why: { finishedAt: ago(601) } }]], value: 0 },
    {
      says: 'which counts once more is seen',
      looks: [[{ restarts: 2, why: { finishedAt: ago(300) } }], [{ restarts: 3 }]],
      value: 2,
    },
  ])('$says', (row) => expect(value(...row.looks)).toBe(row.value))

  test('for ten minutes', () => {
    const once = looks([{}], [{ restarts: 3 }])
    const at = (minutes: number) =>
      mostRestarts(restartsSeen([pod({ restarts: 4 })], once, NOW + minutes * 60_000)).value
    expect([at(5), at(10), at(11)]).toEqual([4, 4, 1])
  })
  test('checks that look in the same moment read the same', () => {
    const first = looks([{}], [{ restarts: 3 }])
    expect(mostRestarts(restartsSeen([pod({ restarts: 3 })], first, NOW + 60_050)).value).toBe(3)
  })
  test('one that is held back is named with why', () => {
    const why = { reason: 'Error', exitCode: 1 }
    expect(mostRestarts(looks([{ restarts: 30, waits: 'CrashLoopBackOff', why }]))).toEqual({
      value: 3,
      saw: 'container app of pod web/web-1, in CrashLoopBackOff, last by Error, exit code 1',
    })
  })
  test('and after a gap as if it were looked at for the first time: nobody knows when it was', () => {
    expect(mostRestarts(restartsSeen([pod({ restarts: 9 })], looks([{}]), NOW + 11 * 60_000)).value).toBe(0)
  })
  test('the container is named, and why it ended last; only what counts is remembered', () => {
    const seen = looks([{}], [{ restarts: 3, why: { reason: 'OOMKilled', exitCode: 137 } }, { name: 'web-2' }])
    expect(mostRestarts(seen)).toEqual({
      value: 3,
      saw: 'container app of pod web/web-1, last by OOMKilled, exit code 137',
    })
    expect(seen.counts).toEqual({ 'web/web-1/app': 3 })
  })
})

describe('how long a pod waits for a node', () => {
  test.for<{ says: string; pods: readonly Pod[]; gives: { value: number; saw?: string } }>([
    { says: 'nobody waits', pods: [], gives: { value: 0 } },
    {
      says: 'the slowest of those that were made lately',
      pods: [
        { scheduled: { status: 'True', atS: 58 } },
        { name: 'web-2', scheduled: { status: 'True', atS: 20 } },
        { name: 'web-3', madeS: 3600, scheduled: { status: 'True', atS: 60 } },
      ],
      gives: { value: 40, saw: 'pod web/web-2' },
    },
    {
      says: 'one that still waits, however long ago it was made',
      pods: [
        {
          madeS: 3600,
          phase: 'Pending',
          scheduled: { status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' },
        },
      ],
      gives: { value: 3600, saw: 'pod web/web-1 waits: 0/3 nodes are available' },
    },
    {
      says: 'one that no scheduler has looked at',
      pods: [{ madeS: 30, phase: 'Pending' }],
      gives: { value: 30, saw: 'pod web/web-1 waits: no scheduler has looked at it' },
    },
    {
      says: 'not one that its owner holds back',
      pods: [{ scheduled: { status: 'False', reason: 'SchedulingGated' } }],
      gives: { value: 0 },
    },
    { says: 'not one that is over', pods: [{ madeS: 400, phase: 'Failed' }], gives: { value: 0 } },
  ])('$says', ({ pods, gives }) => expect(slowestScheduling(pods.map(pod), NOW)).toEqual(gives))
})

describe('a pod that still starts', () => {
  const workload: KubernetesObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'web' },
    spec: { template: { metadata: { labels: { app: 'web' } } } },
  }
  const fresh: Pod = { madeS: 40, beganS: 30, ready: { status: 'False', atS: 30 } }
  test.for<{ says: string; pod: Pod; is: boolean }>([
    { says: 'is new and not ready yet', pod: fresh, is: true },
    { says: 'may still wait for its node', pod: { madeS: 40, phase: 'Pending', waits: 'ContainerCreating' }, is: true },
    { says: 'is ready no more after it was', pod: { ...fresh, ready: { status: 'False', atS: 5 } }, is: false },
    {
      says: 'has had its time',
      pod: { ...fresh, madeS: 301, beganS: 299, ready: { status: 'False', atS: 299 } },
      is: false,
    },
    { says: 'has crashed', pod: { ...fresh, restarts: 1 }, is: false },
    { says: 'has no image', pod: { ...fresh, waits: 'ImagePullBackOff' }, is: false },
    { says: 'is ready', pod: { ...fresh, ready: { status: 'True', atS: 10 } }, is: false },
    { says: 'ends', pod: { ...fresh, ending: true }, is: false },
    { says: 'is of another workload', pod: { ...fresh, labels: { app: 'worker' } }, is: false },
  ])('$says: $is', (row) => expect(isStarting(workload, pod(row.pod), NOW)).toBe(row.is))
})
