/**
 * The life of a pod on its node: started, ready, ended. Nothing is heard of it while its node is not ready. Pods that are to end by themselves (restartPolicy other than
 * Always) do what `containers.ts` says. `sandbox.norikae.io/unready: "true"` on a pod keeps it from being ready;
 * `sandbox.norikae.io/stops-after` is how long it takes to end, in milliseconds, as one whose preStop hook works does.
 */
import type { KubernetesObject } from '../../types.ts'
import type { Cancel } from '../clock.ts'
import { type Condition, isTrue, withConditions } from '../conditions.ts'
import { type Fields, fields, list, textAt } from '../json.ts'
import { k } from '../kinds.ts'
import { keyOf } from '../store.ts'
import { runContainer, says } from './containers.ts'
import { isEnding, phaseOf } from './pods.ts'
import { type Controller, type World, split } from './world.ts'

export const unready = 'sandbox.norikae.io/unready'
export const stopsAfter = 'sandbox.norikae.io/stops-after'

const endsByItself = (pod: KubernetesObject): boolean => textAt(pod, 'spec', 'restartPolicy') !== 'Always'
const mayBeReady = (pod: KubernetesObject): boolean => pod.metadata.annotations?.[unready] !== 'true'

const condition = (type: string, is: boolean, reason?: string): Condition => ({
  type,
  status: is ? 'True' : 'False',
  ...(reason === undefined || is ? {} : { reason }),
})

export const kubelet = (world: World): Controller => {
  const { addresses, clock, objects, store, times } = world
  /** What each pod waits for, by uid: one thing at a time. */
  const waiting = new Map<string, { readonly forWhat: string; readonly cancel: Cancel }>()

  const isLost = (name: string): boolean => {
    const node = store.get(k.node, undefined, name)
    return node !== undefined && !isTrue(node, 'Ready')
  }

  const once = (pod: KubernetesObject, forWhat: string, ms: number, then: (live: KubernetesObject) => void): void => {
    const uid = pod.metadata.uid ?? ''
    if (waiting.get(uid)?.forWhat === forWhat) return
    waiting.get(uid)?.cancel()
    const cancel = clock.after(ms, () => {
      waiting.delete(uid)
      const live = store.byUid(uid)?.object
      if (live !== undefined && !isLost(nodeOf(live))) then(live)
    })
    waiting.set(uid, { forWhat, cancel })
  }

  const report = (pod: KubernetesObject, status: Fields, ...conditions: readonly Condition[]): void =>
    objects.setStatus(k.pod, pod, {
      ...pod.status,
      ...status,
      conditions: withConditions(pod, clock.stamp(), ...conditions),
    })

  const containersOf = (pod: KubernetesObject, ready: boolean, state: Fields): readonly Fields[] =>
    list(pod.spec?.['containers'])
      .map(fields)
      .map(({ image, name }) => ({
        name,
        image,
        imageID: '',
        ready,
        restartCount: 0,
        started: state['running'] !== undefined,
        state,
      }))

  const start = (pod: KubernetesObject): void => {
    if (isEnding(pod)) return
    const time = clock.stamp()
    const ip = textAt(pod, 'status', 'podIP') ?? addresses.pod()
    // What has no readiness probe is ready as soon as it runs, and Jobs have none.
    const ready = endsByItself(pod) && mayBeReady(pod)
    const hostIP = textAt(fields(list(store.get(k.node, undefined, nodeOf(pod))?.status?.['addresses'])[0]), 'address')
    report(
      pod,
      {
        phase: 'Running',
        ...(hostIP === undefined ? {} : { hostIP, hostIPs: [{ ip: hostIP }] }),
        podIP: ip,
        podIPs: [{ ip }],
        startTime: time,
        qosClass: 'BestEffort',
        observedGeneration: pod.metadata.generation,
        containerStatuses: containersOf(pod, ready, { running: { startedAt: time } }),
      },
      condition('Initialized', true),
      condition('Ready', ready, 'ContainersNotReady'),
      condition('ContainersReady', ready, 'ContainersNotReady'),
    )
  }

  const beReady = (pod: KubernetesObject, ready: boolean): void => {
    if (isEnding(pod) || phaseOf(pod) !== 'Running') return
    const running = fields(fields(list(pod.status?.['containerStatuses'])[0])['state'])
    report(
      pod,
      { containerStatuses: containersOf(pod, ready, { ...running }) },
      condition('Ready', ready, 'ContainersNotReady'),
      condition('ContainersReady', ready, 'ContainersNotReady'),
    )
  }

  const end = (pod: KubernetesObject, exitCode: number): void => {
    if (isEnding(pod) || phaseOf(pod) !== 'Running') return
    const [startedAt, finishedAt] = [textAt(pod, 'status', 'startTime'), clock.stamp()]
    const reason = exitCode === 0 ? 'Completed' : 'Error'
    report(
      pod,
      {
        phase: exitCode === 0 ? 'Succeeded' : 'Failed',
        containerStatuses: containersOf(pod, false, {
          terminated: { exitCode, reason, startedAt, finishedAt, ...lastWords(pod, exitCode) },
        }),
      },
      condition('Ready', false, exitCode === 0 ? 'PodCompleted' : 'PodFailed'),
      condition('ContainersReady', false, exitCode === 0 ? 'PodCompleted' : 'PodFailed'),
    )
  }

  /** Runs it once; where the pod is gone by the time it ends, nobody hears of it. */
  const running = new Set<string>()
  const runOnce = (pod: KubernetesObject): void => {
    const uid = pod.metadata.uid ?? ''
    if (running.has(uid)) return
    running.add(uid)
    runContainer(pod, clock, times.jobRunMs, (exitCode) => {
      running.delete(uid)
      const live = store.byUid(uid)?.object
      if (live !== undefined) end(live, exitCode)
    })
  }

  return {
    name: 'kubelet',
    concerns: ({ kind, before, after }) => {
      if (kind === k.pod && after !== undefined) return [keyOf(after)]
      const node = after ?? before
      if (kind !== k.node || node === undefined) return []
      return store
        .list(k.pod)
        .filter((pod) => nodeOf(pod) === node.metadata.name)
        .map(keyOf)
    },
    reconcile(key) {
      const pod = store.get(k.pod, ...split(key))
      if (pod === undefined || nodeOf(pod) === '') return
      if (store.get(k.node, undefined, nodeOf(pod)) === undefined) {
        objects.delete(k.pod, ...split(key), { graceSeconds: 0 })
      } else if (isLost(nodeOf(pod))) {
        return
      } else if (isEnding(pod)) {
        const graceMs = Number(pod.metadata['deletionGracePeriodSeconds'] ?? 0) * 1000
        if (graceMs > 0) once(pod, 'stop', stopMs(pod, times.podStopMs, graceMs), (live) => objects.end(k.pod, live))
      } else if (phaseOf(pod) === 'Pending') {
        once(pod, 'start', times.podStartMs, start)
      } else if (phaseOf(pod) === 'Running' && endsByItself(pod)) {
        runOnce(pod)
      } else if (phaseOf(pod) === 'Running' && isTrue(pod, 'Ready') !== mayBeReady(pod)) {
        if (mayBeReady(pod)) once(pod, 'ready', times.podReadyMs, (live) => beReady(live, mayBeReady(live)))
        else beReady(pod, false)
      }
    },
  }
}

/** Of a container that ends badly, where its owner asked for it; the first one's policy is taken for all. */
function lastWords({ metadata, spec }: KubernetesObject, exitCode: number): Fields {
  const message = metadata.annotations?.[says]
  const policy = fields(list(spec?.['containers'])[0])['terminationMessagePolicy']
  return exitCode === 0 || policy !== 'FallbackToLogsOnError' || message === undefined ? {} : { message }
}

/** What is not over by the end of its grace is killed. */
function stopMs({ metadata }: KubernetesObject, usualMs: number, graceMs: number): number {
  const asked = Number(metadata.annotations?.[stopsAfter] ?? usualMs)
  return Math.min(Number.isFinite(asked) ? asked : usualMs, graceMs)
}

const nodeOf = (pod: KubernetesObject): string => textAt(pod, 'spec', 'nodeName') ?? ''
