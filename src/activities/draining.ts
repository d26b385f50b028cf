import {
  budgeted,
  holdingInWords,
  isDrained,
  isEnding,
  NODE_GROUP,
  nodeOf,
  strictBudgets,
  type Holding,
} from '../domain/draining.ts'
import type { Duration } from '../domain/duration.ts'
import type { KubernetesPort } from './ports.ts'
import { hasWaited } from './waiting.ts'

/** Most pods have ended by then. */
const LONG: Duration = '3m'

/**
 * What holds up the draining of a node group, to be put behind what is waited for; empty where nothing does, or it has not
 * taken long yet. Reads only.
 */
export async function heldUpIn(cluster: KubernetesPort, nodeGroup: string): Promise<string> {
  if (!hasWaited(LONG)) return ''
  const held: Holding[] = []
  for (const budget of strictBudgets(await cluster.list('PodDisruptionBudget'))) {
    const [{ namespace }, labels] = [budget.metadata, budgeted(budget)]
    if (labels === undefined) continue
    const where = { ...(namespace !== undefined && { namespace }), ...(labels !== '' && { labels }) }
    const pods = (await cluster.list('Pod', where)).filter((p) => isDrained(p) && !isEnding(p))
    held.push(...pods.map((pod) => ({ pod, budget })))
  }
  for await (const page of cluster.pages('Pod'))
    held.push(...page.filter((p) => isDrained(p) && isEnding(p)).map((pod) => ({ pod })))
  const names = [...new Set(held.map(({ pod }) => nodeOf(pod)))].filter((name) => name !== '')
  const nodes = await Promise.all(names.map((name) => cluster.find('Node', undefined, name)))
  const its = new Set(nodes.flatMap((n) => (n?.metadata.labels?.[NODE_GROUP] === nodeGroup ? [n.metadata.name] : [])))
  return holdingInWords(held.filter(({ pod }) => its.has(nodeOf(pod))))
}
