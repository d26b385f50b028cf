import { list, record } from './fields.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { controllerOf, nameOf, type KubernetesObject } from './kubernetes-objects.ts'
import { scalerFindings } from './scaler-findings.ts'
import { unschedulable, type NodePool } from './scheduling.ts'
import { podLabelsOf, podSpecOf, selects } from './workload-state.ts'

/** What was found in one namespace of blue, as far as it tells of trouble. */
export interface Belongings {
  /** Deployments, StatefulSets, DaemonSets and CronJobs that nobody else makes. */
  readonly workloads: readonly KubernetesObject[]
  readonly services: readonly KubernetesObject[]
  /** HorizontalPodAutoscalers, and KEDA's ScaledObjects and ScaledJobs. */
  readonly scalers: readonly KubernetesObject[]
  readonly budgets: readonly KubernetesObject[]
  /** Those that nobody else makes. */
  readonly pods: readonly KubernetesObject[]
  readonly serviceAccounts: readonly KubernetesObject[]
  /** What nodes green will have; none where that is not known. */
  readonly pools: readonly NodePool[]
}

/**
 * What would go wrong when these change clusters, from their specs alone. A blocker is what cannot come out right; a
 * warning is what the app's team should know before it approves.
 */
export const workloadFindings = (all: Belongings): Finding[] => [
  ...all.workloads.flatMap((w) => rules.flatMap((rule) => rule(w, all) ?? [])),
  ...scalerFindings(all.scalers, all.workloads),
  ...all.serviceAccounts.flatMap((a) => defaultAccount(a) ?? []),
  ...all.budgets.flatMap((b) => tightBudget(b) ?? []),
  ...all.pods.flatMap((p) => barePod(p) ?? []),
]

/** kubernetes/kubernetes, pkg/controller/cronjob: it says so itself where the deadline is shorter. */
const LOOKS_EVERY_S = 10

type Rule = (workload: KubernetesObject, all: Belongings) => Finding | undefined

const rules: readonly Rule[] = [
  /** Such a schedule counts from when its controller first saw it: https://pkg.go.dev/github.com/robfig/cron/v3#hdr-Intervals */
  (w) => {
    const schedule = w.kind === 'CronJob' ? String(w.spec?.['schedule']) : ''
    if (!/^@every\b/.test(schedule)) return undefined
    return blocker(
      'schedule-every',
      nameOf(w),
      `its schedule "${schedule}" counts from when a controller first saw it, so two clusters do not agree on its slots`,
      'write it as a cron expression, like */5 * * * *',
    )
  },
  (w) => {
    const node = podSpecOf(w)['nodeName']
    if (typeof node !== 'string' || node === '') return undefined
    return blocker(
      'node-named',
      nameOf(w),
      `its pods name the node ${node}, which green does not have`,
      'choose nodes by label: nodeSelector or affinity',
    )
  },
  (w) => {
    const paths = list(podSpecOf(w)['volumes']).flatMap((v) => {
      const { path } = record(record(v)['hostPath'])
      return typeof path === 'string' ? [path] : []
    })
    if (paths.length === 0) return undefined
    return warning(
      'host-path',
      nameOf(w),
      `its pods use ${paths.join(', ')} of their node, and nothing of that is carried over`,
      'see that green may start without it',
    )
  },
  (w) => {
    const ports = containersOf(w).flatMap((c) => list(c['ports']).flatMap((p) => numbers(record(p)['hostPort'])))
    if (ports.length === 0 && podSpecOf(w)['hostNetwork'] !== true) return undefined
    return warning(
      'host-port',
      nameOf(w),
      `its pods take ${ports.length > 0 ? `port ${ports.join(', ')} of` : 'the network of'} their node`,
      'see that who calls it by the address of a node finds it on green',
    )
  },
  /** https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#starting-deadline */
  (w) => {
    const [deadline] = numbers(w.spec?.['startingDeadlineSeconds'])
    if (w.kind !== 'CronJob' || deadline === undefined || deadline >= LOOKS_EVERY_S) return undefined
    return warning(
      'schedule-misses',
      nameOf(w),
      `it starts within ${deadline} s or not at all, and its controller looks every ${LOOKS_EVERY_S}: it misses slots by itself, and more while it changes sides`,
      `set startingDeadlineSeconds to ${LOOKS_EVERY_S} or more, or leave it out`,
    )
  },
  (w, { pools }) => unschedulable(w, pools),
  /** https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/#readiness-probe */
  (w, { services }) => {
    const serves = w.kind === 'Deployment' && services.some((s) => selects(s, podLabelsOf(w)))
    if (!serves || containersOf(w).some((c) => c['readinessProbe'] !== undefined)) return undefined
    return warning(
      'no-readiness-probe',
      nameOf(w),
      'its pods count as ready as soon as they start, so requests reach them before they can answer',
      'give it a readinessProbe',
    )
  },
]

/** Every namespace has one of its own, so it is not carried over. */
function defaultAccount({ metadata, ...account }: KubernetesObject): Finding | undefined {
  const secrets = account['imagePullSecrets']
  if (metadata.name !== 'default' || !Array.isArray(secrets) || secrets.length === 0) return undefined
  return warning(
    'default-account',
    `ServiceAccount/${metadata.namespace ?? ''}/default`,
    'its imagePullSecrets are not carried over, so what names no account of its own pulls images without them on green',
    'name imagePullSecrets in the pod templates, or a ServiceAccount of the app',
  )
}

/** https://kubernetes.io/docs/tasks/run-application/configure-pdb/#identify-an-application-to-protect */
function tightBudget(budget: KubernetesObject): Finding | undefined {
  const { maxUnavailable, minAvailable } = budget.spec ?? {}
  const none = maxUnavailable === 0 || maxUnavailable === '0%' || minAvailable === '100%'
  if (!none) return undefined
  return warning(
    'budget-allows-none',
    nameOf(budget),
    'it lets no pod be evicted, so nodes under it cannot be drained',
    'allow one: maxUnavailable: 1',
  )
}

/** https://kubernetes.io/docs/concepts/workloads/pods/#working-with-pods; a node makes mirrors by itself. */
function barePod({ metadata, status, ...pod }: KubernetesObject): Finding | undefined {
  const over = ['Succeeded', 'Failed'].includes(String(status?.['phase']))
  if (over || controllerOf({ metadata }) !== undefined || metadata.annotations?.['kubernetes.io/config.mirror'])
    return undefined
  return warning(
    'pod-stays',
    nameOf({ ...pod, metadata }),
    'nothing makes it, so it is not on green, and on blue it goes with its node',
    'make it by a Deployment or a Job',
  )
}

const containersOf = (workload: KubernetesObject) => list(podSpecOf(workload)['containers']).map(record)

const numbers = (value: unknown): number[] => (typeof value === 'number' ? [value] : [])
