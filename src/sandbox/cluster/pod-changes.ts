/** Pods as the network and the judge see them, read off the changes of the store whoever made them. */
import type { KubernetesObject, PodChange, RunningPod } from '../types.ts'
import { isTrue } from './conditions.ts'
import { textAt } from './json.ts'
import { k } from './kinds.ts'
import type { Store } from './store.ts'

export const isRunning = (pod: KubernetesObject | undefined): boolean => textAt(pod, 'status', 'phase') === 'Running'

const isTerminating = (pod: KubernetesObject | undefined): boolean => pod?.metadata.deletionTimestamp !== undefined

/** A pod on its way out is not ready for new requests, as its EndpointSlice says too. */
const isReady = (pod: KubernetesObject | undefined): boolean =>
  isRunning(pod) && isTrue(pod, 'Ready') && !isTerminating(pod)

export const runningPod = (cluster: string, pod: KubernetesObject): RunningPod => ({
  cluster,
  namespace: pod.metadata.namespace ?? '',
  name: pod.metadata.name,
  ip: textAt(pod, 'status', 'podIP') ?? '',
  labels: pod.metadata.labels ?? {},
  annotations: pod.metadata.annotations ?? {},
  ready: isReady(pod),
  terminating: isTerminating(pod),
})

/** In the order in which they are told when one write means several. */
const changes: readonly {
  readonly is: Parameters<PodChange>[1]
  readonly when: (before: KubernetesObject | undefined, after: KubernetesObject | undefined) => boolean
}[] = [
  { is: 'started', when: (before, after) => !isRunning(before) && isRunning(after) },
  { is: 'ready', when: (before, after) => !isReady(before) && isReady(after) },
  {
    is: 'unready',
    when: (before, after) => isReady(before) && isRunning(after) && !isTerminating(after) && !isReady(after),
  },
  { is: 'terminating', when: (before, after) => isRunning(after) && isTerminating(after) && !isTerminating(before) },
  { is: 'gone', when: (before, after) => isRunning(before) && !isRunning(after) },
]

export function watchPods(cluster: string, store: Store, tell: PodChange): void {
  store.subscribe(({ kind, before, after }) => {
    if (kind !== k.pod) return
    const pod = after ?? before
    if (pod === undefined) return
    for (const { is, when } of changes) if (when(before, after)) tell(runningPod(cluster, pod), is)
  })
}
