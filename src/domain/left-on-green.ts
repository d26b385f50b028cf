import { DUE_WHILE_BUSY, LEFT_RUNNING, OWNER_SUSPEND, REPLICAS, STOPPED_AT, SUSPENDED_AT } from './annotations.ts'
import { asleepLike } from './copying.ts'
import { fenceKey, fenceParams } from './fence.ts'
import { givenToFlux, heldBack } from './flux.ts'
import { list, record } from './fields.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { isPaused, putToSleep, wakeUp } from './pauses.ts'
import { workloadName, type WorkloadRef } from './platform.ts'
import { replicasToWakeWith } from './sleep.ts'
import { iso, lastSlotOf } from './slots.ts'
import { podSpecOf, replicasOf, selectorOf } from './workload-state.ts'

/**
 * What may run on one side only, and a cutover that was terminated left on the other side than its next one believes: which
 * of it that is, and how people take it home. The commands write what Norikae itself would.
 */

/** A workload and what scales it, as one side has them. */
export interface Found {
  readonly object: KubernetesObject
  readonly scaledObject?: KubernetesObject | undefined
}

export interface Left {
  readonly ref: WorkloadRef
  /** On the side where it was left. */
  readonly away: Found | undefined
  /** On the side to which it goes home. */
  readonly home: Found | undefined
}

/** It may have work in hand: it is scaled to some, or KEDA may start it. */
const runs = ({ object, scaledObject }: Found): boolean =>
  object.kind === 'CronJob'
    ? object.spec?.['suspend'] !== true
    : replicasOf(object) > 0 || (scaledObject !== undefined && !isPaused(scaledObject))

/** Norikae has stopped it for the other side, as its notes say. */
export const isNotedStopped = ({ kind, metadata: { annotations = {} } }: KubernetesObject): boolean =>
  annotations[kind === 'CronJob' ? SUSPENDED_AT : STOPPED_AT] !== undefined

/** Stopped for the other side, and nobody has started it since: were that side's taken away, it would run on neither. */
export const wouldEnd = ({ home }: Left): boolean => home !== undefined && !runs(home) && isNotedStopped(home.object)

/** The same, or it runs away from home only, whoever has stopped it there. */
export const isLeft = (left: Left): boolean =>
  wouldEnd(left) || (left.away !== undefined && runs(left.away) && !(left.home && runs(left.home)))

/** What of it would be down on both sides, and `why`; and how the first one is taken home, command by command. */
export function leftInWords(
  [first, ...others]: readonly [Left, ...Left[]],
  names: { readonly away: string; readonly home: string },
  why: string,
): string {
  const { ref, home } = first
  const away = first.away && runs(first.away) ? first.away : undefined
  const stopped = wouldEnd(first) ? home : undefined
  const is = [
    away ? `runs on ${names.away}` : `does not run on ${names.away}`,
    ...(stopped ? [`is stopped on ${names.home}`] : []),
  ]
  const more = others.length === 0 ? '' : ` (and so with ${others.map((o) => workloadName(o.ref)).join(', ')})`
  // Which of its slots have run away from home is known once it stands there.
  const later = away !== undefined && ref.kind === 'CronJob'
  const deeds = [
    ...(away ? [`on ${names.away} ${sleeping(ref, away).join(', ')}`] : []),
    ...(stopped && !later ? [`on ${names.home} ${waking(ref, stopped, first.away).join(', ')}`] : []),
  ]
  return [
    `${workloadName(ref)} ${is.join(' and ')}: ${why}${more}.`,
    `Take it home by hand, in this order, then retry${later || others.length > 0 ? ', which tells what is next' : ''}: ${deeds.join('; ')}`,
    ...(away && hasVolumes(away.object) ? [`(what it wrote there on copies of volumes stays there)`] : []),
  ].join(' ')
}

function sleeping(ref: WorkloadRef, { object, scaledObject }: Found): string[] {
  const { annotations, spec } = asleepLike(object)
  const pause = scaledObject && putToSleep(scaledObject, replicasOf(object))
  const wait =
    ref.kind === 'CronJob'
      ? `wait until its jobs have ended (kubectl get jobs --namespace ${ref.namespace})`
      : `wait until none of its pods is left (kubectl get pods --namespace ${ref.namespace} --selector '${selectorOf(object)}')`
  return [
    ...(scaledObject && pause ? [patching(scaledObject, pause)] : []),
    patching(object, { metadata: { annotations: { ...annotations, ...heldBack(object) } }, spec }),
    wait,
  ]
}

function waking(ref: WorkloadRef, { object, scaledObject }: Found, away: Found | undefined): string[] {
  const { name, namespace } = fenceParams(ref.namespace).metadata
  const open = `kubectl patch configmap/${name} --namespace ${namespace} --type merge --patch '${JSON.stringify({ data: { [fenceKey(ref)]: null } })}'`
  const wake = scaledObject && wakeUp(scaledObject)
  return [
    open,
    ...(scaledObject && wake ? [patching(scaledObject, wake)] : []),
    ...(ref.kind === 'CronJob' ? ranThere(object, away?.object) : []),
    patching(object, {
      metadata: { annotations: { ...unnoted(object), ...givenToFlux(object) } },
      spec:
        ref.kind === 'CronJob'
          ? { suspend: object.metadata.annotations?.[OWNER_SUSPEND] === 'true' }
          : { replicas: replicasToWakeWith(object, away?.object) },
    }),
  ]
}

/** Its controller counts from there, and starts none again that has run on the other side. */
function ranThere(object: KubernetesObject, away: KubernetesObject | undefined): string[] {
  const [here, there] = [lastSlotOf(object) ?? 0, (away && lastSlotOf(away)) ?? 0]
  if (there <= here) return []
  return [`${patching(object, { status: { lastScheduleTime: iso(there) } })} --subresource status`]
}

/** Norikae's notes that are on it, removed. */
const unnoted = ({ metadata: { annotations = {} } }: KubernetesObject): Readonly<Record<string, null>> =>
  Object.fromEntries(
    [REPLICAS, STOPPED_AT, OWNER_SUSPEND, SUSPENDED_AT, DUE_WHILE_BUSY, LEFT_RUNNING]
      .filter((key) => annotations[key] !== undefined)
      .map((key) => [key, null]),
  )

/** Without the version that was read: people write later. */
function patching({ kind, metadata }: KubernetesObject, patch: object): string {
  const { metadata: meta, ...rest } = record(patch)
  const { resourceVersion: _, ...written } = record(meta)
  const body = { ...(Object.keys(written).length > 0 && { metadata: written }), ...rest }
  return `kubectl patch ${kind.toLowerCase()}/${metadata.name} --namespace ${metadata.namespace ?? ''} --type merge --patch '${JSON.stringify(body)}'`
}

const hasVolumes = (workload: KubernetesObject): boolean =>
  list(workload.spec?.['volumeClaimTemplates']).length > 0 ||
  list(podSpecOf(workload)['volumes']).some((v) => record(v)['persistentVolumeClaim'] !== undefined)
