import {
  accessFindings,
  accessLike,
  policyChanges,
  rightOf,
  rights,
  sameRight,
  untilRightsAreThere,
  type Right,
} from '../domain/access.ts'
import type { Finding } from '../domain/findings.ts'
import { nameOf, type KubernetesObject } from '../domain/kubernetes-objects.ts'
import { contested, isDenied } from './errors.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import type { EksPort, KubernetesPort } from './ports.ts'
import { tagsOf, tokenOf } from './tokens.ts'
import { budgets, notYet, onceKnown, remember, remembered } from './waiting.ts'

export const accessActions = (outside: Outside) => {
  const grantAccess: Deed<'grantAccess'> = async (call) => {
    const { cluster, principalArn, like } = call.input
    const { eks, cluster: open } = await proven(outside, call.scope)
    const wanted = accessLike(await eks.findAccess(like, principalArn))
    const found = await eks.findAccess(cluster, principalArn)
    const allowed = (policy: string) =>
      onceKnown(`the access entry of ${principalArn} on ${cluster}`, budgets.objects, () =>
        eks.allow(cluster, principalArn, policy),
      )
    if (!found) {
      await eks.createAccess(cluster, { principalArn, groups: wanted.groups, tags: tagsOf(call) }, tokenOf(call))
      for (const policy of untilRightsAreThere(wanted).policies) await allowed(policy)
      throw notYet(`${principalArn} has no access to ${cluster} yet`, budgets.objects)
    }
    const missing = wanted.groups.filter((group) => !found.groups.includes(group))
    if (missing.length > 0)
      throw contested(
        `the access entry of ${principalArn} on ${cluster} is there already, and not of the Kubernetes groups ${missing.join(', ')} as on ${like}. Delete it, then retry`,
      )
    const { carried } = remembered({ carried: wanted.groups.length === 0 })
    const green = await open(cluster)
    const granted = await grantedOn(await open(like))
    if (isAsWanted(found, wanted)) {
      if (await mayDoAll(green, granted))
        return { note: `${principalArn} may do on ${cluster} what it may on ${like}: ${words(wanted)}` }
      if (carried) throw notYet(`${cluster} does not know yet of the access of ${principalArn}`, budgets.objects)
    }
    const { allow, disallow } = policyChanges(found, carried ? wanted : untilRightsAreThere(wanted))
    for (const policy of allow) await allowed(policy)
    if (!carried) {
      await whereAllowed(cluster, () => grant(green, granted))
      remember({ carried: true })
    }
    for (const policy of disallow) await eks.disallow(cluster, principalArn, policy)
    throw notYet(`the access of ${principalArn} to ${cluster} has just been changed`, budgets.objects)
  }
  return { grantAccess }
}

const words = ({ groups, policies }: ReturnType<typeof accessLike>): string =>
  [...groups, ...policies.map((arn) => arn.slice(arn.lastIndexOf('/') + 1))].join(', ')

async function grantedOn(cluster: KubernetesPort): Promise<KubernetesObject[]> {
  const found = await Promise.all(rights.map(({ kind, namespace, name }) => cluster.find(kind, namespace, name)))
  return found.filter((right) => right !== undefined).map(rightOf)
}

const isAsWanted = (...given: Parameters<typeof policyChanges>): boolean =>
  Object.values(policyChanges(...given)).every((policies) => policies.length === 0)

/**
 * What was granted on the other cluster and is not there in the same words: by its names, or all of it where the worker
 * may not even read what is there.
 */
export async function notGrantedOn(cluster: KubernetesPort, other: KubernetesPort): Promise<string[]> {
  // Norikae's own namespace grants nothing.
  const granted = (await grantedOn(other)).filter((right) => right.kind !== 'Namespace')
  try {
    const found = await grantedOn(cluster)
    return granted.filter((right) => !found.some((its) => sameRight(right, its))).map(nameOf)
  } catch (error) {
    // Where blue has none of it, it lets the worker in by what EKS says; the least there is would still be there.
    if (isDenied(error)) return granted.length > 0 ? granted.map(nameOf) : [nameOf(leastRight)]
    throw error
  }
}
const leastRight = { kind: 'ClusterRoleBinding', metadata: { name: 'norikae' } }

/** It is told there as it is told on the other side; who may not even read it has none of it. */
async function mayDoAll(cluster: KubernetesPort, granted: readonly KubernetesObject[]): Promise<boolean> {
  try {
    const found = await grantedOn(cluster)
    await cluster.find('Namespace', undefined, 'default')
    return granted.every((right) => found.some((other) => sameRight(right, other)))
  } catch (error) {
    if (isDenied(error)) return false
    throw error
  }
}

/** One by one: what is bound has to be there, and so has a namespace. */
async function grant(cluster: KubernetesPort, granted: readonly KubernetesObject[]): Promise<void> {
  for (const right of granted) await cluster.apply(right, { force: true })
}

/** EKS tells its API servers of a change within seconds, and of no moment. */
async function whereAllowed(cluster: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isDenied(error)) throw error
    throw notYet(`${cluster} does not know of its access yet: ${error.message}`, budgets.objects)
  }
}

/** Of the worker's rights on blue, which green is to have too. */
export async function findingsOfAccess(
  eks: EksPort,
  cluster: KubernetesPort,
  { blue, principalArn }: { readonly blue: string; readonly principalArn: string },
): Promise<Finding[]> {
  const access = await eks.findAccess(blue, principalArn)
  const unread = await Promise.all(rights.map(async (right) => ((await isUnread(cluster, right)) ? [right] : [])))
  return accessFindings(blue, access, unread.flat())
}

/** What lets the worker in is there, or it would not ask; the rest need not be. */
async function isUnread(cluster: KubernetesPort, { kind, namespace, name }: Right): Promise<boolean> {
  try {
    const found = await cluster.find(kind, namespace, name)
    return found === undefined && kind === 'ClusterRoleBinding' && name === 'norikae'
  } catch (error) {
    if (isDenied(error)) return true
    throw error
  }
}
