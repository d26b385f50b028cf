/**
 * What the AWS load balancer controller makes of a Gateway of its class: a rule for each host of an HTTPRoute that is attached
 * to it, with a target group and a TargetGroupBinding for each Service that the HTTPRoute names. Target groups that it names
 * itself are used, and left; where one is not there, nothing of the Gateway is made.
 * https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/gateway/gateway/
 */
import { createHash } from 'node:crypto'
import { record, records, type Fields } from '../domain/fields.ts'
import { gatewaysOf } from '../domain/http-routes.ts'
import { GATEWAY_API, HTTP_CLASS } from './balanced.ts'
import { ControllerGroups, stackLabels, type Stack } from './controller-groups.ts'
import { keepRule } from './controller-rules.ts'
import type { Forward, KubernetesObject, SandboxAws, SandboxCluster } from './types.ts'
import { beyond, condition, untimed } from './ways/gateway.ts'

const CONTROLLER = `gateway.k8s.aws/${HTTP_CLASS}`

type Cluster = Pick<SandboxCluster, 'apply' | 'list' | 'remove' | 'update'>
type Elb = Pick<
  SandboxAws['elbv2'],
  'seedTargetGroup' | 'removeTargetGroup' | 'seedRule' | 'removeRule' | 'setWeightAsSomebodyElse' | 'inventory'
>

/** One for HTTP; of others (`nlb`) all goes to one target group. */
export const hasHttpRules = ({ kind, spec }: KubernetesObject): boolean =>
  kind === 'Gateway' && spec?.['gatewayClassName'] === HTTP_CLASS

export class GatewayRules {
  /** ARNs of rules, by listener, HTTPRoute, rule and host. */
  readonly #rules = new Map<string, string>()
  readonly #groups: ControllerGroups
  readonly #cluster: Cluster
  readonly #elb: Elb
  /** Of the next rule: where none was before. */
  #priority = 0

  constructor(cluster: Cluster, elb: Elb) {
    this.#groups = new ControllerGroups(cluster, elb)
    this.#cluster = cluster
    this.#elb = elb
  }

  /** `tags`: of all that is made for it. Throws what could not be made. */
  keep(gateway: KubernetesObject, listenerArn: string, tags: Readonly<Record<string, string>>): void {
    const stack: Stack = { labels: labelsOf(gateway), tags }
    const attached = this.#cluster
      .list(GATEWAY_API, 'HTTPRoute')
      .filter((route) => gatewaysOf(route).some((ref) => isOf(gateway, ref)))
    // As the controller does: it is accepted first, and made after that.
    for (const route of attached) this.#accept(route)
    const used = new Set<string>()
    const wanted = attached
      .filter((route) => beyond(route) === undefined && route.metadata.deletionTimestamp === undefined)
      .flatMap((route) =>
        this.#rulesOf(route, gateway, stack, used).map((rule) => ({ ...rule, key: `${listenerArn} ${rule.key}` })),
      )
    for (const { key, host: at, forward } of wanted) this.#write(key, listenerArn, at, forward)
    const keys = new Set(wanted.map(({ key }) => key))
    for (const [key, arn] of this.#rules)
      if (key.startsWith(`${listenerArn} `) && !keys.has(key)) {
        this.#elb.removeRule(arn)
        this.#rules.delete(key)
      }
    this.#groups.removeUnused(stack, used)
    this.#say(gateway, { conditions: [condition(gateway, 'Accepted'), condition(gateway, 'Programmed')] })
  }

  /** Its rules go with its load balancer. */
  letGo(gateway: KubernetesObject): void {
    this.#groups.letGo({ labels: labelsOf(gateway), tags: {} })
  }

  #rulesOf(route: KubernetesObject, gateway: KubernetesObject, stack: Stack, used: Set<string>) {
    const { namespace = '', name } = route.metadata
    const hosts = (route.spec?.['hostnames'] ?? ['*']) as readonly string[] // as its API says
    return records(route.spec?.['rules']).flatMap((rule, n) => {
      const forward = records(rule['backendRefs']).map((ref): Forward => {
        const weight = Number(ref['weight'] ?? 1)
        if (ref['kind'] === 'TargetGroupName')
          return { targetGroupArn: this.#groups.named(String(ref['name'])), weight }
        const { namespace: place = namespace } = ref
        const serviceRef = { name: String(ref['name']), port: Number(ref['port']) }
        const called = calledAfter(gateway, route, String(place), serviceRef)
        used.add(called)
        return { targetGroupArn: this.#groups.groupOf(stack, String(place), called, serviceRef), weight }
      })
      return hosts.map((host) => ({ key: `${namespace}/${name} ${n} ${host}`, host, forward }))
    })
  }

  #write(key: string, listenerArn: string, host: string, forward: readonly Forward[]): void {
    const make = () => this.#elb.seedRule(listenerArn, (this.#priority += 1), host, forward)
    this.#rules.set(key, keepRule(this.#elb, this.#rules.get(key), forward, make))
  }

  #accept(route: KubernetesObject): void {
    const cannot = beyond(route)
    this.#say(route, {
      parents: records(route.spec?.['parentRefs']).map((parentRef) => ({
        parentRef,
        controllerName: CONTROLLER,
        conditions: [
          condition(route, 'Accepted', cannot && 'UnsupportedValue', cannot),
          condition(route, 'ResolvedRefs'),
        ],
      })),
    })
  }

  /** Once for each generation: a status that says the same is not written again. */
  #say(object: KubernetesObject, status: Fields): void {
    if (untimed(record(object.status)) === untimed(status)) return
    // Somebody has written it meanwhile, and so it is looked at again.
    void Promise.resolve(this.#cluster.update({ ...object, status: { ...object.status, ...status } })).catch(
      () => undefined,
    )
  }
}

const isOf = (
  { metadata: m }: KubernetesObject,
  ref: { readonly namespace: string; readonly name: string } | undefined,
) => ref?.name === m.name && ref.namespace === m.namespace

/** Another one for each of its Gateways and HTTPRoutes, and each port of a Service. */
function calledAfter(
  gateway: KubernetesObject,
  route: KubernetesObject,
  place: string,
  { name, port }: { readonly name: string; readonly port: number },
): string {
  const { namespace = '', name: routeName } = route.metadata
  const all = [gateway.metadata.namespace, gateway.metadata.name, namespace, routeName, place, name, port].join(' ')
  const short = (text: string) => text.replaceAll(/[^a-z0-9]/g, '').slice(0, 8)
  return `k8s-${short(namespace)}-${short(routeName)}-${createHash('sha256').update(all).digest('hex').slice(0, 10)}`
}

const labelsOf = (gateway: KubernetesObject) => stackLabels('gateway.k8s.aws.alb', gateway)
