import { addressOf, isHttp, numbersAt, total, type Measuring } from '../domain/measures.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { invalidInput } from './errors.ts'
import type { KubernetesPort, MetricsPort } from './ports.ts'
import { podsOf } from './pods.ts'

/** Of a DaemonSet there may be hundreds. */
const PODS_AT_ONCE = 16

interface Of {
  readonly metrics: MetricsPort
  /** Undefined: it is gone. */
  readonly cluster: KubernetesPort | undefined
  /** What it is about; undefined where it is not there. */
  readonly workload: KubernetesObject | undefined
}

/** Null: nobody tells. Throws `unreachable` where who should tell does not answer. */
export async function measure({ metrics, cluster, workload }: Of, measuring: Measuring): Promise<number | null> {
  if (!isHttp(measuring)) return metrics.query(measuring.url, measuring.query)
  const { http, value } = measuring
  const address = addressOf(http)
  if (!address) throw invalidInput(`${http} is neither a port of pods nor a Service of the cluster`)
  if (!cluster) return null
  if (address.of === 'pods') {
    const told = workload ? await ofEachPod(cluster, workload, http) : []
    return total(told.map((body) => numbersAt(body, value)))
  }
  const { namespace, service, scheme, port, path } = address
  const body = await cluster.proxyGet({ kind: 'Service', namespace, name: service, scheme, port, path })
  return total([numbersAt(body, value)])
}

/** What every pod of a workload answers at `:<port>/<path>`. Throws where one does not. */
export async function ofEachPod(
  cluster: KubernetesPort,
  workload: KubernetesObject,
  http: string,
): Promise<readonly unknown[]> {
  const address = addressOf(http)
  if (address?.of !== 'pods') throw invalidInput(`${http} is no port of pods`)
  const { port, path } = address
  const left = [...(await podsOf(cluster, workload))]
  const told: unknown[] = []
  while (left.length > 0) {
    const some = left.splice(0, PODS_AT_ONCE)
    const get = ({ metadata: { namespace = '', name } }: KubernetesObject) =>
      cluster.proxyGet({ kind: 'Pod', namespace, name, port, path })
    told.push(...(await Promise.all(some.map(get))))
  }
  return told
}
