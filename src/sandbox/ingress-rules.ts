/**
 * What the AWS load balancer controller makes of an Ingress whose paths name actions (`use-annotation`): a rule for each host,
 * which forwards as the action's annotation says, with a target group and a TargetGroupBinding for each Service in it. Target
 * groups that an action names by ARN are used, and left.
 * https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#actions
 */
import type { Forward, KubernetesObject, SandboxAws, SandboxCluster } from './types.ts'

export const BINDING = { apiVersion: 'elbv2.k8s.aws/v1beta1', kind: 'TargetGroupBinding' } as const
const ACTIONS = 'alb.ingress.kubernetes.io/actions.'

type Elb = Pick<
  SandboxAws['elbv2'],
  'seedTargetGroup' | 'removeTargetGroup' | 'seedRule' | 'setWeightAsSomebodyElse' | 'inventory'
>

/** Of an action: a Service by its name and port, or a target group. */
interface Tuple {
  readonly serviceName?: string
  readonly servicePort?: number | string
  readonly targetGroupARN?: string
  readonly targetGroupName?: string
  readonly weight?: number
}

interface Rule {
  readonly host?: string
  readonly http?: {
    readonly paths: readonly {
      readonly backend: { readonly service?: { readonly name: string; readonly port: { readonly name?: string } } }
    }[]
  }
}

/** Host and action of each of its rules that names one. */
function annotated({ spec }: KubernetesObject): { readonly host: string; readonly action: string }[] {
  return ((spec?.['rules'] ?? []) as readonly Rule[]).flatMap(({ host = '*', http }) =>
    (http?.paths ?? []).flatMap(({ backend: { service } }) =>
      service?.port.name === 'use-annotation' ? [{ host, action: service.name }] : [],
    ),
  )
}

export const hasActions = (ingress: KubernetesObject): boolean =>
  ingress.kind === 'Ingress' && annotated(ingress).length > 0

function forwardIn(ingress: KubernetesObject, action: string): readonly Tuple[] {
  const text = ingress.metadata.annotations?.[`${ACTIONS}${action}`]
  if (text === undefined) throw new Error(`no annotation ${ACTIONS}${action}`)
  const said = JSON.parse(text) as {
    readonly type: string
    readonly forwardConfig?: { readonly targetGroups: Tuple[] }
  }
  if (said.type !== 'forward' || !said.forwardConfig) throw new Error(`action ${action} is no forwardConfig`)
  return said.forwardConfig.targetGroups
}

export class IngressRules {
  /** ARNs of rules, by Ingress and host. */
  readonly #rules = new Map<string, string>()
  readonly #cluster: Pick<SandboxCluster, 'apply' | 'list' | 'remove'>
  readonly #elb: Elb

  constructor(cluster: Pick<SandboxCluster, 'apply' | 'list' | 'remove'>, elb: Elb) {
    this.#cluster = cluster
    this.#elb = elb
  }

  /** `tags`: of all that is made for this Ingress. */
  keep(ingress: KubernetesObject, listenerArn: string, tags: Readonly<Record<string, string>>): void {
    const { namespace = '', name } = ingress.metadata
    const used = new Set<string>()
    for (const [n, { host, action }] of annotated(ingress).entries()) {
      const forward = forwardIn(ingress, action).map((tuple): Forward => {
        const { serviceName, servicePort, weight = 1 } = tuple
        if (serviceName === undefined) return { targetGroupArn: this.#named(tuple), weight }
        used.add(serviceName)
        return { targetGroupArn: this.#groupOf(ingress, serviceName, servicePort, tags), weight }
      })
      const key = `${namespace}/${name}/${host}`
      const rule = this.#elb.inventory().rules.find(({ ruleArn }) => ruleArn === this.#rules.get(key))
      if (!rule) this.#rules.set(key, this.#elb.seedRule(listenerArn, n + 1, host, forward))
      else if (JSON.stringify(rule.forward) !== JSON.stringify(forward))
        this.#elb.setWeightAsSomebodyElse(rule.ruleArn, forward)
    }
    this.#removeUnused(ingress, used, tags)
  }

  #named({ targetGroupARN, targetGroupName }: Tuple): string {
    const found = this.#elb
      .inventory()
      .targetGroups.find(({ arn, name }) => arn === targetGroupARN || name === targetGroupName)
    if (!found) throw new Error(`target group ${targetGroupARN ?? targetGroupName ?? ''} is not there`)
    return found.arn
  }

  /** By its binding, which is made with it. */
  #groupOf(
    ingress: KubernetesObject,
    serviceName: string,
    servicePort: number | string | undefined,
    tags: Readonly<Record<string, string>>,
  ): string {
    const { namespace = '' } = ingress.metadata
    const bound = this.#bindings(ingress).find(({ spec }) => serviceOf(spec) === serviceName)
    if (bound) return String(bound.spec?.['targetGroupARN'])
    const called = `k8s-${namespace}-${serviceName}`.slice(0, 32).replace(/-+$/, '')
    const arn = this.#elb.seedTargetGroup(called, tags)
    void this.#cluster.apply({
      ...BINDING,
      metadata: { name: called, namespace, labels: labelsOf(ingress) },
      spec: { targetGroupARN: arn, targetType: 'ip', serviceRef: { name: serviceName, port: servicePort } },
    })
    return arn
  }

  /** Those that it has made for this Ingress. */
  #bindings(ingress: KubernetesObject): readonly KubernetesObject[] {
    const wanted = Object.entries(labelsOf(ingress))
    return this.#cluster
      .list(BINDING.apiVersion, BINDING.kind, ingress.metadata.namespace)
      .filter(
        ({ metadata: { labels = {}, deletionTimestamp } }) =>
          deletionTimestamp === undefined && wanted.every(([key, value]) => labels[key] === value),
      )
  }

  /** The binding first, which takes its targets out of the group. */
  #removeUnused(ingress: KubernetesObject, used: ReadonlySet<string>, tags: Readonly<Record<string, string>>): void {
    for (const binding of this.#bindings(ingress))
      if (!used.has(serviceOf(binding.spec) ?? '')) void this.#cluster.remove(binding)
    const all = this.#cluster.list(BINDING.apiVersion, BINDING.kind, ingress.metadata.namespace)
    const bound = new Set(all.map(({ spec }) => spec?.['targetGroupARN']))
    for (const group of this.#elb.inventory().targetGroups)
      if (!bound.has(group.arn) && Object.entries(tags).every(([key, value]) => group.tags[key] === value))
        this.#elb.removeTargetGroup(group.arn)
  }

  letGo(ingress: KubernetesObject): void {
    const { namespace = '', name } = ingress.metadata
    for (const key of this.#rules.keys()) if (key.startsWith(`${namespace}/${name}/`)) this.#rules.delete(key)
    for (const binding of this.#bindings(ingress)) void this.#cluster.remove(binding)
  }
}

const serviceOf = (spec: KubernetesObject['spec']): string | undefined =>
  (spec?.['serviceRef'] as { readonly name?: string } | undefined)?.name // as its CRD says

/** How the controller knows its own again, and removes those that it has no use for. */
const labelsOf = ({ metadata: { namespace = '', name } }: KubernetesObject): Readonly<Record<string, string>> => ({
  'ingress.k8s.aws/stack-namespace': namespace,
  'ingress.k8s.aws/stack-name': name,
})
