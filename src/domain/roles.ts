import type { AddonDescription, FargateProfile, PodIdentity } from './eks-objects.ts'
import { blocker, warning, type Finding } from './findings.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { readable } from './readable.ts'
import { namesCluster, trustPolicy, withGreen } from './role-trust.ts'
import { hostOf, type Issuing, type TrustStatement } from './trust-statements.ts'

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
}

/** The step of an upgrade that waits for roles which others write. */
export const ROLES_STEP = 'identity/requested'

/** The step of an app's environment that tries its roles out: `production/roles`. */
export const PROOF_STEP = 'roles'

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
    return role ? [{ arn: role.arn, by: `ServiceAccount/${namespace}/${name}` }] : []
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

/** `arn:aws:iam::123456789012:role/platform/files` */
export const accountOf = (arn: string): string => arn.split(':')[4] ?? ''

/**
 * By which tool a role is made, as its tags tell: it takes back what it does not know. Undefined: they do not tell of any.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
 */
export function toolOf(tags: RoleDescription['tags']): string | undefined {
  const stack = tags['aws:cloudformation:stack-name'] ?? tags['aws:cloudformation:stack-id']
  if (stack !== undefined) return `CloudFormation (stack ${stack})`
  const said = Object.entries(tags).find(
    ([key, value]) =>
      /^(terraform|managed[-_]?by|created[-_]?by|provisioner|iac)$/i.test(key) && TOOLS.test(`${key} ${value}`),
  )
  const [key, value] = said ?? Object.entries(tags).find(([name]) => /^(crossplane|pulumi)[.:/-]/i.test(name)) ?? []
  return key === undefined ? undefined : `what its tag ${key}: ${value ?? ''} says`
}
const TOOLS = /terraform|terragrunt|opentofu|pulumi|crossplane|cloudformation|cdk|ansible|\back\b/i

/** Green before it is there: of an issuer as long as blue's. */
export const foreseen = (blue: Issuing, name: string): Issuing => ({
  name,
  arn: blue.arn.replace(/[^/]*$/, () => name),
  oidcIssuer: blue.oidcIssuer?.replace(/[^/]*$/, (id) => '0'.repeat(id.length)),
})

/** What is done about each role, and what people have to know before. `quota`: characters of a trust policy. */
export function rolesToCarry(found: {
  readonly account: string
  readonly blue: Issuing
  /** Green's name. */
  readonly green: string
  readonly provider: boolean
  readonly uses: readonly RoleUse[]
  readonly given: ReadonlySet<string>
  /** Those in use and those that name blue, of this account. */
  readonly roles: readonly RoleDescription[]
  readonly quota: number
}): { readonly facts?: RoleFacts; readonly findings: readonly Finding[] } {
  const { account, blue, uses, provider } = found
  const green = foreseen(blue, found.green)
  const known = new Map(found.roles.map((role) => [role.arn, role]))
  const users = Map.groupBy(uses, (use) => use.arn)
  const elsewhere = [...users].filter(([arn]) => accountOf(arn) !== account)
  const unknown = [...users].filter(([arn]) => accountOf(arn) === account && !known.has(arn))
  const judged = found.roles
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((role) => ({
      role,
      amended: withGreen(trustPolicy(role.trust), blue, green, found.quota),
      tool: toolOf(role.tags),
    }))
  const carried = judged.filter(({ amended }) => amended.missing.length > 0)
  // Also one that lets in green already: blue is to be taken out of it in the end.
  const written = judged
    .filter(({ amended, tool }) => amended.ofBlue > 0 && tool === undefined)
    .map(({ role }) => role.name)
  const requested = carried.filter(({ tool }) => tool !== undefined).map(({ role }) => role.name)
  const by = (arn: string) => byWhom(users.get(arn) ?? [], found.given.has(arn))
  return {
    ...((provider || written.length + requested.length > 0) && {
      facts: {
        ...(blue.oidcIssuer !== undefined && { issuer: blue.oidcIssuer }),
        ...(provider && { provider: true as const }),
        written,
        requested,
      },
    }),
    findings: [
      ...carried.flatMap(({ role, amended, tool }) => [
        ...(amended.length > found.quota ? [noRoom(role, amended.length, found.quota)] : []),
        ...(tool === undefined ? [] : [toBeRequested(role, tool, by(role.arn))]),
      ]),
      ...judged
        .filter(({ role, amended }) => users.has(role.arn) && amended.ofBlue === 0)
        .map(({ role }) => notTrusting(role.arn, by(role.arn), 'its trust policy does not name blue’s issuer')),
      ...unknown.map(([arn]) => notTrusting(arn, by(arn), 'there is no such role')),
      ...elsewhere.map(([arn]) =>
        warning(
          'role-elsewhere',
          arn,
          `${by(arn)} get it, and it is of account ${accountOf(arn)}: Norikae neither reads nor writes it`,
          `have ready whoever owns it: an OIDC provider of green's issuer in account ${accountOf(arn)}, and a statement in its trust policy; no app that needs it gets to its gate before that works`,
        ),
      ),
    ],
  }
}

function byWhom(uses: readonly RoleUse[], given: boolean): string {
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

const toBeRequested = ({ name }: RoleDescription, tool: string, by: string): Finding =>
  warning(
    'role-requested',
    name,
    `it belongs to ${tool}, which takes back what it does not know: Norikae does not write its trust policy, and ${by} get it`,
    `have ready whoever owns it: the step ${ROLES_STEP} says the exact statements once green is there, and waits; after a day it may be skipped. What names blue is theirs to take out once blue is gone`,
  )

const notTrusting = (arn: string, by: string, why: string): Finding =>
  warning(
    'role-not-trusting',
    arn,
    `${by} are to get it, and do not on blue: ${why}`,
    'mend it, or take the annotation away',
  )

/** What to paste into `Statement` of each role, for who writes them: at least the first role's, and as many as can be read. */
export function statementsToAdd(
  roles: readonly { readonly name: string; readonly missing: readonly TrustStatement[] }[],
): string {
  const said = roles.map(({ name, missing }) => `role ${name}: ${missing.map((s) => JSON.stringify(s)).join(',')}`)
  return readable(said, (n) => `and once these are there, those of ${n} more`)
}

/** Of all roles of the account those that speak of a cluster. */
export const namingCluster = (roles: readonly RoleDescription[], cluster: Issuing): RoleDescription[] =>
  roles.filter(
    ({ trust }) =>
      (trust.includes(cluster.name) ||
        (cluster.oidcIssuer !== undefined && trust.includes(hostOf(cluster.oidcIssuer)))) &&
      namesCluster(trustPolicy(trust), cluster),
  )
