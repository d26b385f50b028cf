import { CHECKED, RUN } from './annotations.ts'
import { madeBy } from './copying.ts'
import { milliseconds, seconds, type Duration } from './duration.ts'
import { list, record, records, type Fields } from './fields.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { put } from './probes.ts'
import { jobState } from './slots.ts'

/** A Job that is run on green and has to end well: docs/adr/0074. */
export type JobFile = { readonly timeout: Duration } & JobOf

type JobOf =
  /** As a CronJob of the environment makes them: with its service account, its secrets and its limits. */
  | { readonly cronJob: string }
  /** One container; `command` left out: the image's own. */
  | { readonly image: string; readonly command?: readonly string[] }

export interface JobPlace {
  readonly cluster: string
  readonly app: string
  readonly environment: string
  readonly namespaces: readonly string[]
}

/** What the platform file says, with its placeholders filled in. */
export function jobAt(job: JobFile, { namespaces, ...place }: JobPlace): JobFile {
  if (!('image' in job)) return job
  const fill = (text: string) => put(text, { ...place, namespace: namespaces[0] ?? '' })
  return { ...job, image: fill(job.image), ...(job.command && { command: job.command.map(fill) }) }
}

/**
 * Kubernetes takes it away so long after its end. Until then people may ask it what was wrong, and a worker that was away how
 * it ended.
 */
const KEPT_S = 3600

/**
 * What is made of it. It ends within its time, is gone some time after that whoever forgets it, and what its container said
 * last is kept with its pod, where the worker may read it without a right to logs.
 * `template`: the `jobTemplate` of the CronJob that it is made from. `check`: its name in the platform file. `run`: who made it
 * takes it away; absent: nobody said.
 */
export function checkJob(
  job: JobFile,
  at: { readonly name: string; readonly in: string; readonly check: string; readonly run?: string | undefined },
  template?: Fields,
): KubernetesObject {
  const made = 'image' in job ? { spec: ofImage(job) } : (template ?? {})
  const [metadata, spec] = [record(made['metadata']), record(made['spec'])]
  const pod = record(spec['template'])
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: at.name,
      namespace: at.in,
      labels: { ...(metadata['labels'] as object), ...(at.run !== undefined && { [RUN]: at.run }) }, // of a CronJob that its API server took
      annotations: { ...(metadata['annotations'] as object), [CHECKED]: at.check }, // likewise
    },
    spec: {
      ...spec,
      suspend: false,
      activeDeadlineSeconds: seconds(job.timeout),
      ttlSecondsAfterFinished: KEPT_S,
      template: { ...pod, spec: lastWords(record(pod['spec'])) },
    },
  }
}

function ofImage({ image, command }: Extract<JobOf, { readonly image: string }>): Fields {
  const container = { name: 'check', image, ...(command && { command }) }
  return { backoffLimit: 0, template: { spec: { automountServiceAccountToken: false, containers: [container] } } }
}

/**
 * A pod that is started again on its node has lost what it said: each try is a pod of its own. What a container writes for its
 * end is told as before, and its log where it writes nothing: that it was not asked for cannot be told from the default.
 */
const lastWords = (pod: Fields): Fields => ({
  ...pod,
  restartPolicy: 'Never',
  containers: list(pod['containers']).map((c) => ({
    ...record(c),
    terminationMessagePolicy: 'FallbackToLogsOnError',
  })),
})

/** By which they are told from Jobs of the app itself. */
export const CHECK = 'norikae-check-'

/** One that this run made for a check, and that has not ended. */
export const isRunningCheck = (job: KubernetesObject, run: string): boolean =>
  job.metadata.name.startsWith(CHECK) && madeBy(job) === run && jobState(job) === 'active'

/** One of a window that ended without it: what a new window makes would run beside it. */
export const isEarlierCheck = (job: KubernetesObject, run: string, check: string): boolean =>
  isRunningCheck(job, run) && job.metadata.annotations?.[CHECKED] === check

/** Longer than a controller takes to end what has had its time. */
const OVERDUE_MS = 60_000

/** What came of it: 0 well, 1 not; undefined: it still runs. `pods`: its own, as far as they are there; `had`: there were some. */
export function outcomeOf(
  job: KubernetesObject,
  pods: readonly KubernetesObject[],
  { timeout }: Pick<JobFile, 'timeout'>,
  nowMs: number,
  had = hadPods(job, pods),
): { readonly value: 0 | 1; readonly saw: string } | undefined {
  const name = `Job ${job.metadata.namespace ?? ''}/${job.metadata.name}`
  const state = jobState(job)
  if (state === 'succeeded') return { value: 0, saw: `${name} ended well` }
  const late = nowMs - Date.parse(job.metadata.creationTimestamp ?? '') > milliseconds(timeout) + OVERDUE_MS
  if (state === 'active' && !late) return undefined
  const failed = records(job.status?.['conditions']).find((c) => c['type'] === 'Failed')
  const words = saidLast(pods)
  if (state === 'active' || failed?.['reason'] === 'DeadlineExceeded')
    return { value: 1, saw: `${name} did not end within ${timeout}${had ? words : NO_POD}` }
  return { value: 1, saw: `${name} failed${words === '' ? `: ${String(failed?.['message'])}` : words}` }
}

/** Does it tell of any pod? Those that were ended for its time are gone by then: it is for each look to say. */
export const hadPods = ({ status = {} }: KubernetesObject, pods: readonly KubernetesObject[]): boolean =>
  pods.length > 0 || ['active', 'succeeded', 'failed'].some((of) => (status[of] ?? 0) !== 0)

const NO_POD =
  ': no pod of it was made. Its events say who refuses them: a quota, Pod Security, a webhook or a missing service account'

/** It was there, and is no more: nobody knows. */
export const goneUnseen = (namespace: string, name: string): { readonly value: null; readonly saw: string } => ({
  value: null,
  saw: `Job ${namespace}/${name} is gone, and nobody saw how it ended`,
})

const LINES = 5
const MOST = 600

/** Of a container that ended badly, in the pod that did so last. */
function saidLast(pods: readonly KubernetesObject[]): string {
  const bad = pods
    .flatMap((pod) => [
      ...records(pod.status?.['initContainerStatuses']),
      ...records(pod.status?.['containerStatuses']),
    ])
    .map((c) => record(record(c['state'])['terminated']))
    .filter((t) => typeof t['exitCode'] === 'number' && t['exitCode'] !== 0)
    .toSorted((a, b) => (String(a['finishedAt']) < String(b['finishedAt']) ? 1 : -1))
  const last = bad[0]
  if (!last) return ''
  const message = typeof last['message'] === 'string' ? last['message'].trim() : ''
  const lines = message.split('\n').slice(-LINES).join(' | ').slice(-MOST)
  return ` with exit code ${String(last['exitCode'])}${lines === '' ? '' : `: ${lines}`}`
}
