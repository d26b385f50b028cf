import { blocker, warning, type Finding } from './findings.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { instanceIn } from './lost-nodes.ts'
import type { RunningInstance } from './quotas.ts'

/**
 * Nodes of blue that no node group, no Fargate profile and no Auto Mode of it has started: EKS does not know what starts
 * them, so green gets none of the kind. `nodes`: the cluster's own. What is tagged as of a cluster may be no node of it, as
 * bastions are, and a node may have no such tag.
 */
export function nodesElsewhere(
  blue: string,
  nodes: readonly KubernetesObject[],
  instances: readonly RunningInstance[],
): Finding[] {
  const ids = new Set(nodes.map(({ spec }) => instanceIn(spec?.['providerID'])))
  const its = instances.filter((i) => ids.has(i.id))
  const of = (by: NonNullable<RunningInstance['by']>) => counted(its.filter((i) => (i.by ?? 'others') === by))
  const [karpenters, others] = [of('Karpenter'), of('others')]
  return [
    ...(others
      ? [
          blocker(
            'nodes-elsewhere',
            blue,
            `${others} of its nodes are of no node group of EKS (an Auto Scaling group of its own, or started by hand), and what starts them is not copied (Unsupported)`,
            'give blue a managed node group in their place; or make what starts them for green too, once it is there, and waive this',
          ),
        ]
      : []),
    ...(karpenters
      ? [
          warning(
            'nodes-elsewhere',
            blue,
            `${karpenters} of its nodes were started by Karpenter: its NodePools and EC2NodeClasses are not copied, and an EC2NodeClass names its cluster`,
            "see that they come to green with Karpenter, with green's name in their selectors and tags, before anything needs such nodes; and that Karpenter's IAM role is for green too",
          ),
        ]
      : []),
  ]
}

/** `3 (m7i.large, c7g.xlarge)` */
function counted(some: readonly RunningInstance[]): string | undefined {
  if (some.length === 0) return undefined
  const types = [...new Set(some.map((i) => i.type))]
  return `${some.length} (${types.slice(0, 3).join(', ')}${types.length > 3 ? ' …' : ''})`
}
