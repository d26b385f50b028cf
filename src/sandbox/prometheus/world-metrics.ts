/** What a Prometheus that scrapes both clusters would have read, from the world's own events. */
import type { Buffers } from '../buffers.ts'
import type { Answered } from '../traffic/pods.ts'
import { roleOf } from '../traffic/roles.ts'
import type { RunningPod, SandboxCluster } from '../types.ts'
import type { Labels, Reading } from './series.ts'

interface Counted {
  readonly labels: Labels
  readonly byCode: Map<string, number>
  seconds: number
  requests: number
}

const queueMetric = {
  'log-buffer': 'fluentd_output_status_buffer_queue_length',
  'mail-buffer': 'postfix_showq_message_size_bytes_count',
} as const

export class WorldMetrics {
  readonly #counted = new Map<string, Counted>()
  readonly #clusters: () => readonly Pick<SandboxCluster, 'name' | 'pods' | 'list'>[]
  readonly #buffers: Pick<Buffers, 'depths'>

  constructor(
    clusters: () => readonly Pick<SandboxCluster, 'name' | 'pods' | 'list'>[],
    buffers: Pick<Buffers, 'depths'>,
  ) {
    this.#clusters = clusters
    this.#buffers = buffers
  }

  answered({ pod, status, seconds }: Answered): void {
    const counted = this.#of(pod)
    const code = String(status)
    counted.byCode.set(code, (counted.byCode.get(code) ?? 0) + 1)
    counted.seconds += seconds
    counted.requests++
  }

  *read(): Iterable<Reading> {
    const clusters = this.#clusters()
    const names = new Set(clusters.map((c) => c.name))
    // A counter that first shows with what it has counted already has grown by nothing, so each begins at zero.
    for (const cluster of clusters) {
      for (const pod of cluster.pods()) if (pod.ready && roleOf(pod) === 'web') this.#of(pod)
    }
    for (const { labels, byCode, seconds, requests } of this.#counted.values()) {
      if (!names.has(labels['cluster'] ?? '')) continue
      for (const [code, value] of byCode) yield { name: 'http_requests_total', labels: { ...labels, code }, value }
      yield { name: 'http_request_duration_seconds_sum', labels, value: seconds }
      yield { name: 'http_request_duration_seconds_count', labels, value: requests }
    }
    for (const { cluster, namespace, role, depth } of this.#buffers.depths()) {
      yield { name: queueMetric[role], labels: { cluster, namespace }, value: depth }
    }
    for (const cluster of clusters) {
      // Prometheus' own, of whatever it scrapes there.
      yield { name: 'up', labels: { cluster: cluster.name }, value: 1 }
      for (const { metadata, status } of cluster.list('apps/v1', 'Deployment')) {
        const { name: deployment, namespace = '' } = metadata
        const value = Number(status?.['readyReplicas'] ?? 0)
        const labels = { cluster: cluster.name, namespace, deployment }
        yield { name: 'kube_deployment_status_replicas_ready', labels, value }
      }
    }
  }

  #of({ cluster, namespace, labels: { app = '', env = '' } }: RunningPod): Counted {
    const key = `${cluster}/${namespace}/${app}`
    const found = this.#counted.get(key)
    if (found) return found
    const made = { labels: { cluster, namespace, app, environment: env }, byCode: zero(), seconds: 0, requests: 0 }
    this.#counted.set(key, made)
    return made
  }
}

const zero = () =>
  new Map([
    ['200', 0],
    ['500', 0],
  ])
