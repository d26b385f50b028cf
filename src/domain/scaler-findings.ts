import { list, record } from './fields.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { controllerOf, nameOf, type KubernetesObject } from './kubernetes-objects.ts'
import { scales } from './scalers.ts'

/**
 * What would go wrong when what scales these workloads changes clusters. `scalers`: HorizontalPodAutoscalers,
 * ScaledObjects and ScaledJobs of one namespace.
 */
export const scalerFindings = (
  scalers: readonly KubernetesObject[],
  workloads: readonly KubernetesObject[],
): Finding[] =>
  scalers.filter((s) => !isKedas(s, scalers, workloads)).flatMap((s) => rules.flatMap((rule) => rule(s) ?? []))

/** KEDA makes it of a ScaledObject that moves with its workload, and takes it away while that is paused. */
function isKedas(
  scaler: KubernetesObject,
  scalers: readonly KubernetesObject[],
  workloads: readonly KubernetesObject[],
): boolean {
  const owner = controllerOf(scaler)
  if (scaler.kind !== 'HorizontalPodAutoscaler' || owner === undefined) return false
  const scaledObject = scalers.find((s) => s.kind === 'ScaledObject' && s.metadata.uid === owner.uid)
  return scaledObject !== undefined && workloads.map(targetOf).some((w) => scales(scaledObject, w) && scales(scaler, w))
}

const targetOf = ({ kind, metadata: { name, namespace = '' } }: KubernetesObject) => ({ kind, name, namespace })

type Rule = (scaler: KubernetesObject) => Finding | undefined

const rules: readonly Rule[] = [
  /** https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#appendix-horizontal-pod-autoscaler-status-conditions */
  (scaler) => {
    const active = conditionOf(scaler, scaler.kind === 'ScaledObject' ? 'Ready' : 'ScalingActive')
    // At zero it was switched off by whoever scaled the workload to zero.
    if (active?.['status'] !== 'False' || active['reason'] === 'ScalingDisabled') return undefined
    return warning(
      'scaler-blind',
      nameOf(scaler),
      `it does not scale on blue (${typeof active['reason'] === 'string' ? active['reason'] : 'no reason given'}), and will not on green`,
      'see that its metrics are there',
    )
  },
  /** It would start what was stopped, and undo every pin. */
  (scaler) => {
    const owner = controllerOf(scaler)
    if (owner === undefined) return undefined
    return blocker(
      'scaler-owned',
      nameOf(scaler),
      `${owner.kind} ${owner.name} makes it, and would start on one side what was stopped there (Unsupported)`,
      'size its workload with a HorizontalPodAutoscaler, a ScaledObject or a fixed number of replicas for the upgrade',
    )
  },
  /** https://keda.sh/docs/latest/concepts/scaling-jobs/ */
  (scaler) => {
    if (scaler.kind !== 'ScaledJob') return undefined
    return blocker(
      'scaled-job',
      nameOf(scaler),
      'KEDA makes Jobs of it, it is not carried over, and its work would be left undone (Unsupported)',
      'let a Deployment with a ScaledObject do its work, or leave its app out of this platform',
    )
  },
  /** https://keda.sh/docs/latest/concepts/authentication/#authentication-scopes-namespace-vs-cluster */
  (scaler) => {
    const names = authenticationsOf(scaler).filter((a) => a.kind === 'ClusterTriggerAuthentication')
    if (names.length === 0) return undefined
    return warning(
      'scaler-signs-in',
      nameOf(scaler),
      `its triggers sign in by ClusterTriggerAuthentication ${names.map((a) => a.name).join(', ')}, which is the cluster's and not carried over`,
      'see that green has it, with its Secrets, before its app moves: without it nothing is scaled there',
    )
  },
]

const conditionOf = ({ status }: KubernetesObject, type: string): Readonly<Record<string, unknown>> | undefined =>
  list(status?.['conditions'])
    .map(record)
    .find((c) => c['type'] === type)

function authenticationsOf({ spec }: KubernetesObject): { readonly kind: string; readonly name: string }[] {
  return list(spec?.['triggers']).flatMap((trigger) => {
    const { kind, name } = record(record(trigger)['authenticationRef'])
    return typeof name === 'string' ? [{ kind: String(kind), name }] : []
  })
}
