import { record, records, type Fields } from './fields.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { podLabelsOf } from './workload-state.ts'

/**
 * What pods themselves tell of how they run: how often their containers were started again, how long they waited for a node,
 * and whether they still start. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
 */

/** So far is looked back. The kubelet waits five minutes at most before it starts what crashes again, so a loop shows in it. */
export const LATELY_MS = 10 * 60_000

/** Of a container, `<namespace>/<pod>/<container>`, what was seen of it. */
export interface Restarts {
  readonly lookedAtMs: number
  /** As its pod counts them; those that were never started again are left out. */
  readonly counts: Readonly<Record<string, number>>
  /** Each look at which a container had been started again, how often, and why it had ended. */
  readonly lately: readonly {
    readonly of: string
    readonly atMs: number
    readonly times: number
    readonly why: string
  }[]
  /** Those that their kubelet keeps waiting now, because they end again and again; and why they ended last. */
  readonly heldBack?: Readonly<Record<string, string>>
}

interface ContainerState {
  readonly name: string
  readonly restarts: number
  readonly waits: string | undefined
  readonly ended: string
  readonly endedAtMs: number
}

/**
 * One more look at the pods of a side. Of what was counted before the first look, or before one so long ago that nobody knows
 * when it was, a pod tells its last alone. Pods that are to end by themselves are started again by design.
 */
export function restartsSeen(pods: readonly KubernetesObject[], before: Restarts | undefined, nowMs: number): Restarts {
  const known = before !== undefined && nowMs - before.lookedAtMs <= LATELY_MS ? before : undefined
  const containers = pods
    .filter(
      (pod) => !isEnding(pod) && pod.spec?.['restartPolicy'] !== 'Never' && pod.spec?.['restartPolicy'] !== 'OnFailure',
    )
    .flatMap((pod) =>
      containersOf(pod).map((c) => ({ ...c, of: `${pod.metadata.namespace ?? ''}/${pod.metadata.name}/${c.name}` })),
    )
  const fresh = known
    ? containers.flatMap(({ of, restarts, ended }) => {
        const times = restarts - (known.counts[of] ?? 0)
        return times > 0 ? [{ of, atMs: nowMs, times, why: ended }] : []
      })
    : containers.flatMap(({ of, restarts, ended, endedAtMs }) =>
        restarts > 0 && nowMs - endedAtMs < LATELY_MS ? [{ of, atMs: endedAtMs, times: 1, why: ended }] : [],
      )
  return {
    lookedAtMs: nowMs,
    counts: Object.fromEntries(containers.flatMap(({ of, restarts }) => (restarts > 0 ? [[of, restarts]] : []))),
    lately: [...(known?.lately ?? []).filter(({ atMs }) => nowMs - atMs < LATELY_MS), ...fresh],
    heldBack: Object.fromEntries(containers.flatMap((c) => (c.waits === HELD_BACK ? [[c.of, c.ended]] : []))),
  }
}

/** What a kubelet says of a container that ends whenever it is started. */
const HELD_BACK = 'CrashLoopBackOff'

/** It counts as so many at least: held back for five minutes each time, it is started twice in ten. */
const LOOPS = 3

/** Checks that are read together look a moment after one another; looks are a minute apart. */
const ONE_LOOK_MS = 10_000

/**
 * Of the container that was started again most often lately: one burst over all of them, as when what they need is away, is one
 * each. Only of those that are still at it, which were started again since the look before or are held back: what was over then
 * is no loop, however often it was.
 */
export function mostRestarts({ lookedAtMs, lately, heldBack = {} }: Restarts): {
  readonly value: number
  readonly saw?: string
} {
  const times = new Map(Object.keys(heldBack).map((of) => [of, 0]))
  for (const it of lately) if (lookedAtMs - it.atMs < ONE_LOOK_MS) times.set(it.of, 0)
  for (const it of lately) {
    const known = times.get(it.of)
    if (known !== undefined) times.set(it.of, known + it.times)
  }
  for (const of of Object.keys(heldBack)) times.set(of, Math.max(LOOPS, times.get(of) ?? 0))
  const [first] = [...times].toSorted(([, a], [, b]) => b - a)
  if (!first) return { value: 0 }
  const [of, value] = first
  const why = heldBack[of] ?? lately.findLast((it) => it.of === of)?.why ?? ''
  const [namespace = '', pod = '', container = ''] = of.split('/')
  const saw = [
    `container ${container} of pod ${namespace}/${pod}`,
    ...(of in heldBack ? [`in ${HELD_BACK}`] : []),
    ...(why === '' ? [] : [`last by ${why}`]),
  ]
  return { value, saw: saw.join(', ') }
}

/**
 * Seconds that a pod took to get a node: the slowest of those that wait for one now, or were made lately. None of these: 0,
 * because nobody waits. What its owner keeps from being scheduled waits on purpose.
 */
export function slowestScheduling(
  pods: readonly KubernetesObject[],
  nowMs: number,
): { readonly value: number; readonly saw?: string } {
  const waits = pods.flatMap((pod) => {
    if (isEnding(pod) || isOver(pod)) return []
    const madeMs = Date.parse(pod.metadata.creationTimestamp ?? '')
    if (Number.isNaN(madeMs)) return []
    const scheduled = conditionOf(pod, 'PodScheduled')
    if (scheduled?.['reason'] === 'SchedulingGated') return []
    const name = `pod ${pod.metadata.namespace ?? ''}/${pod.metadata.name}`
    if (scheduled?.['status'] !== 'True')
      return { seconds: Math.max(0, (nowMs - madeMs) / 1000), saw: `${name} waits: ${whyUnscheduled(scheduled)}` }
    const atMs = Date.parse(String(scheduled['lastTransitionTime']))
    const lately = nowMs - madeMs < LATELY_MS && !Number.isNaN(atMs)
    return lately ? { seconds: Math.max(0, (atMs - madeMs) / 1000), saw: name } : []
  })
  const slowest = waits.toSorted((a, b) => b.seconds - a.seconds)[0]
  return slowest && slowest.seconds > 0 ? { value: slowest.seconds, saw: slowest.saw } : { value: 0 }
}

const whyUnscheduled = (condition: Fields | undefined): string =>
  typeof condition?.['message'] === 'string' ? condition['message'].slice(0, 200) : 'no scheduler has looked at it'

/** So long a pod may take to get ready: a node has to come, an image to be pulled, a JVM to start. */
const STARTS_WITHIN_MS = 5 * 60_000

/** What a kubelet says of a container that is on its way. */
const ON_ITS_WAY: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing'])

/** Is this pod of that workload new, not ready yet, and nothing wrong with it? A new size and a new release make such. */
export function isStarting(workload: KubernetesObject, pod: KubernetesObject, nowMs: number): boolean {
  if (isEnding(pod) || isOver(pod) || pod.metadata.namespace !== workload.metadata.namespace) return false
  const labels = Object.entries(podLabelsOf(workload))
  if (labels.length === 0 || !labels.every(([key, value]) => pod.metadata.labels?.[key] === value)) return false
  if (!(nowMs - Date.parse(pod.metadata.creationTimestamp ?? '') < STARTS_WITHIN_MS)) return false
  const ready = conditionOf(pod, 'Ready')
  if (ready?.['status'] === 'True' || wasReady(pod, ready)) return false
  return containersOf(pod).every((c) => c.restarts === 0 && (c.waits === undefined || ON_ITS_WAY.has(c.waits)))
}

/** A kubelet says first that it is not ready, as it writes when it began; what is written later was lost. */
function wasReady({ status = {} }: KubernetesObject, ready: Fields | undefined): boolean {
  const [began, since] = [Date.parse(String(status['startTime'])), Date.parse(String(ready?.['lastTransitionTime']))]
  return since > began
}

const isEnding = ({ metadata }: KubernetesObject): boolean => metadata.deletionTimestamp !== undefined

const isOver = ({ status }: KubernetesObject): boolean => ['Succeeded', 'Failed'].includes(String(status?.['phase']))

const conditionOf = ({ status }: KubernetesObject, type: string): Fields | undefined =>
  records(status?.['conditions']).find((c) => c['type'] === type)

/** Init containers too: a sidecar is one of them. */
const containersOf = ({ status }: KubernetesObject): ContainerState[] =>
  ['initContainerStatuses', 'containerStatuses'].flatMap((field) =>
    records(status?.[field]).map((c) => {
      const waits = record(record(c['state'])['waiting'])['reason']
      const last = record(record(c['lastState'])['terminated'])
      const restarts = c['restartCount']
      return {
        name: String(c['name']),
        restarts: typeof restarts === 'number' ? restarts : 0,
        waits: typeof waits === 'string' ? waits : undefined,
        ended: endedBy(last),
        endedAtMs: Date.parse(String(last['finishedAt'])),
      }
    }),
  )

const endedBy = ({ reason, exitCode }: Fields): string =>
  [
    ...(typeof reason === 'string' ? [reason] : []),
    ...(typeof exitCode === 'number' ? [`exit code ${exitCode}`] : []),
  ].join(', ')
