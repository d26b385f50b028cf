import { warning, type Finding } from './findings.ts'
import { kinds } from './kubernetes-objects.ts'
import type { ServedResource } from './resources.ts'

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '')

/** Kubernetes' own, EKS's own in every cluster, and metrics, which are no objects. */
const OWN =
  /^(|apps|autoscaling|batch|extensions|policy|((admissionregistration|apiextensions|apiregistration|apps|authentication|authorization|certificates|coordination|discovery|events|flowcontrol\.apiserver|internal\.apiserver|networking|node|rbac\.authorization|resource|scheduling|storage|storagemigration|(custom\.|external\.)?metrics)\.k8s\.io)|vpcresources\.k8s\.aws|crd\.k8s\.amazonaws\.com|networking\.k8s\.aws|eks\.amazonaws\.com)$/

/** Read and asked, and not carried over. Argo CD's group is also that of Rollouts and Workflows. */
const STAYS: ReadonlySet<string> = new Set(
  [
    kinds.Application,
    kinds.Kustomization,
    kinds.HelmRelease,
    kinds.HTTPRoute,
    kinds.LoadBalancerConfiguration,
    kinds.ServiceExport,
  ].map(groupOf),
)

/** Kinds of which tenants may have objects, and that Norikae knows nothing of: each once, in the version named first. */
export function unknownKinds(resources: readonly ServedResource[]): ServedResource[] {
  const known = new Set<string>(
    Object.values(kinds)
      .map(groupOf)
      .filter((group) => !STAYS.has(group)),
  )
  const custom = resources.filter(({ apiVersion, namespaced, verbs }) => {
    const group = groupOf(apiVersion)
    return namespaced && verbs.includes('list') && !known.has(group) && !OWN.test(group)
  })
  const name = ({ apiVersion, plural }: ServedResource) => `${plural}.${groupOf(apiVersion)}`
  return custom.filter((r, n) => custom.findIndex((o) => name(o) === name(r)) === n)
}

/** Objects of one kind in one namespace. */
export interface Custom {
  readonly resource: ServedResource
  readonly namespace: string
  readonly count: number
  readonly example: string
}

export const customFinding = ({ resource, namespace, count, example }: Custom): Finding =>
  warning(
    'custom-not-carried',
    `${resource.kind}/${namespace}/${example}`,
    count === 1
      ? `it is of ${resource.apiVersion}, which Norikae does not carry over`
      : `it and ${count - 1} more of ${resource.apiVersion} in this namespace are of a kind that Norikae does not carry over`,
    'put them on green by what made them, with their CustomResourceDefinition and controller, before its app moves; or see that green may start without',
  )

/** What may not be looked at is said, and is not taken for nothing. */
export function notLookedFinding(blue: string, resources: readonly ServedResource[]): Finding | undefined {
  if (resources.length === 0) return undefined
  const names = resources.map((r) => `${r.plural}.${groupOf(r.apiVersion)}`).toSorted()
  const [some, more] = [names.slice(0, SOME), names.length - SOME]
  return warning(
    'not-looked-for',
    blue,
    `Norikae may not list ${some.join(', ')}${more > 0 ? ` and ${more} more` : ''} there, and does not carry them over: whether apps have any is not known`,
    "let the worker's group list them (deploy/rbac/custom-resources.yaml), or look by yourself",
  )
}

const SOME = 12
