import { milliseconds, type Duration } from './duration.ts'
import { record, records, type Fields } from './fields.ts'
import { blocker, type Finding } from './findings.ts'
import { nameOf, type KubernetesObject } from './kubernetes-objects.ts'

/** Why a workload does not become ready, in the words of its cluster. */
export interface Hindrance {
  /** The workload: its pods get other names with each try. */
  readonly about: string
  readonly container?: string
  /** `ImagePullBackOff` */
  readonly reason: string
  readonly message: string
  /** Milliseconds since 1970; not a number where nothing tells. */
  readonly sinceMs: number
}

interface Verdict {
  readonly code: 'image-not-pulled' | 'container-not-made'
  /** For so long it may still come right by itself: a registry that asks for patience, a Secret that is being made. */
  readonly patience: Duration
}

// A registry that asks for patience is asked again within five minutes; before that, init containers may have run.
const image = { code: 'image-not-pulled', patience: '8m' } as const
const made = { code: 'container-not-made', patience: '2m' } as const
const never = '0s'

/**
 * What does not come right by itself. Everything else that a container waits for may: what crashes is started again, and
 * nodes are on their way. kubernetes/kubernetes, pkg/kubelet/images/types.go and pkg/kubelet/kuberuntime/kuberuntime_container.go.
 */
const hopeless: Readonly<Record<string, Verdict>> = {
  InvalidImageName: { ...image, patience: never },
  ErrImageNeverPull: { ...image, patience: never },
  ImagePullBackOff: image,
  ImageInspectError: image,
  RegistryUnavailable: image,
  SignatureValidationFailed: image,
  CreateContainerConfigError: made,
  CreateContainerError: made,
}

/** Of a workload that is not ready and its pods; each reason of a container once. */
export function hindrancesOf(workload: KubernetesObject, pods: readonly KubernetesObject[]): Hindrance[] {
  const about = nameOf(workload)
  // What is on its way out may be of what was mended since.
  const staying = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined)
  const all = [...notMade(workload), ...staying.flatMap((pod) => [...notPlaced(pod), ...waiting(pod)])]
  const once = new Map(
    all.toSorted((a, b) => b.sinceMs - a.sinceMs).map((h) => [`${h.container ?? ''} ${h.reason}`, { about, ...h }]),
  )
  return [...once.values()]
}

/** Those of which nobody should wait for more. */
export const lasting = (all: readonly Hindrance[], now: number): Hindrance[] =>
  all.filter(({ reason, sinceMs }) => {
    const verdict = hopeless[reason]
    return verdict !== undefined && now - sinceMs > milliseconds(verdict.patience)
  })

/** Of one that lasts. `where`: its cluster. */
export function hindranceFinding({ about, container, reason, message }: Hindrance, where: string): Finding {
  const said = message === '' ? reason : `${reason}: ${message}`
  const finding =
    hopeless[reason]?.code === 'container-not-made'
      ? blocker(
          'container-not-made',
          about,
          `its container cannot be made on ${where}: ${said}`,
          'put what it names there (a ConfigMap, a Secret, a key of one), or mend it on blue; then retry',
        )
      : blocker(
          'image-not-pulled',
          about,
          `its image cannot be pulled on ${where}: ${said}`,
          'see that it is in its registry, and that the nodes there may pull it (imagePullSecrets, their role, their way to the registry); then retry',
        )
  return container === undefined ? finding : { ...finding, field: `containers[${container}]` }
}

export const hindranceInWords = ({ about, container, reason, message }: Hindrance): string =>
  `${about}${container === undefined ? '' : ` container ${container}`}: ${reason}${message === '' ? '' : `, ${message}`}`

type Told = Omit<Hindrance, 'about'>

/** Quota, admission: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment */
const notMade = ({ status }: KubernetesObject): Told[] =>
  records(status?.['conditions'])
    .filter((c) => c['type'] === 'ReplicaFailure' && c['status'] === 'True')
    .map((c) => told(c, timeOf(c['lastTransitionTime'])))

const notPlaced = ({ status }: KubernetesObject): Told[] =>
  records(status?.['conditions'])
    .filter((c) => c['type'] === 'PodScheduled' && c['status'] === 'False')
    .map((c) => told(c, timeOf(c['lastTransitionTime'])))

/** A container that waits says why, and its pod since when it is not ready. */
function waiting({ metadata, status }: KubernetesObject): Told[] {
  const ready = records(status?.['conditions']).find((c) => c['type'] === 'Ready' && c['status'] === 'False')
  const since = timeOf(ready?.['lastTransitionTime'] ?? metadata.creationTimestamp)
  return [...records(status?.['initContainerStatuses']), ...records(status?.['containerStatuses'])].flatMap((c) => {
    const state = record(record(c['state'])['waiting'])
    const { reason } = state
    // It is only being started.
    if (typeof reason !== 'string' || ['ContainerCreating', 'PodInitializing'].includes(reason)) return []
    return [{ container: String(c['name']), ...told(state, since) }]
  })
}

const LONGEST = 300

function told({ reason, message }: Fields, sinceMs: number): Told {
  const text = typeof message === 'string' ? message.replaceAll(/\s+/g, ' ').trim() : ''
  return {
    reason: typeof reason === 'string' ? reason : 'no reason given',
    message: text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text,
    sinceMs,
  }
}

const timeOf = (text: unknown): number => (typeof text === 'string' ? Date.parse(text) : Number.NaN)
