import {
  entryDiffers,
  newAccessEntry,
  newPodIdentity,
  podIdentityDiffers,
  policiesToAllow,
} from '../domain/clone-access.ts'
import type { BlueFacts } from '../domain/facts.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { contested } from './errors.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { tagsOf, tokenOf } from './tokens.ts'
import { budgets, notYet, onceKnown } from './waiting.ts'

/** Where EKS looks for it. https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html */
const AWS_AUTH = ['ConfigMap', 'kube-system', 'aws-auth'] as const

/** What was removed from blue since the plan was made is not put on green. */
export const accessCopyActions = (outside: Outside) => {
  const copyAccessEntry: Deed<'copyAccessEntry'> = async (call) => {
    const { cluster, principalArn, like } = call.input
    const { eks } = await proven(outside, call.scope)
    const blue = await eks.accessEntry(like, principalArn)
    if (!blue) return { note: `${principalArn} has no access entry on ${like} any more, so none on ${cluster}` }
    const wanted = newAccessEntry(blue, { ...call.scope, run: call.run })
    const found = await eks.accessEntry(cluster, principalArn)
    if (!found) {
      await eks.createAccessEntry(cluster, { ...wanted, tags: { ...wanted.tags, ...tagsOf(call) } }, tokenOf(call))
      throw notYet(`${principalArn} was just let into ${cluster}`, budgets.objects)
    }
    const differs = entryDiffers(found, wanted)
    if (differs.length > 0)
      throw contested(
        `the access entry of ${principalArn} on ${cluster} is there already, and ${differs.join('; ')} as on ${like}. Delete it, then retry`,
      )
    const missing = policiesToAllow(found, wanted)
    for (const { arn, namespaces } of missing)
      await onceKnown(`the access entry of ${principalArn} on ${cluster}`, budgets.objects, () =>
        eks.allow(cluster, principalArn, arn, namespaces),
      )
    if (missing.length > 0) throw notYet(`what ${principalArn} may do on ${cluster} was just written`, budgets.objects)
    return { note: `${principalArn} gets into ${cluster} as into ${like}, with ${wanted.policies.length} policies` }
  }

  const copyAwsAuth: Deed<'copyAwsAuth'> = async (call) => {
    const { cluster, like } = call.input
    const { cluster: open } = await proven(outside, call.scope)
    const wanted = dataOf(await (await open(like)).find(...AWS_AUTH))
    if (Object.keys(wanted).length === 0) return { note: `${like} has no aws-auth ConfigMap any more` }
    const green = await open(cluster)
    const [kind, namespace, name] = AWS_AUTH
    const found = await green.find(...AWS_AUTH)
    if (found && same(dataOf(found), wanted)) return { note: `${cluster} has ${like}'s aws-auth ConfigMap` }
    if (found)
      throw contested(
        `${cluster} has an aws-auth ConfigMap that says otherwise than ${like}'s. Delete it or make it alike, then retry`,
      )
    await green.apply({ apiVersion: 'v1', kind, metadata: { namespace, name }, data: wanted })
    throw notYet(`the aws-auth ConfigMap of ${cluster} was just written`, budgets.objects)
  }

  const copyPodIdentity: Deed<'copyPodIdentity'> = async (call) => {
    const { cluster, namespace, serviceAccount, like } = call.input
    const { eks } = await proven(outside, call.scope)
    const blue = await eks.podIdentity(like, namespace, serviceAccount)
    const who = `${namespace}/${serviceAccount}`
    if (!blue) return { note: `${who} has no pod identity association on ${like} any more, so none on ${cluster}` }
    const wanted = newPodIdentity(blue, { ...call.scope, run: call.run })
    const found = await eks.podIdentity(cluster, namespace, serviceAccount)
    if (!found) {
      await eks.createPodIdentity(cluster, { ...wanted, tags: { ...wanted.tags, ...tagsOf(call) } }, tokenOf(call))
      throw notYet(`the pod identity association of ${who} was just made`, budgets.objects)
    }
    const differs = podIdentityDiffers(found, wanted)
    if (differs.length > 0)
      throw contested(
        `the pod identity association of ${who} on ${cluster} is there already, with another ${differs.join(' and ')} than on ${like}. Delete it, then retry`,
      )
    return { note: `pods of ${who} act as ${found.roleArn} on ${cluster}` }
  }

  return { copyAccessEntry, copyAwsAuth, copyPodIdentity }
}

const dataOf = (found: KubernetesObject | undefined): Readonly<Record<string, string>> =>
  (found as { data?: Readonly<Record<string, string>> } | undefined)?.data ?? {} // of a ConfigMap it is texts

const same = (one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean =>
  Object.keys({ ...one, ...other }).every((key) => one[key] === other[key])

/** What it says, by its keys; empty: there is none. */
export const awsAuthOf = async (kubernetes: KubernetesPort): Promise<Readonly<Record<string, string>>> =>
  dataOf(await kubernetes.find(...AWS_AUTH))

/** Entries may say all of it; unless they alone hold, EKS asks the ConfigMap too. */
export const hasAwsAuth = async (kubernetes: KubernetesPort, { cluster }: BlueFacts): Promise<boolean> =>
  cluster.authenticationMode !== 'API' && Object.keys(await awsAuthOf(kubernetes)).length > 0
