/**
 * What the AWS load balancer controller does for TargetGroupBindings: keeps a target group's targets as the Service's
 * ready pods. For an Ingress, a Service of type LoadBalancer and a Gateway of its class it keeps a load balancer with a target
 * group of its own, and says in their status where it answers; both go with them. It acts only while a pod of its own is ready on
 * the cluster, so an upgrade that forgets to bring it along gets no targets.
 */
import { answeringAt, BALANCED, backendOf, balancedOn, balancerTags, finalizerOf, routesOf } from './balanced.ts'
import { BINDING } from './binding.ts'
import { GatewayRules, hasHttpRules } from './gateway-rules.ts'
import { hasActions, IngressRules } from './ingress-rules.ts'
import { roleOf } from './traffic/roles.ts'
import type { KubernetesObject, RunningPod, SandboxAws, SandboxCluster } from './types.ts'

export { BINDING }
const FINALIZER = 'elbv2.k8s.aws/resources'
/** How long a pod's readiness takes to reach the load balancer. */
const DELAY_MS = 100
/** When something was refused, for example a target group that is not there yet. */
const AGAIN_MS = 1_000

type Cluster = Pick<SandboxCluster, 'name' | 'list' | 'apply' | 'remove' | 'update' | 'pods' | 'onPod' | 'onChange'>

export interface LoadBalancerController {
  /** What could not be done at the last attempt, by binding. */
  problems(): readonly string[]
  stop(): void
}

type Makes =
  | 'seedLoadBalancer'
  | 'removeLoadBalancer'
  | 'seedTargetGroup'
  | 'removeTargetGroup'
  | 'seedRule'
  | 'removeRule'
  | 'setWeightAsSomebodyElse'
  | 'forwardAll'

interface Target {
  readonly id: string
  readonly port: number
}

export function startLoadBalancerController(options: {
  readonly cluster: Cluster
  readonly elbv2: Pick<SandboxAws['elbv2'], Makes | 'setTargets' | 'inventory'>
}): LoadBalancerController {
  const { cluster, elbv2 } = options
  /** The targets as last written, by target group. */
  const written = new Map<string, string>()
  const problems = new Map<string, string>()
  const ingressRules = new IngressRules(cluster, elbv2)
  const gatewayRules = new GatewayRules(cluster, elbv2)
  /** Of each load balancer that was made, by its ARN. */
  const listeners = new Map<string, string>()
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  function soon(ms = DELAY_MS): void {
    if (stopped || timer) return
    timer = setTimeout(() => {
      timer = undefined
      reconcile()
    }, ms)
  }

  function reconcile(namespace?: string): void {
    const pods = cluster.pods()
    if (!pods.some((p) => roleOf(p) === 'load-balancer-controller' && p.ready && !p.terminating)) return
    if (namespace === undefined) problems.clear()
    for (const binding of cluster.list(BINDING.apiVersion, BINDING.kind, namespace)) {
      const name = `${binding.metadata.namespace}/${binding.metadata.name}`
      problems.delete(name)
      try {
        if (binding.metadata.deletionTimestamp !== undefined) release(binding)
        else keep(binding, pods)
      } catch (error) {
        problems.set(name, String(error))
      }
    }
    for (const owner of balancedOn(cluster, namespace)) {
      const name = `${owner.kind}/${owner.metadata.namespace}/${owner.metadata.name}`
      problems.delete(name)
      try {
        if (owner.metadata.deletionTimestamp !== undefined) letGo(owner)
        else balance(owner, pods)
      } catch (error) {
        problems.set(name, String(error))
      }
    }
    if (problems.size > 0) soon(AGAIN_MS)
  }

  function madeFor(owner: KubernetesObject) {
    const wanted = Object.entries(balancerTags(owner, cluster.name))
    const its = ({ tags }: { readonly tags: Readonly<Record<string, string>> }) =>
      wanted.every(([key, value]) => tags[key] === value)
    const { loadBalancers, targetGroups } = elbv2.inventory()
    return { balancers: loadBalancers.filter(its), groups: targetGroups.filter(its) }
  }

  /** The finalizer first: what is made must not be forgotten. */
  function balance(owner: KubernetesObject, pods: readonly RunningPod[]): void {
    const { finalizers = [], namespace, name } = owner.metadata
    const its = finalizerOf(owner)
    const tags = balancerTags(owner, cluster.name)
    if (!finalizers.includes(its))
      return update({ ...owner, metadata: { ...owner.metadata, finalizers: [...finalizers, its] } })
    if (madeFor(owner).balancers.length === 0) {
      const called = `k8s-${namespace}-${name}`.slice(0, 32).replace(/-+$/, '')
      const { loadBalancerArn, listenerArn } = elbv2.seedLoadBalancer(
        called,
        tags,
        owner.kind === 'Service' ? 'net' : 'app',
      )
      listeners.set(loadBalancerArn, listenerArn)
      if (!hasRules(owner)) elbv2.forwardAll(listenerArn, elbv2.seedTargetGroup(called, tags))
    }
    const {
      balancers: [balancer],
      groups: [group],
    } = madeFor(owner)
    const listenerArn = balancer && listeners.get(balancer.arn)
    if (hasHttpRules(owner) && balancer && listenerArn !== undefined) gatewayRules.keep(owner, listenerArn, tags)
    const behind = hasRules(owner) ? undefined : backendOf(cluster, owner)
    if (hasActions(owner) && listenerArn !== undefined) ingressRules.keep(owner, listenerArn, tags)
    if (group && behind)
      write(
        group.arn,
        targetsOf({ ...owner, spec: { serviceRef: behind } }, cluster.list('v1', 'Service', namespace), pods),
      )
    if (!balancer) return
    const status = { ...owner.status, ...answeringAt(owner, balancer.host) }
    if (JSON.stringify(owner.status) !== JSON.stringify(status)) update({ ...owner, status })
  }

  function letGo(owner: KubernetesObject): void {
    const { finalizers = [] } = owner.metadata
    if (!finalizers.includes(finalizerOf(owner))) return
    const attached = routesOf(cluster, owner).map(({ metadata }) => metadata.name)
    if (attached.length > 0) throw new Error(`Gateway deletion invoked with routes attached [${attached.join()}]`)
    const { balancers, groups } = madeFor(owner)
    if (hasHttpRules(owner)) gatewayRules.letGo(owner)
    else ingressRules.letGo(owner)
    for (const { arn } of balancers) elbv2.removeLoadBalancer(arn)
    for (const { arn } of groups) {
      elbv2.removeTargetGroup(arn)
      written.delete(arn)
    }
    const left = finalizers.filter((f) => f !== finalizerOf(owner))
    update({ ...owner, metadata: { ...owner.metadata, finalizers: left } })
  }

  function keep(binding: KubernetesObject, pods: readonly RunningPod[]): void {
    const { metadata, status = {} } = binding
    const { finalizers = [], generation, namespace } = metadata
    if (!finalizers.includes(FINALIZER)) {
      return update({ ...binding, metadata: { ...metadata, finalizers: [...finalizers, FINALIZER] } })
    }
    write(groupOf(binding), targetsOf(binding, cluster.list('v1', 'Service', namespace), pods))
    if (status['observedGeneration'] !== generation) {
      update({ ...binding, status: { ...status, observedGeneration: generation } })
    }
  }

  /** A target group that is gone already has nothing to deregister. */
  function release(binding: KubernetesObject): void {
    const { finalizers = [] } = binding.metadata
    if (!finalizers.includes(FINALIZER)) return
    try {
      write(groupOf(binding), [])
    } finally {
      written.delete(groupOf(binding))
      const left = finalizers.filter((f) => f !== FINALIZER)
      update({ ...binding, metadata: { ...binding.metadata, finalizers: left } })
    }
  }

  function update(binding: KubernetesObject): void {
    const { namespace, name } = binding.metadata
    void Promise.resolve(cluster.update(binding)).catch((error: unknown) => {
      problems.set(`${namespace}/${name}`, String(error))
      soon(AGAIN_MS)
    })
  }

  function write(group: string, targets: readonly Target[]): void {
    const words = JSON.stringify(targets)
    if (written.get(group) === words) return
    elbv2.setTargets(group, targets)
    written.set(group, words)
  }

  cluster.onPod((pod, is) => {
    if (stopped) return
    // Whoever is about to end gets nothing new from this moment on; the pod's preStop covers what is on its way.
    if (is === 'terminating' && roleOf(pod) === 'web') reconcile(pod.namespace)
    else soon()
  })
  cluster.onChange(BINDING.kind, () => soon())
  for (const kind of BALANCED) cluster.onChange(kind, () => soon())
  soon()

  return {
    problems: () => [...problems].map(([binding, problem]) => `${binding}: ${problem}`),
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

/** Each of its rules says what it forwards to, and there is no other target group. */
const hasRules = (owner: KubernetesObject): boolean => hasActions(owner) || hasHttpRules(owner)

const groupOf = ({ spec }: KubernetesObject) => String(spec?.['targetGroupARN'])

/** The ready pods behind a binding's Service, in a stable order. */
export function targetsOf(
  binding: KubernetesObject,
  services: readonly KubernetesObject[],
  pods: readonly RunningPod[],
): readonly Target[] {
  const { namespace } = binding.metadata
  const wanted = binding.spec?.['serviceRef'] as { name: string; port: number | string } | undefined // as its CRD says
  const service = services.find((s) => s.metadata.namespace === namespace && s.metadata.name === wanted?.name)
  const spec = service?.spec as ServiceSpec | undefined
  const port = spec?.ports?.find((p) => p.port === wanted?.port || p.name === wanted?.port)
  if (!spec?.selector || !port) return []
  const selector = Object.entries(spec.selector)
  const to = port.targetPort ?? port.port
  if (typeof to !== 'number') throw new Error(`target port ${to} of Service ${wanted?.name} is a name; use a number`)
  return pods
    .filter((p) => p.namespace === namespace && p.ready && !p.terminating)
    .filter((p) => selector.every(([label, value]) => p.labels[label] === value))
    .map((p) => ({ id: p.ip, port: to }))
    .toSorted((a, b) => a.id.localeCompare(b.id))
}

interface ServiceSpec {
  readonly selector?: Readonly<Record<string, string>>
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly targetPort?: number | string }[]
}
