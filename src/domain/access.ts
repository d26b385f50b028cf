import type { ClusterAccess } from './eks-objects.ts'
import { blocker, info, warning, type Finding } from './findings.ts'
import { nameOf, type Kind, type KubernetesObject } from './kubernetes-objects.ts'

/** Every right on everything. https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html */
export const ADMINISTRATOR = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy'

const saysNothing = ({ groups, policies }: ClusterAccess): boolean => groups.length + policies.length === 0

/**
 * What the worker is to have on green: the groups and policies of its entry on blue. Where blue has none of it, it lets
 * the worker in by its aws-auth ConfigMap, which cannot be read from EKS: then an administrator's.
 */
export const accessLike = (blue: ClusterAccess | undefined): ClusterAccess =>
  blue === undefined || saysNothing(blue)
    ? { groups: [], policies: [ADMINISTRATOR] }
    : { groups: blue.groups.toSorted(), policies: blue.policies.toSorted() }

/**
 * What a group may do is written in the cluster, and only who has all of it may write it there: an administrator, until
 * that is done. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
 */
export const untilRightsAreThere = (access: ClusterAccess): ClusterAccess =>
  access.groups.length === 0 ? access : { ...access, policies: [...new Set([...access.policies, ADMINISTRATOR])] }

/** The policies to add, and the one to take away: what somebody else has added stays. */
export const policyChanges = (
  found: ClusterAccess,
  wanted: ClusterAccess,
): { readonly allow: readonly string[]; readonly disallow: readonly string[] } => ({
  allow: wanted.policies.filter((arn) => !found.policies.includes(arn)),
  disallow: found.policies.filter((arn) => arn === ADMINISTRATOR && !wanted.policies.includes(arn)),
})

export interface Right {
  readonly kind: Extract<Kind, 'ClusterRole' | 'ClusterRoleBinding' | 'Namespace' | 'Role' | 'RoleBinding'>
  readonly namespace?: string
  readonly name: string
}

/**
 * What deploy/rbac/ puts on a cluster, in an order in which it can be made. A platform team may have changed it there, so
 * what blue has is what green gets.
 */
export const rights: readonly Right[] = [
  { kind: 'ClusterRole', name: 'norikae' },
  { kind: 'ClusterRoleBinding', name: 'norikae' },
  { kind: 'ClusterRole', name: 'norikae-custom-resources' },
  { kind: 'ClusterRoleBinding', name: 'norikae-custom-resources' },
  { kind: 'ClusterRole', name: 'norikae-measures' },
  { kind: 'ClusterRoleBinding', name: 'norikae-measures' },
  { kind: 'Namespace', name: 'norikae' },
  { kind: 'Role', namespace: 'norikae', name: 'norikae-where' },
  { kind: 'RoleBinding', namespace: 'norikae', name: 'norikae-where' },
]

/** As its owner wrote it: without what the server it was read from noted. */
export function rightOf(found: KubernetesObject): KubernetesObject {
  const { apiVersion, kind, metadata, spec: _spec, status: _status, ...rest } = found
  const { name, namespace, labels } = metadata
  return { apiVersion, kind, metadata: { name, ...(namespace && { namespace }), ...(labels && { labels }) }, ...rest }
}

/** The same object, that grants the same to the same. */
export function sameRight(one: KubernetesObject, other: KubernetesObject): boolean {
  const said = ({ kind, metadata, rules, roleRef, subjects }: KubernetesObject) =>
    JSON.stringify([kind, metadata.namespace, metadata.name, rules, roleRef, subjects])
  return said(one) === said(other)
}

/** Of deploy/rbac/look.yaml, which green never gets: an upgrade could not begin with it. */
const LOOK = 'norikae-look'

const LEAST = "give the worker's role an access entry of the group norikae, and apply deploy/rbac/norikae.yaml"

/**
 * What of the worker's own rights on `blue` people should know before green gets the same. `unread`: what it may not read
 * of them, or what is not there and has to be.
 */
export function accessFindings(blue: string, access: ClusterAccess | undefined, unread: readonly Right[]): Finding[] {
  if (access === undefined || saysNothing(access))
    return [
      warning(
        'worker-administrator',
        blue,
        'it lets the worker in without an access entry that says what it may, so it would be an administrator on green',
        LEAST,
      ),
    ]
  if (access.policies.length === 0 && access.groups.every((group) => group === LOOK))
    return [
      blocker(
        'worker-rights',
        blue,
        `it lets the worker in with the group ${LOOK}, which only reads: enough for preflight and plan, not for an upgrade`,
        "before the upgrade, apply deploy/rbac/norikae.yaml there and put the worker's access entry into the group norikae",
      ),
    ]
  const administers = access.policies.includes(ADMINISTRATOR)
  return [
    ...(administers
      ? [info('worker-administrator', blue, 'the worker is an administrator there, and will be on green', LEAST)]
      : []),
    ...(access.groups.length === 0 ? [] : unread).map(({ kind, namespace, name }) =>
      blocker(
        'worker-rights',
        nameOf({ kind, metadata: { name, ...(namespace && { namespace }) } }),
        `it is not on ${blue}, or the worker may not read it: green could not be given the same rights`,
        'apply deploy/rbac/norikae.yaml of this release there',
      ),
    ),
  ]
}
