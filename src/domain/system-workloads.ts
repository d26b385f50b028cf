import { blocker, type Finding } from './findings.ts'
import { controllerOf, type KubernetesObject } from './kubernetes-objects.ts'

/** EKS puts these into every new cluster, also where they are no add-ons. */
const everywhere: ReadonlySet<string> = new Set(['aws-node', 'coredns', 'kube-proxy'])

/** As which EKS writes what belongs to an add-on. https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-field-management.html */
const ADDON_MANAGER = 'eks'

/**
 * What runs in Kubernetes' own namespaces and neither comes with a cluster nor with an add-on: nothing would bring it to
 * green, and what it does for the others (load balancers, scaling, DNS) would be missing there.
 */
export const systemWorkloadFindings = (workloads: readonly KubernetesObject[]): Finding[] =>
  workloads
    .filter((w) => !everywhere.has(w.metadata.name) && !isOfAddon(w) && controllerOf(w) === undefined)
    .map(({ kind, metadata }) =>
      blocker(
        'system-workload-stays',
        `${kind}/${metadata.namespace ?? ''}/${metadata.name}`,
        'it is in a namespace of Kubernetes itself and no EKS add-on, so nothing brings it to green (Unsupported)',
        'install it as an add-on, or into a namespace of its own that platformApps.waves names; or remove it',
      ),
    )

const isOfAddon = ({ metadata }: KubernetesObject): boolean => {
  const { managedFields } = metadata
  return Array.isArray(managedFields) && managedFields.some((f: { manager?: unknown }) => f.manager === ADDON_MANAGER)
}
