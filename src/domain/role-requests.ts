import type { PodIdentity } from './eks-objects.ts'
import { few } from './few.ts'
import { ownerByAddress, ownerOf, written, type DeclaredOwners } from './ownership.ts'
import { toolOf } from './role-owners.ts'
import { lengthOf, trustPolicy, withGreen, type TrustPolicy } from './role-trust.ts'
import {
  accountOf,
  AUDIENCE,
  byWhom,
  ELSEWHERE_STEP,
  isOfAnother,
  nameOfRole,
  providerCommand,
  type RoleDescription,
  type RoleUse,
} from './roles.ts'
import { readable, wholeOf } from './readable.ts'
import { terraformOf } from './terraform-statements.ts'
import { each, hostOf, mapped, withoutSid, type Issuing, type TrustStatement } from './trust-statements.ts'

/** What whoever writes a role is asked for, whole: to be pasted, applied, or sent on. */
export interface RoleRequest {
  readonly role: string
  readonly arn: string
  /** Whose tool writes it, or whose account it is of. */
  readonly owner: string
  /** Who gets it on blue. */
  readonly by: string
  /** Of its trust policy: statements, as JSON. */
  readonly missing: readonly string[]
  /**
   * As JSON, for a file. Of a role of this account: its trust policy as it is, with them. Of another account: they alone;
   * absent where nothing here says what they are.
   */
  readonly document?: string
  readonly isWhole: boolean
  /** Absent where it fits: why IAM will refuse it. */
  readonly tooLong?: string
  /** By hand, each on a line; `<file>` stands for the file that has the document. */
  readonly commands: readonly string[]
  /** Where its owner writes it down, in words. */
  readonly where: string
  /** The same statements as blocks of Terraform's `aws_iam_policy_document`. */
  readonly terraform?: string
}

/** What stands for the file in a command. */
export const FILE = '<file>'

interface Found {
  readonly account: string
  readonly platform: string
  readonly declared: DeclaredOwners
  readonly blue: Issuing
  /** As it is: its issuer is in every statement. */
  readonly green: Issuing
  readonly uses: readonly RoleUse[]
  readonly given: ReadonlySet<string>
  readonly roles: readonly RoleDescription[]
  /** Characters of a trust policy. */
  readonly quota: number
}

/** Roles that others' tools write and that do not let in green yet, and roles of other accounts that blue's pods get. */
export const roleRequests = (found: Found): readonly RoleRequest[] => [...ofTools(found), ...ofAccounts(found)]

function ofTools({ blue, green, roles, uses, given, quota, ...whose }: Found): RoleRequest[] {
  const users = Map.groupBy(uses, (use) => use.arn)
  return roles
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((role) => {
      const owner = toolOf(role, whose)
      const policy = trustPolicy(role.trust)
      const { missing } = withGreen(policy, blue, green, quota)
      if (owner === undefined || missing.length === 0) return []
      const document = { ...policy, Statement: [...policy.Statement, ...missing] }
      const length = lengthOf(document)
      return [
        {
          role: role.name,
          arn: role.arn,
          owner,
          by: byWhom(users.get(role.arn) ?? [], given.has(role.arn)),
          missing: missing.map((it) => JSON.stringify(it)),
          document: forFile(document),
          isWhole: true,
          ...(length > quota && {
            tooLong: `it has ${length} characters, and account ${whose.account} allows ${quota}: take statements of clusters that are gone out of it, or have the quota L-C07B4B0D of IAM raised`,
          }),
          commands: [`aws iam update-assume-role-policy --role-name ${role.name} --policy-document file://${FILE}`],
          ...writtenDown(role, missing, whose),
        },
      ]
    })
}

/** Where the change has to be made so that it stays. */
function writtenDown(
  { tags, arn }: RoleDescription,
  missing: readonly TrustStatement[],
  { declared, platform }: Pick<Found, 'declared' | 'platform'>,
): Pick<RoleRequest, 'where' | 'terraform'> {
  const owner = ownerOf({ tags, key: arn }, declared, platform)
  const tool = written(owner) === 'requested' ? owner.tool : 'nobody'
  switch (tool) {
    case 'terraform':
      return {
        where: `${ownerByAddress(owner)}: put the blocks into the aws_iam_policy_document of its assume_role_policy, or the document in its place, then terraform apply. Applied by hand alone, the next apply takes it back`,
        terraform: missing.map(terraformOf).join('\n'),
      }
    case 'cloudformation':
      return {
        where: `template of stack ${owner.of ?? ''}: add the statements to AssumeRolePolicyDocument of the role (JSON is YAML), then aws cloudformation deploy. Applied by hand alone, the stack's next update of the role takes it back`,
      }
    case 'eksctl':
      return {
        where: `a stack of CloudFormation that eksctl has made for ${owner.of ?? 'its cluster'}: eksctl does not change it again by itself, so the command below stays`,
      }
    default:
      return { where: 'wherever whoever owns it writes its trust policy down' }
  }
}

/** Nobody here may read them, so what is asked for is made of what pods of blue say that they need. */
function ofAccounts({ account, blue, green, uses }: Pick<Found, 'account' | 'blue' | 'green' | 'uses'>): RoleRequest[] {
  const elsewhere = Map.groupBy(
    uses.filter(({ arn }) => isOfAnother(arn, account)),
    (use) => use.arn,
  )
  return [...elsewhere]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([arn, its]) => {
      const theirs = accountOf(arn)
      const missing = statementsFor(arn, its, green)
      return {
        role: nameOfRole(arn),
        arn,
        owner: `account ${theirs}`,
        by: byWhom(its, false),
        missing: missing.map((it) => JSON.stringify(it)),
        ...(missing.length > 0 && { document: forFile({ Version: '2012-10-17', Statement: missing }) }),
        isWhole: false,
        commands: [providerCommand(green.oidcIssuer ?? '', audiencesOf(its))],
        where: `in account ${theirs}, which Norikae neither reads nor writes: make the OIDC provider where it has none of this issuer, then add the statements to the trust policy of the role, beside those for ${blue.name}. Each environment that needs it sees by a token whether that works, at its step ${ELSEWHERE_STEP}${its.some(({ pods }) => !pods) ? '; for an add-on, the same as its own for blue, with this issuer' : ''}`,
      }
    })
}

/**
 * Roles that associations of green lead on to. Each has an external id of its own, so that a role which asks for blue's asks
 * for green's too. Of a role that is known to ask for none of blue's, or has green's, nothing is asked.
 */
export function targetRequests(
  { blues, greens }: Readonly<Record<'blues' | 'greens', readonly PodIdentity[]>>,
  { blue, roles }: Pick<Found, 'blue' | 'roles'>,
): readonly RoleRequest[] {
  const knows = new Map(roles.map(({ arn, trust }) => [arn, trust]))
  const asks = greens.flatMap((it) => {
    const { targetRoleArn: arn, namespace, serviceAccount } = it
    if (arn === undefined) return []
    const trust = knows.get(arn)
    const statement = trust === undefined ? leadingOn(it) : likeBlues(trust, it, blues)
    return statement ? [{ arn, statement, isKnown: trust !== undefined, by: `${namespace}/${serviceAccount}` }] : []
  })
  return [...Map.groupBy(asks, ({ arn }) => arn)].map(([arn, its]) => ({
    role: nameOfRole(arn),
    arn,
    owner: `account ${accountOf(arn)}`,
    by: `pods that EKS gives it to by way of another role (${few(its.map(({ by }) => by))})`,
    missing: its.map(({ statement }) => JSON.stringify(statement)),
    document: forFile({ Version: '2012-10-17', Statement: its.map(({ statement }) => statement) }),
    isWhole: false,
    commands: [],
    where: `in account ${accountOf(arn)}, beside those for ${blue.name}, where its trust policy asks for sts:ExternalId: these are the ids of green's associations${its.every(({ isKnown }) => isKnown) ? '' : '. What else those for blue ask for, such as tags or an organization, belongs into these too'}. Nothing waits for it, and nobody here sees whether it is done`,
  }))
}

/** Nobody here may read what the role asks for: no more than that is known. */
const leadingOn = ({ externalId, roleArn }: PodIdentity): TrustStatement | undefined =>
  externalId === undefined
    ? undefined
    : {
        Effect: 'Allow',
        Principal: { AWS: roleArn },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Condition: { StringEquals: { 'sts:ExternalId': externalId } },
      }

/** As its owner wrote it for blue's association, whatever else it asks for. Undefined: it asks for no id of blue's, or has green's. */
function likeBlues(trust: string, green: PodIdentity, blues: readonly PodIdentity[]): TrustStatement | undefined {
  const { externalId: to, ...its } = green
  const from = blues.find(
    (it) =>
      it.namespace === its.namespace &&
      it.serviceAccount === its.serviceAccount &&
      it.targetRoleArn === its.targetRoleArn,
  )?.externalId
  if (from === undefined || to === undefined || trust.includes(to)) return undefined
  const theirs = trustPolicy(trust).Statement.find(({ Condition }) => JSON.stringify(Condition ?? {}).includes(from))
  if (!theirs) return undefined
  const { Condition = {}, ...rest } = withoutSid(theirs)
  const swapped = (text: string) => text.replaceAll(from, () => to)
  return { ...rest, Condition: each(Condition, (keys) => each(keys, (values) => mapped(values, swapped))) }
}

/** The same in one text, which names the command that has all of it. */
export function askedElsewhere(
  uses: readonly RoleUse[],
  { platform, ...sides }: Pick<Found, 'account' | 'blue' | 'green' | 'platform'>,
): string {
  const whole = wholeOf(platform)
  const all = ofAccounts({ ...sides, uses })
  const said = all.map(({ arn, missing, commands }) => `${arn}: ${missing.join(',')}, and there ${commands.join('; ')}`)
  return `${all.length} ${all.length === 1 ? 'role' : 'roles'} of other accounts ${all.length === 1 ? 'does' : 'do'} not let in ${sides.green.name} yet. To be added to Statement of their trust policies, and where the account has no OIDC provider of this issuer, made: ${readable(said, (n) => `and those of ${n} more`)}. Whole: ${whole}`
}

const forFile = (policy: TrustPolicy): string => JSON.stringify(policy, null, 2)

const audiencesOf = (uses: readonly RoleUse[]): string[] => [
  ...new Set(uses.map(({ pods }) => pods?.audience ?? AUDIENCE)),
]

/** One for each audience: both conditions of a statement have to hold. */
function statementsFor(arn: string, uses: readonly RoleUse[], { oidcIssuer = '' }: Issuing): TrustStatement[] {
  const host = hostOf(oidcIssuer)
  const [, partition = 'aws'] = arn.split(':')
  const byAudience = Map.groupBy(
    uses.flatMap(({ pods }) => pods ?? []),
    ({ audience }) => audience,
  )
  return [...byAudience].map(([audience, pods]) => ({
    Effect: 'Allow',
    Principal: { Federated: `arn:${partition}:iam::${accountOf(arn)}:oidc-provider/${host}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: {
        [`${host}:aud`]: audience,
        [`${host}:sub`]: pods.map(({ account }) => `system:serviceaccount:${account}`).toSorted(),
      },
    },
  }))
}
