/**
 * What its owner does in the soak for an app whose load balancer blue's controller made, which would go with blue: the same on
 * green, whose own controller makes one that stays; then it is taken off blue; then what Norikae made to bring green behind
 * blue's load balancer goes, since nothing forwards to it any more (docs/how-to/ingress.md, "Before blue is removed").
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { RUN_TAG } from '../../domain/clone.ts'
import { greenTargetGroupName } from '../../domain/target-groups.ts'
import { BINDING } from '../binding.ts'
import type { KubernetesObject, ListenerRule, SandboxAws, SandboxCluster } from '../types.ts'

type Cluster = Pick<SandboxCluster, 'name' | 'apply' | 'list' | 'remove'>

/** A load balancer that a cluster's controller makes, and the host that it serves. */
export interface Balanced {
  readonly host: string
  /** What it is made of, in the order in which it is put there. */
  readonly objects: readonly KubernetesObject[]
}

/** Each of this takes the controllers a moment. */
const WITHIN_MS = 30_000

/**
 * Safe to repeat, wherever it was left before. Throws where green does not have all of its traffic yet: taken off blue it would
 * have none.
 */
export async function handOver(
  { host, objects }: Balanced,
  from: Cluster,
  to: Cluster,
  elbv2: Pick<SandboxAws['elbv2'], 'rules' | 'serving' | 'removeTargetGroup' | 'inventory'>,
): Promise<void> {
  // What is removed is the very object that was read.
  const onBlue = () => objects.flatMap((object) => readOn(from, object) ?? [])
  if (onBlue().length > 0) {
    const behindBlues = onlyGroupOf(host, elbv2.rules(), from, to)
    for (const object of objects) await to.apply(object)
    await until(`a load balancer of ${to.name} that serves ${host}`, () =>
      groupsOf(host, elbv2.rules()).some((group) => group !== behindBlues && elbv2.serving(group).length > 0),
    )
    // A Gateway is let go once no route is attached to it.
    for (const object of onBlue().toReversed()) await from.remove(object)
    await until(`${from.name} lets ${host} go`, () => onBlue().length === 0)
    await until(`nothing forwards to ${behindBlues}`, () => !groupsOf(host, elbv2.rules()).includes(behindBlues))
  }
  for (const { arn, name } of unusedIn(objects, elbv2)) {
    const its = () => bindingsOf(to, arn)
    for (const binding of its()) await to.remove(binding)
    await until(`nothing fills ${name}`, () => its().length === 0)
    elbv2.removeTargetGroup(arn)
  }
}

/** Target groups of Norikae's for this namespace that no rule names, bound there or not any more. */
function unusedIn([first]: readonly KubernetesObject[], elbv2: Pick<SandboxAws['elbv2'], 'rules' | 'inventory'>) {
  const used = new Set(elbv2.rules().flatMap(({ forward }) => forward.map((f) => f.targetGroupArn)))
  const isIts = (name: string) => name === greenTargetGroupName(first?.metadata.namespace ?? '', name.slice(-8))
  return elbv2
    .inventory()
    .targetGroups.filter(({ arn, name, tags }) => tags[RUN_TAG] !== undefined && isIts(name) && !used.has(arn))
}

/** The one that all requests of the host go to; blue's may be beside it at 0, as long as there is a way back. */
function onlyGroupOf(host: string, rules: readonly ListenerRule[], from: Cluster, to: Cluster): string {
  const [group, ...more] = groupsOf(host, rules)
  if (group === undefined || more.length > 0 || bindingsOf(to, group).length === 0)
    throw new Error(
      `${host} is served by ${from.name} still: nothing is handed over before ${to.name} serves all of it`,
    )
  return group
}

const groupsOf = (host: string, rules: readonly ListenerRule[]): readonly string[] =>
  rules
    .filter(({ hosts }) => hosts.includes(host))
    .flatMap(({ forward }) => forward.filter((f) => f.weight > 0).map((f) => f.targetGroupArn))

const bindingsOf = (cluster: Cluster, group: string): readonly KubernetesObject[] =>
  cluster.list(BINDING.apiVersion, BINDING.kind).filter(({ spec }) => spec?.['targetGroupARN'] === group)

const readOn = (cluster: Cluster, { apiVersion, kind, metadata: m }: KubernetesObject): KubernetesObject | undefined =>
  cluster.list(apiVersion, kind, m.namespace).find(({ metadata }) => metadata.name === m.name)

async function until(what: string, is: () => boolean): Promise<void> {
  for (const end = Date.now() + WITHIN_MS; !is(); await sleep(20))
    if (Date.now() > end) throw new Error(`${what}: not so within ${WITHIN_MS / 1000} s`)
}
