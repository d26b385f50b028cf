import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { lostNode, type Left, type LostNode } from '../domain/lost-nodes.ts'
import { selectorOf } from '../domain/workload-state.ts'
import type { Proven } from './outside.ts'
import type { KubernetesPort } from './ports.ts'

/** Those that end count too: they may still be at work. */
export async function podsOf(
  cluster: KubernetesPort,
  workload: KubernetesObject,
): Promise<readonly KubernetesObject[]> {
  const labels = selectorOf(workload)
  const { namespace } = workload.metadata
  const pods = await cluster.list('Pod', { ...(namespace !== undefined && { namespace }), labels })
  return pods.filter((p) => !['Succeeded', 'Failed'].includes(String(p.status?.['phase'])))
}

/** These pods with what is known of their nodes, where those do not answer. EC2 is asked of lost nodes only. */
export async function leftOf(
  { compute }: Pick<Proven, 'compute'>,
  cluster: KubernetesPort,
  pods: readonly KubernetesObject[],
): Promise<Left[]> {
  const names = [...new Set(pods.flatMap(nodeOf))]
  const nodes = await Promise.all(names.map((name) => cluster.find('Node', undefined, name)))
  const lost = nodes.flatMap((node) => (node ? (lostNode(node) ?? []) : []))
  const ids = lost.flatMap(({ instance }) => instance ?? [])
  const states = new Map(ids.length === 0 ? [] : (await compute.instances(ids)).map((i) => [i.id, i.state]))
  const known = new Map(
    lost.map((it): [string, LostNode] => [it.node, { ...it, ...stateOf(states.get(it.instance ?? '')) }]),
  )
  return pods.map((pod) => {
    const [on = ''] = nodeOf(pod)
    const node = known.get(on)
    return { pod: pod.metadata.name, ...(node && { lost: node }) }
  })
}

const stateOf = (state: string | undefined) => (state === undefined ? {} : { state })

const nodeOf = ({ spec }: KubernetesObject): string[] => {
  const name = spec?.['nodeName']
  return typeof name === 'string' && name !== '' ? [name] : []
}
