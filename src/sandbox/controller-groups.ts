/**
 * Target groups that the AWS load balancer controller makes for Services, each with the TargetGroupBinding that fills it.
 */
import { BINDING } from './binding.ts'
import type { KubernetesObject, SandboxAws, SandboxCluster } from './types.ts'

/** By what a controller knows its own again, and removes those that it has no use for. */
export interface Stack {
  /** Of its bindings. */
  readonly labels: Readonly<Record<string, string>>
  /** Of what it has in AWS. */
  readonly tags: Readonly<Record<string, string>>
}

/** Of what is made for this object, by the prefix of its kind. */
export const stackLabels = (
  prefix: string,
  { metadata: { namespace = '', name } }: KubernetesObject,
): Readonly<Record<string, string>> => ({ [`${prefix}/stack-namespace`]: namespace, [`${prefix}/stack-name`]: name })

interface ServiceRef {
  readonly name: string
  readonly port: number | string | undefined
}

export class ControllerGroups {
  readonly #cluster: Pick<SandboxCluster, 'apply' | 'list' | 'remove'>
  readonly #elb: Pick<SandboxAws['elbv2'], 'seedTargetGroup' | 'removeTargetGroup' | 'inventory'>

  constructor(
    cluster: Pick<SandboxCluster, 'apply' | 'list' | 'remove'>,
    elb: Pick<SandboxAws['elbv2'], 'seedTargetGroup' | 'removeTargetGroup' | 'inventory'>,
  ) {
    this.#cluster = cluster
    this.#elb = elb
  }

  /** By its binding, which is made with it under the same name. */
  groupOf(stack: Stack, namespace: string, called: string, serviceRef: ServiceRef): string {
    const bound = this.#bindings(stack).find(({ metadata: m }) => m.namespace === namespace && m.name === called)
    if (bound) return String(bound.spec?.['targetGroupARN'])
    const arn = this.#elb.seedTargetGroup(called, stack.tags)
    void this.#cluster.apply({
      ...BINDING,
      metadata: { name: called, namespace, labels: stack.labels },
      spec: { targetGroupARN: arn, targetType: 'ip', serviceRef },
    })
    return arn
  }

  /** One that others have made. */
  named(arnOrName: string): string {
    const found = this.#elb.inventory().targetGroups.find(({ arn, name }) => arn === arnOrName || name === arnOrName)
    if (!found) throw new Error(`target group ${arnOrName} is not there`)
    return found.arn
  }

  /** The binding first, which takes its targets out of the group. `used`: by their names. */
  removeUnused(stack: Stack, used: ReadonlySet<string>): void {
    for (const binding of this.#bindings(stack))
      if (!used.has(binding.metadata.name)) void this.#cluster.remove(binding)
    const all = this.#cluster.list(BINDING.apiVersion, BINDING.kind)
    const bound = new Set(all.map(({ spec }) => spec?.['targetGroupARN']))
    for (const group of this.#elb.inventory().targetGroups)
      if (!bound.has(group.arn) && has(group.tags, stack.tags)) this.#elb.removeTargetGroup(group.arn)
  }

  /** Its bindings; the groups go with the load balancer. */
  letGo(stack: Stack): void {
    for (const binding of this.#bindings(stack)) void this.#cluster.remove(binding)
  }

  #bindings({ labels }: Stack): readonly KubernetesObject[] {
    return this.#cluster
      .list(BINDING.apiVersion, BINDING.kind)
      .filter(({ metadata: m }) => m.deletionTimestamp === undefined && has(m.labels ?? {}, labels))
  }
}

const has = (all: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([key, value]) => all[key] === value)
