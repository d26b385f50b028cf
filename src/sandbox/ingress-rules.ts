/**
 * What the AWS load balancer controller makes of an Ingress whose paths name actions (`use-annotation`): a rule for each host,
 * which forwards as the action's annotation says, with a target group and a TargetGroupBinding for each Service in it. Target
 * groups that an action names by ARN are used, and left.
 * https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#actions
 */
import { ControllerGroups, stackLabels, type Stack } from './controller-groups.ts'
import { keepRule } from './controller-rules.ts'
import type { Forward, KubernetesObject, SandboxAws, SandboxCluster } from './types.ts'

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
  readonly #groups: ControllerGroups
  readonly #elb: Elb

  constructor(cluster: Pick<SandboxCluster, 'apply' | 'list' | 'remove'>, elb: Elb) {
    this.#groups = new ControllerGroups(cluster, elb)
    this.#elb = elb
  }

  /** `tags`: of all that is made for this Ingress. */
  keep(ingress: KubernetesObject, listenerArn: string, tags: Readonly<Record<string, string>>): void {
    const { namespace = '', name } = ingress.metadata
    const stack: Stack = { labels: labelsOf(ingress), tags }
    const used = new Set<string>()
    for (const [n, { host, action }] of annotated(ingress).entries()) {
      const forward = forwardIn(ingress, action).map((tuple): Forward => {
        const { serviceName, servicePort, weight = 1 } = tuple
        if (serviceName === undefined)
          return { targetGroupArn: this.#groups.named(tuple.targetGroupARN ?? tuple.targetGroupName ?? ''), weight }
        const called = `k8s-${namespace}-${serviceName}`.slice(0, 32).replace(/-+$/, '')
        used.add(called)
        const serviceRef = { name: serviceName, port: servicePort }
        return { targetGroupArn: this.#groups.groupOf(stack, namespace, called, serviceRef), weight }
      })
      const key = `${namespace}/${name}/${host}`
      const make = () => this.#elb.seedRule(listenerArn, n + 1, host, forward)
      this.#rules.set(key, keepRule(this.#elb, this.#rules.get(key), forward, make))
    }
    this.#groups.removeUnused(stack, used)
  }

  letGo(ingress: KubernetesObject): void {
    const { namespace = '', name } = ingress.metadata
    for (const key of this.#rules.keys()) if (key.startsWith(`${namespace}/${name}/`)) this.#rules.delete(key)
    this.#groups.letGo({ labels: labelsOf(ingress), tags: {} })
  }
}

const labelsOf = (ingress: KubernetesObject) => stackLabels('ingress.k8s.aws', ingress)
