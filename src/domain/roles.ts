import type { AddonDescription, FargateProfile, PodIdentity } from './eks-objects.ts'
import { blocker, warning, type Finding } from './findings.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { inShell } from './in-shell.ts'
import type { DeclaredOwners, OwnedRow } from './ownership.ts'
import { readable, wholeOf } from './readable.ts'
import { toBeKnown, toolOf } from './role-owners.ts'
import { denyingOthers, namesCluster, trustPolicy, withGreen, type TrustPolicy } from './role-trust.ts'
import { clipped } from './visible.ts'
import { keysNaming, keysWithoutLike } from './trust-conditions.ts'
import { hostOf, namedBy, type Issuing, type TrustStatement } from './trust-statements.ts'

/** An IAM role of the platform's account. */
export interface RoleDescription {
  readonly name: string
  readonly arn: string
  /** Its trust policy, as JSON. */
  readonly trust: string
  readonly tags: Readonly<Record<string, string>>
}

/** Pods that get it, and where that is written. */
export interface RoleUse {
  readonly arn: string
  /** `ServiceAccount/files/web`, `add-on aws-ebs-csi-driver` */
  readonly by: string
  /** What their tokens say; absent of an add-on, which names its ServiceAccount nowhere. */
  readonly pods?: {
    /** `<namespace>:<name>` */
    readonly account: string
    readonly audience: string
  }
}

/** What a plan depends on; left out of the facts where no role is by blue's issuer or names blue. */
export interface RoleFacts {
  /** Blue's; without it no role is by an issuer. */
  readonly issuer?: string
  /** Blue's issuer has a provider in this account, so green's gets one. */
  readonly provider?: true
  /** Names of roles whose trust policies Norikae writes. */
  readonly written: readonly string[]
  /** Names of those that somebody else's tool writes: they are asked for. */
  readonly requested: readonly string[]
  /** By what each step that writes knows what is others' by then; left out where the platform file says nothing of it. */
  readonly declared?: DeclaredOwners
}

/** The step of an upgrade that waits for roles which others write. */
export const ROLES_STEP = 'identity/requested'

/** The step that makes green's provider, or waits until others have. */
export const PROVIDER_STEP = 'identity/provider'

/** The step of an app's environment that tries its roles out: `production/roles`. */
export const PROOF_STEP = 'roles'

/** The step before it, where some are of other accounts. */
export const ELSEWHERE_STEP = 'roles-elsewhere'

/** https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html */
const ROLE_ANNOTATION = 'eks.amazonaws.com/role-arn'
const AUDIENCE_ANNOTATION = 'eks.amazonaws.com/audience'
export const AUDIENCE = 'sts.amazonaws.com'

/** The role that pods of this ServiceAccount get by its annotation, and for whom their tokens are. */
export function roleOf({
  metadata,
}: KubernetesObject): { readonly arn: string; readonly audience: string } | undefined {
  const arn = metadata.annotations?.[ROLE_ANNOTATION]
  return arn === undefined || arn === ''
    ? undefined
    : { arn, audience: metadata.annotations?.[AUDIENCE_ANNOTATION] ?? AUDIENCE }
}

/** Those by blue's issuer: of annotations and of add-ons. */
export const usesOf = (
  accounts: readonly KubernetesObject[],
  addons: readonly Pick<AddonDescription, 'name' | 'serviceAccountRoleArn'>[],
): readonly RoleUse[] => [
  ...accounts.flatMap((account) => {
    const { namespace = '', name } = account.metadata
    const role = roleOf(account)
    if (!role) return []
    const { arn, audience } = role
    return [{ arn, by: `ServiceAccount/${namespace}/${name}`, pods: { account: `${namespace}:${name}`, audience } }]
  }),
  ...addons.flatMap(({ name, serviceAccountRoleArn: arn }) =>
    arn === undefined ? [] : [{ arn, by: `add-on ${name}` }],
  ),
]

/** Those that EKS itself gives: their trust policies name no issuer, but may name a cluster in a condition. */
export const givenByEks = (
  podIdentities: readonly Pick<PodIdentity, 'roleArn'>[],
  profiles: readonly Pick<FargateProfile, 'podExecutionRoleArn'>[],
): ReadonlySet<string> =>
  new Set([...podIdentities.map((p) => p.roleArn), ...profiles.map((p) => p.podExecutionRoleArn)])

const ROLE = /^arn:aws[\w-]*:iam::\d{12}:role\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]+$/

/** Whoever may write a ServiceAccount may write anything there, and what is made of it is pasted and written to files. */
const isRole = (arn: string): boolean => ROLE.test(arn)

export const isOfAnother = (arn: string, account: string): boolean => isRole(arn) && accountOf(arn) !== account

/** `arn:aws:iam::123456789012:role/platform/files` */
export const accountOf = (arn: string): string => arn.split(':')[4] ?? ''

/** The name by which IAM is asked for it, which has no path. */
export const nameOfRole = (arn: string): string => arn.split('/').at(-1) ?? ''

/** Green before it is there: of an issuer as long as blue's. */
export const foreseen = (blue: Issuing, name: string): Issuing => ({
  name,
  arn: blue.arn.replace(/[^/]*$/, () => name),
  oidcIssuer: blue.oidcIssuer?.replace(/[^/]*$/, (id) => '0'.repeat(id.length)),
})

/** What a plan does about roles. */
export interface Carried {
  readonly facts?: RoleFacts
  readonly findings: readonly Finding[]
  /** Each that is written or asked for, whose it is, and by what it lets in blue. */
  readonly owned: readonly OwnedRow[]
}

/** What is done about each role, and what people have to know before. `quota`: characters of a trust policy. */
export function rolesToCarry(found: {
  readonly account: string
  readonly platform: string
  readonly declared: DeclaredOwners
  readonly blue: Issuing
  /** As it is, where it is there; else as `foreseen`. */
  readonly green: Issuing
  /** Blue's; undefined where its issuer has none in this account. */
  readonly provider: { readonly arn: string; readonly tags: Readonly<Record<string, string>> } | undefined
  readonly uses: readonly RoleUse[]
  readonly given: ReadonlySet<string>
  /** Those in use and those that name blue, of this account. */
  readonly roles: readonly RoleDescription[]
  readonly quota: number
}): Carried {
  const { account, blue, green, uses, provider } = found
  const known = new Map(found.roles.map((role) => [role.arn, role]))
  const users = Map.groupBy(uses, (use) => use.arn)
  const elsewhere = [...users].filter(([arn]) => isOfAnother(arn, account))
  const unknown = [...users].filter(([arn]) => !isOfAnother(arn, account) && !known.has(arn))
  const judged = found.roles
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((role) => ({
      role,
      policy: trustPolicy(role.trust),
      tool: toolOf(role, found),
    }))
    .map((one) => ({ ...one, amended: withGreen(one.policy, blue, green, found.quota) }))
  const carried = judged.filter(({ amended }) => amended.missing.length > 0)
  // Also one that lets in green already: blue is to be taken out of it in the end.
  const own = judged.filter(({ amended, tool }) => amended.ofBlue > 0 && tool === undefined)
  const asked = carried.filter(({ tool }) => tool !== undefined)
  const namesOf = (some: typeof judged) => some.map(({ role }) => role.name)
  const declared = toBeKnown(found.declared, [...own.map(({ role }) => role.arn), ...(provider ? [provider.arn] : [])])
  const by = (arn: string) => byWhom(users.get(arn) ?? [], found.given.has(arn))
  return {
    ...((provider || own.length + asked.length > 0) && {
      facts: {
        ...(blue.oidcIssuer !== undefined && { issuer: blue.oidcIssuer }),
        ...(provider && { provider: true as const }),
        written: namesOf(own),
        requested: namesOf(asked),
        ...(declared && { declared }),
      },
    }),
    owned: [
      ...(provider ? [providerRow(blue.name, toolOf(provider, found, 'deleted'))] : []),
      ...own.map(({ role, policy }) => roleRow(role, why(policy, blue))),
      ...asked.map(({ role, policy, tool }) => roleRow(role, why(policy, blue), tool)),
      ...elsewhere.map(([arn]) => elsewhereRow(arn)),
    ],
    findings: [
      ...carried.flatMap(({ role, amended, tool }) => [
        ...(amended.length > found.quota ? [noRoom(role, amended.length, found.quota)] : []),
        ...(tool === undefined ? [] : [toBeRequested(role, tool, by(role.arn))]),
      ]),
      ...judged.flatMap(({ role, policy }) => {
        const keys = keysWithoutLike(policy.Statement, blue.name, green.name)
        return keys.length === 0 ? [] : [byCondition(role, blue.name, green.name, keys)]
      }),
      ...judged
        .filter(({ policy }) => denyingOthers(policy, blue, green).length > 0)
        .map(({ role }) => denying(role, blue.name, green.name)),
      ...judged
        .filter(({ role, amended }) => users.has(role.arn) && amended.ofBlue === 0)
        .map(({ role }) => notTrusting(role.arn, by(role.arn), 'its trust policy does not name blue’s issuer')),
      ...unknown.map(([arn]) =>
        isRole(arn)
          ? notTrusting(arn, by(arn), 'there is no such role')
          : notTrusting(clipped(arn, 100), by(arn), 'that is no ARN of a role'),
      ),
      ...elsewhere.map(([arn]) =>
        warning(
          'role-elsewhere',
          arn,
          `${by(arn)} get it, and it is of account ${accountOf(arn)}: Norikae neither reads nor writes it`,
          `have ready whoever owns it: an OIDC provider of green's issuer in account ${accountOf(arn)}, and statements in its trust policy. Once green is there, ${wholeOf(found.platform)} says both, whole; each environment whose pods need it waits for that at its step ${ELSEWHERE_STEP}, before its gate`,
        ),
      ),
    ],
  }
}

const why = (policy: TrustPolicy, blue: Issuing): string =>
  [...new Set(policy.Statement.flatMap((s) => namedBy(s, blue)))].join(', ')

const roleRow = ({ name }: RoleDescription, by: string, tool?: string): OwnedRow => ({
  resource: `IAM role ${name}`,
  owner: tool ?? NOBODYS,
  ...(tool === undefined
    ? { written: 'own', does: `lets in green wherever it lets in blue (by ${by})` }
    : { written: 'requested', does: `waits until it lets in green wherever it lets in blue (by ${by})` }),
})

const elsewhereRow = (arn: string): OwnedRow => ({
  resource: `IAM role ${nameOfRole(arn)} of account ${accountOf(arn)}`,
  owner: `account ${accountOf(arn)}`,
  written: 'requested',
  does: 'waits, in each environment whose pods get it, until they get it on green',
})

const providerRow = (blue: string, tool: string | undefined): OwnedRow => ({
  resource: `OIDC provider of ${blue}`,
  owner: tool ?? NOBODYS,
  ...(tool === undefined
    ? { written: 'own', does: 'deletes it once blue is gone, and takes it out of the roles that it writes' }
    : { written: 'left', does: 'leaves it to its owner' }),
})

const NOBODYS = 'nobody’s tool by its tags'

/** In words; `given`: also by EKS. */
export function byWhom(uses: readonly RoleUse[], given: boolean): string {
  const names = [...uses.map((use) => use.by), ...(given ? ['pods that EKS gives it to'] : [])]
  const some = names.slice(0, 3).join(', ')
  return names.length === 0
    ? 'pods that do not run now'
    : names.length > 3
      ? `${some} and ${names.length - 3} more`
      : some
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const noRoom = ({ name }: RoleDescription, length: number, quota: number): Finding =>
  blocker(
    'role-no-room',
    name,
    `its trust policy needs ${length} characters to let in green too, and this account allows ${quota}`,
    'take statements of clusters that are gone out of it, or have the quota L-C07B4B0D (role trust policy length) of IAM raised',
  )

const denying = ({ name }: RoleDescription, blue: string, green: string): Finding =>
  warning(
    'role-denies',
    name,
    `its trust policy denies whoever is not ${blue}, and so green's pods; Norikae changes no statement of others, and the same one for green would shut out both`,
    `have whoever wrote it add ${green} to the values of that condition, beside ${blue}, before an app that needs the role moves`,
  )

const byCondition = ({ name }: RoleDescription, blue: string, green: string, keys: readonly string[]): Finding =>
  warning(
    'role-condition',
    name,
    `its trust policy names ${blue} by ${keys.join(', ')}, which has no like for ${green} by itself: Norikae writes none`,
    `have whoever wrote it let in ${green} there too, before an app that needs the role moves; an external id of a pod identity association is in EKS once green has it (aws eks describe-pod-identity-association)`,
  )

const toBeRequested = ({ name }: RoleDescription, tool: string, by: string): Finding =>
  warning(
    'role-requested',
    name,
    `it belongs to ${tool}, which takes back what it does not know: Norikae does not write its trust policy, and ${by} get it`,
    `have ready whoever owns it: the step ${ROLES_STEP} says the exact statements once green is there, and waits; after a day it may be skipped. What names blue is theirs to take out once blue is gone`,
  )

/** What makes green's provider, for who runs it. */
export const providerCommand = (issuer: string, clientIds: readonly string[]): string =>
  `aws iam create-open-id-connect-provider --url ${inShell(issuer)} --client-id-list ${clientIds.map(inShell).join(' ')}`

/** Of a green that others made. Undefined: it has no issuer yet. */
export const providerMissing = (
  { name, oidcIssuer }: Pick<Issuing, 'name' | 'oidcIssuer'>,
  clientIds: readonly string[],
): Finding | undefined =>
  oidcIssuer === undefined
    ? undefined
    : warning(
        'role-provider',
        name,
        'IAM has no OIDC provider of its issuer, and has one of blue’s: its pods get no role by it. Others made this cluster, so Norikae makes none',
        `have it made where the cluster is made, or: ${providerCommand(oidcIssuer, clientIds)}; the step ${PROVIDER_STEP} waits for it`,
      )

/** What is not known is not carried over: what pods have on blue they would miss on green. */
export const rolesUnread = (account: string, uses: readonly RoleUse[], says: string): Finding =>
  (uses.length > 0 ? blocker : warning)(
    'role-unread',
    `account ${account}`,
    `its IAM roles cannot be read, so nothing is done for them${uses.length > 0 ? `, and ${byWhom(uses, false)} get roles by blue’s issuer` : ''}: ${says}`,
    'give the worker what deploy/iam allows of IAM, then plan again; or see by hand that roles let in green, and waive it',
  )

const notTrusting = (arn: string, by: string, why: string): Finding =>
  warning(
    'role-not-trusting',
    arn,
    `${by} are to get it, and do not on blue: ${why}`,
    'mend it, or take the annotation away',
  )

/**
 * What to paste into `Statement` of each role, for who writes them: at least the first role's, and as many as can be read.
 * `whole`: the command that says the rest.
 */
export function statementsToAdd(
  roles: readonly { readonly name: string; readonly missing: readonly TrustStatement[] }[],
  whole: string,
): string {
  const said = roles.map(({ name, missing }) => `role ${name}: ${missing.map((s) => JSON.stringify(s)).join(',')}`)
  return readable(said, (n) => `and those of ${n} more: ${whole}`)
}

const isAbout = (policy: TrustPolicy, cluster: Issuing): boolean =>
  namesCluster(policy, cluster) || policy.Statement.some((statement) => keysNaming(statement, cluster.name).length > 0)

/** Of all roles of the account those that speak of a cluster. */
export const namingCluster = (roles: readonly RoleDescription[], cluster: Issuing): RoleDescription[] =>
  roles.filter(
    ({ trust }) =>
      (trust.includes(cluster.name) ||
        (cluster.oidcIssuer !== undefined && trust.includes(hostOf(cluster.oidcIssuer)))) &&
      isAbout(trustPolicy(trust), cluster),
  )
