import { tagsOfCopy, type Copied } from './clone.ts'
import type { AccessEntry, NewAccessEntry, NewPodIdentity, PodIdentity } from './eks-objects.ts'
import type { BlueFacts, ClusterFacts } from './facts.ts'
import { warning, type Finding } from './findings.ts'

/**
 * Who gets into green, and what its pods act as, like on blue: access entries with their policies, and pod identity
 * associations. Both end with the cluster.
 */

/**
 * Those that green is to be given: all but the worker's own, which has a step of its own, and those of nodes that EKS
 * makes by itself. An entry for nodes that somebody else starts (Karpenter's, an Auto Scaling group's) is none of them.
 * https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
 */
export function entriesToCopy(blue: BlueFacts, worker: string): readonly AccessEntry[] {
  const byEks = nodeRoles(blue)
  return blue.accessEntries.filter(
    ({ principalArn, type }) =>
      principalArn !== worker && isMadeByHand(type) && (type === 'STANDARD' || !byEks.has(principalArn)),
  )
}

/** Types that EKS takes. https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html */
const types: ReadonlySet<string> = new Set([
  'STANDARD',
  'FARGATE_LINUX',
  'EC2_LINUX',
  'EC2_WINDOWS',
  'EC2',
  'HYBRID_LINUX',
  'HYPERPOD_LINUX',
])
const isMadeByHand = (type: string): boolean => types.has(type)

/** Entries of a type that EKS alone makes, as of what it runs for a cluster itself. */
export const entryFindings = (entries: readonly AccessEntry[]): Finding[] =>
  entries
    .filter(({ type }) => !isMadeByHand(type))
    .map(({ principalArn, type }) =>
      warning(
        'access-entry-of-eks',
        principalArn,
        `its access entry is of type ${type}, which EKS makes by itself and takes from nobody: green does not get it by the upgrade`,
        'see what it is for: where green is to have that too, EKS makes the entry with it',
      ),
    )

/** What a plan names of them; what is not there is left out, so that a plan for a blue without it stays what it was. */
export function partsInside(
  blue: BlueFacts,
  worker: string,
  awsAuth: boolean,
): Pick<ClusterFacts, 'accessEntries' | 'awsAuth' | 'podIdentities' | 'fargateProfiles' | 'identityProviders'> {
  const accessEntries = entriesToCopy(blue, worker).map((entry) => entry.principalArn)
  const podIdentities = blue.podIdentities.map(({ namespace, serviceAccount }) => ({ namespace, serviceAccount }))
  return {
    ...(accessEntries.length > 0 && { accessEntries }),
    ...(awsAuth && { awsAuth }),
    ...(podIdentities.length > 0 && { podIdentities }),
    ...(blue.fargateProfiles.length > 0 && { fargateProfiles: blue.fargateProfiles.map((p) => p.name) }),
    ...(blue.identityProviders.length > 0 && { identityProviders: blue.identityProviders.map((p) => p.name) }),
  }
}

/** Roles of nodes that green gets by the EKS API, and so their entries. */
function nodeRoles({ cluster, nodegroups, fargateProfiles }: BlueFacts): ReadonlySet<unknown> {
  const auto = cluster.settings['computeConfig']
  const ofAuto = typeof auto === 'object' && auto !== null && 'nodeRoleArn' in auto ? [auto.nodeRoleArn] : []
  return new Set([
    ...nodegroups.map((g) => g.nodeRole),
    ...fargateProfiles.map((p) => p.podExecutionRoleArn),
    ...ofAuto,
  ])
}

/** Groups and a name belong to people and tools: those of nodes are EKS's own. */
export function newAccessEntry(blue: AccessEntry, made: Copied): NewAccessEntry {
  const { principalArn, type, groups, username, policies, tags } = blue
  const chosen = type === 'STANDARD' && username !== '' && username !== usualName(principalArn)
  return {
    principalArn,
    type,
    groups: type === 'STANDARD' ? groups : [],
    ...(chosen && { username }),
    policies,
    tags: tagsOfCopy(tags, made),
  }
}

/** EKS refuses to be told the name that it would give itself. https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html */
function usualName(principalArn: string): string {
  const [, partition, , , account, path = ''] = principalArn.split(':')
  return path.startsWith('role/')
    ? `arn:${partition}:sts::${account}:assumed-role/${path.slice(path.lastIndexOf('/') + 1)}/{{SessionName}}`
    : principalArn
}

/** What an entry that is there says otherwise, in words for people; empty: nothing. */
export function entryDiffers(found: AccessEntry, wanted: NewAccessEntry): readonly string[] {
  const name = wanted.username ?? usualName(wanted.principalArn)
  return [
    ...(found.type === wanted.type ? [] : [`its type is ${found.type}, not ${wanted.type}`]),
    ...(wanted.type !== 'STANDARD' || same(found.groups, wanted.groups)
      ? []
      : [`its groups are ${words(found.groups)}, not ${words(wanted.groups)}`]),
    ...(wanted.type !== 'STANDARD' || found.username === name
      ? []
      : [`its user name is ${found.username}, not ${name}`]),
  ]
}

/** Those that are not there, or hold elsewhere. */
export const policiesToAllow = (found: AccessEntry, wanted: NewAccessEntry): NewAccessEntry['policies'] =>
  wanted.policies.filter(
    (policy) => !found.policies.some((p) => p.arn === policy.arn && same(p.namespaces ?? [], policy.namespaces ?? [])),
  )

const same = (a: readonly string[], b: readonly string[]): boolean =>
  JSON.stringify(a.toSorted()) === JSON.stringify(b.toSorted())

const words = (groups: readonly string[]): string => groups.join(', ') || 'none'

export function newPodIdentity(
  { unknown: _unknown, externalId: _externalId, ...blue }: PodIdentity,
  made: Copied,
): NewPodIdentity {
  return { ...blue, tags: tagsOfCopy(blue.tags, made) }
}

/** Names of what is another on the association that is there. */
export const podIdentityDiffers = (found: PodIdentity, wanted: PodIdentity): readonly string[] =>
  (['roleArn', 'targetRoleArn', 'disableSessionTags', 'policy'] as const).filter((key) => found[key] !== wanted[key])

/** What people have to see to outside EKS before pods on green get what they get on blue. */
export const podIdentityFindings = (identities: readonly PodIdentity[]): Finding[] =>
  identities
    .filter((identity) => identity.targetRoleArn !== undefined)
    .map(({ namespace, serviceAccount, targetRoleArn, externalId }) =>
      warning(
        'pod-identity-target',
        `${namespace}/${serviceAccount}`,
        `its association leads on to ${targetRoleArn}, and EKS makes another external id for each association${externalId === undefined ? '' : `: on blue it is ${externalId}`}`,
        'if the trust policy of that role asks for sts:ExternalId, let it take that of the association on green too: once it is there, norikae requested says the statement',
      ),
    )
