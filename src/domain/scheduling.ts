import type { NodegroupDescription } from './eks-objects.ts'
import { record, records, type Fields } from './fields.ts'
import { warning, type Finding } from './findings.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { podSpecOf } from './workload-state.ts'

/** Nodes as green will have them: node groups are made there as they are on blue. */
export interface NodePool {
  readonly name: string
  /** What a node may have under a key. A key that is not here is on none of them, or nobody knows before they run. */
  readonly labels: Readonly<Record<string, readonly string[]>>
  readonly taints: readonly { readonly key: string; readonly value: string; readonly effect: string }[]
}

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_Taint.html */
const effects: Readonly<Record<string, string>> = {
  NO_SCHEDULE: 'NoSchedule',
  NO_EXECUTE: 'NoExecute',
  PREFER_NO_SCHEDULE: 'PreferNoSchedule',
}

/** With what EKS and the kubelet add. https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html */
export const poolsOf = (groups: readonly NodegroupDescription[]): NodePool[] =>
  groups.map(({ name, labels, taints, amiType, capacityType, instanceTypes }) => ({
    name,
    labels: {
      ...Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, [value]])),
      'eks.amazonaws.com/nodegroup': [name],
      ...(capacityType !== undefined && { 'eks.amazonaws.com/capacityType': [capacityType] }),
      ...(instanceTypes.length > 0 && { 'node.kubernetes.io/instance-type': instanceTypes }),
      'kubernetes.io/os': [amiType.includes('WINDOWS') ? 'windows' : 'linux'],
      ...(/ARM_64/i.test(amiType) && { 'kubernetes.io/arch': ['arm64'] }),
      ...(/x86_64|WINDOWS/i.test(amiType) && { 'kubernetes.io/arch': ['amd64'] }),
    },
    taints: taints.map(({ key, value = '', effect }) => ({ key, value, effect: effects[effect] ?? effect })),
  }))

/**
 * Set by the kubelet, the cloud or EKS itself, on every node: https://kubernetes.io/docs/reference/labels-annotations-taints/.
 * Not the name of its host, which is no node's of green.
 */
const KNOWN_LATER =
  /^((beta\.)?kubernetes\.io\/(os|arch|instance-type)|node\.kubernetes\.io\/instance-type|(topology|failure-domain\.beta)\.kubernetes\.io\/(zone|region)|topology\.k8s\.aws\/.+|eks\.amazonaws\.com\/.+)$/

/** No node group takes its pods, so on green they wait for ever, unless something else brings nodes there. */
export function unschedulable(workload: KubernetesObject, pools: readonly NodePool[]): Finding | undefined {
  const pod = podSpecOf(workload)
  if (pools.length === 0 || pools.some((pool) => why(pod, pool) === undefined)) return undefined
  const reasons = [...new Set(pools.map((pool) => why(pod, pool)))]
  const { kind, metadata } = workload
  return warning(
    'unschedulable',
    `${kind}/${metadata.namespace ?? ''}/${metadata.name}`,
    `no node group takes its pods: ${reasons.join('; ')}. Nodes that come from elsewhere (Karpenter, self-managed) are not built on green`,
    'give a node group what its pods ask for, or see that something brings such nodes to green before it moves',
  )
}

/** Why no node of this pool takes such a pod. https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/ */
function why(pod: Fields, { labels, taints }: NodePool): string | undefined {
  const selector = Object.entries(record(pod['nodeSelector'])).map(([key, value]) => ({
    key,
    operator: 'In',
    values: [String(value)],
  }))
  const unmet = selector.find((one) => !holds(one, labels))
  if (unmet) return `${unmet.key}=${unmet.values.join()} is on none`
  const required = record(record(pod['affinity'])['nodeAffinity'])['requiredDuringSchedulingIgnoredDuringExecution']
  const terms = records(record(required)['nodeSelectorTerms'])
  if (terms.length > 0 && !terms.some((term) => meets(term, labels)))
    return `its required affinity (${keysOf(terms).join(', ')}) is met by none`
  const taint = taints.find((t) => t.effect !== 'PreferNoSchedule' && !records(pod['tolerations']).some(tolerates(t)))
  return taint && `the taint ${taint.key}${taint.value === '' ? '' : `=${taint.value}`} is not tolerated`
}

interface Requirement {
  readonly key: string
  readonly operator: string
  readonly values: readonly string[]
}

/** A term by fields names a node, which green does not have. */
const meets = (term: Fields, labels: NodePool['labels']): boolean =>
  records(term['matchFields']).length === 0 && requirements(term).every((one) => holds(one, labels))

const requirements = (term: Fields): Requirement[] =>
  records(term['matchExpressions']).map(({ key, operator, values }) => ({
    key: String(key),
    operator: String(operator),
    values: Array.isArray(values) ? values.map(String) : [],
  }))

const keysOf = (terms: readonly Fields[]): string[] => [
  ...new Set(
    terms.flatMap((t) => [
      ...requirements(t).map((r) => r.key),
      ...records(t['matchFields']).map((f) => String(f['key'])),
    ]),
  ),
]

function holds({ key, operator, values }: Requirement, labels: NodePool['labels']): boolean {
  const found = labels[key]
  if (found === undefined) return KNOWN_LATER.test(key) || operator === 'NotIn' || operator === 'DoesNotExist'
  switch (operator) {
    case 'In':
      return found.some((value) => values.includes(value))
    case 'NotIn':
      return found.some((value) => !values.includes(value))
    case 'Gt':
      return found.some((value) => Number(value) > Number(values[0]))
    case 'Lt':
      return found.some((value) => Number(value) < Number(values[0]))
    default:
      return operator === 'Exists'
  }
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
const tolerates =
  (taint: NodePool['taints'][number]) =>
  ({ key, operator = 'Equal', value = '', effect = '' }: Fields): boolean => {
    if (effect !== '' && effect !== taint.effect) return false
    if (operator === 'Exists') return key === undefined || key === '' || key === taint.key
    // Newer operators compare numbers: what they say of it is not known here.
    return key === taint.key && (operator !== 'Equal' || value === taint.value)
  }
