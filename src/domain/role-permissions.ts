import type { BlueFacts } from './facts.ts'
import { warning, type Finding } from './findings.ts'
import { namesIn, type Named } from './names-of-clusters.ts'
import { nameOfRole, type RoleUse } from './roles.ts'

/** What a role may do, by one of its policies: of its own, or one that somebody of the account has written and attached. */
export interface RolePermission {
  /** Name of the role. */
  readonly role: string
  /** Name of the policy. */
  readonly policy: string
  /** As JSON. */
  readonly document: string
}

/** ARNs of roles that nodes and pods of a cluster get, by whichever way. */
export const rolesOnCluster = (
  { nodegroups, fargateProfiles, podIdentities, addons }: BlueFacts,
  uses: readonly RoleUse[],
): ReadonlySet<string> =>
  new Set([
    ...uses.map((use) => use.arn),
    ...podIdentities.map((it) => it.roleArn),
    ...addons.flatMap((addon) => addon.podIdentities.map((it) => it.roleArn)),
    ...fargateProfiles.map((it) => it.podExecutionRoleArn),
    ...nodegroups.map((it) => it.nodeRole),
  ])

/**
 * What pods and nodes may do where a policy names blue, as those of cluster autoscalers and of Karpenter do in conditions on
 * tags: on green they may not. Norikae writes no permissions, so each is told.
 */
export function permissionFindings(
  blue: Named,
  green: string,
  arns: ReadonlySet<string>,
  all: readonly RolePermission[],
): Finding[] {
  const names = new Set([...arns].map(nameOfRole))
  const some = all.filter(({ role, document }) => names.has(role) && namesIn(document, blue).length > 0)
  return [...Map.groupBy(some, ({ role }) => role)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([role, its]) =>
      warning(
        'role-permissions',
        role,
        `what it may do names ${blue.name} in ${its.map(({ policy }) => policy).join(', ')}: on green, pods and nodes that get it may not`,
        `have whoever wrote ${its.length === 1 ? 'it' : 'them'} say the same of ${green}, before anything on green needs it: a condition takes both names`,
      ),
    )
}
