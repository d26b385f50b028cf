import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { isLeft, leftInWords, wouldEnd, type Left } from '../../src/domain/left-on-green.ts'
import type { WorkloadRef } from '../../src/domain/platform.ts'
import { aCronJob, aDeployment } from '../support/small-world.ts'

const names = { away: 'demo-1-36', home: 'demo-1-35' }
const at = '2026-11-25T10:00:00.000Z'
const ref = (kind: WorkloadRef['kind'], name: string): WorkloadRef => ({ kind, namespace: 'shop', name })
const running = (replicas = 1) => aDeployment('actor', 'shop', replicas)
const stopped = (replicas = '1') =>
  aDeployment('actor', 'shop', 0, { annotations: { 'norikae.io/replicas': replicas, 'norikae.io/stopped-at': at } })
const asleep = () => aDeployment('actor', 'shop', 0, { annotations: { 'norikae.io/replicas': '1' } })
const scaler = (annotations: object = {}): KubernetesObject => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name: 'actor', namespace: 'shop', annotations: { ...annotations } },
  spec: {},
})
const paused = {
  'autoscaling.keda.sh/paused-replicas': '0',
  'norikae.io/owner-pause': 'none',
  'norikae.io/replicas': '2',
}
const left = (away?: KubernetesObject, home?: KubernetesObject, more: Partial<Left> = {}): Left => ({
  ref: ref('Deployment', 'actor'),
  away: away && { object: away },
  home: home && { object: home },
  ...more,
})

describe('what a cutover that was terminated has left', () => {
  test.for([
    { says: 'runs on blue, asleep on green', it: left(asleep(), running()), is: [false, false] },
    { says: 'runs on green, stopped on blue', it: left(running(), stopped()), is: [true, true] },
    { says: 'down on both, stopped on blue', it: left(asleep(), stopped()), is: [true, true] },
    { says: 'runs on both, as a consumer may', it: left(running(), running()), is: [false, false] },
    {
      says: 'started on blue by hand, with the note of the stop',
      it: left(asleep(), { ...stopped(), spec: { replicas: 1 } }),
      is: [false, false],
    },
    {
      says: 'on green alone, and its owner took blue to none',
      it: left(running(), aDeployment('actor', 'shop', 0)),
      is: [true, false],
    },
    { says: 'on green alone, and gone from blue', it: left(running()), is: [true, false] },
    {
      says: 'at none on both, as its owner wants it',
      it: left(asleep(), aDeployment('actor', 'shop', 0)),
      is: [false, false],
    },
    {
      says: 'at none for want of work, and KEDA may start it on blue',
      it: left(running(), undefined, { home: { object: aDeployment('actor', 'shop', 0), scaledObject: scaler() } }),
      is: [false, false],
    },
    { says: 'a schedule that goes on on green', it: left(aCronJob('actor', 'shop'), suspendedOn()), is: [true, true] },
  ])('$says', ({ it, is }) => {
    expect([isLeft(it), wouldEnd(it)]).toEqual(is)
  })
})

describe('how it is taken home', () => {
  const why = 'an earlier cutover has ended'

  test('command by command: stopped where it runs, let in, and started with the size it has there', () => {
    expect(
      leftInWords([left(running(3), stopped('1'))], names, why).split(
        /(?:, in this order, then retry: |; on |, (?=kubectl|wait))/,
      ),
    ).toEqual([
      'Deployment/shop/actor runs on demo-1-36 and is stopped on demo-1-35: an earlier cutover has ended. Take it home by hand',
      `on demo-1-36 kubectl patch deployment/actor --namespace shop --type merge --patch '{"metadata":{"annotations":{"norikae.io/replicas":"3"}},"spec":{"replicas":0}}'`,
      `wait until none of its pods is left (kubectl get pods --namespace shop --selector 'app=actor')`,
      `demo-1-35 kubectl patch configmap/norikae-fence-shop --namespace norikae --type merge --patch '{"data":{"Deployment.actor":null}}'`,
      `kubectl patch deployment/actor --namespace shop --type merge --patch '{"metadata":{"annotations":{"norikae.io/replicas":null,"norikae.io/stopped-at":null}},"spec":{"replicas":3}}'`,
    ])
  })

  test('KEDA is paused before and let go before', () => {
    const it = left(undefined, undefined, {
      away: { object: running(2), scaledObject: scaler() },
      home: { object: stopped('2'), scaledObject: scaler(paused) },
    })
    const words = leftInWords([it], names, why)
    expect(words.match(/kubectl patch (\S+)/g)).toEqual([
      'kubectl patch scaledobject/actor',
      'kubectl patch deployment/actor',
      'kubectl patch configmap/norikae-fence-shop',
      'kubectl patch scaledobject/actor',
      'kubectl patch deployment/actor',
    ])
    expect(words).toContain(
      '{"autoscaling.keda.sh/paused-replicas":null,"norikae.io/owner-pause":null,"norikae.io/replicas":null}',
    )
    expect(words).not.toContain('resourceVersion')
  })

  test('a schedule is suspended first; how it goes on is told once its slots are known', () => {
    const awake = { ...left(aCronJob('actor', 'shop'), suspendedOn()), ref: ref('CronJob', 'actor') }
    const words = leftInWords([awake], names, why)
    expect(words).toMatch(
      /then retry, which tells what is next: on demo-1-36 kubectl patch cronjob\/actor .*"suspend":true/,
    )
    expect(words).not.toContain('on demo-1-35 kubectl')

    const there = {
      ...aCronJob('actor', 'shop', { suspend: true }),
      status: { lastScheduleTime: '2026-11-26T09:00:00Z' },
    }
    const next = leftInWords([{ ...awake, away: { object: there } }], names, why)
    expect(next).toContain(`'{"status":{"lastScheduleTime":"2026-11-26T09:00:00Z"}}' --subresource status`)
    expect(next).toContain('{"norikae.io/owner-suspend":null,"norikae.io/suspended-at":null}},"spec":{"suspend":false}')
  })

  test('one at a time, and the others are named', () => {
    const [one, two] = [left(running(), stopped()), { ...left(running(), stopped()), ref: ref('Deployment', 'leader') }]
    const words = leftInWords([one, two], names, why)
    expect(words).toContain('an earlier cutover has ended (and so with Deployment/shop/leader).')
    expect(words).toContain('then retry, which tells what is next:')
    expect(words).not.toContain('deployment/leader')
  })

  test('what was written on copies of volumes is not forgotten', () => {
    const object = { ...running(), spec: { ...running().spec, volumeClaimTemplates: [{}] } }
    expect(leftInWords([left(object, stopped())], names, why)).toContain(
      'what it wrote there on copies of volumes stays there',
    )
  })
})

function suspendedOn(): KubernetesObject {
  const annotations = { 'norikae.io/owner-suspend': 'false', 'norikae.io/suspended-at': at }
  const it = aCronJob('actor', 'shop', { suspend: true })
  return { ...it, metadata: { ...it.metadata, annotations }, status: { lastScheduleTime: '2026-11-20T09:00:00Z' } }
}
