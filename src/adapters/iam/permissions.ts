import { type IAM, paginateListAttachedRolePolicies, paginateListRolePolicies } from '@aws-sdk/client-iam'
import { isNotFound } from '../../activities/errors.ts'
import type { RolePermission } from '../../domain/role-permissions.ts'
import { each } from '../../activities/few-at-a-time.ts'
import { askFor, askForAll } from '../aws-errors.ts'

/** More than a role may have: one page. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const PAGE = 1000

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html: those of AWS are of no account. */
const OF_AWS = /^arn:[^:]+:iam::aws:policy\//

/**
 * Role by role, each a few short questions: `GetAccountAuthorizationDetails` tells of every role and every version of every
 * policy of the account, which in a large one takes minutes. What goes meanwhile is left out.
 */
export async function permissionsOf(client: IAM, roles: readonly string[]): Promise<RolePermission[]> {
  // What many have attached is asked for once.
  const documents = new Map<string, Promise<string | undefined>>()
  const documentOf = (arn: string) => {
    const asked = documents.get(arn) ?? inForce(client, arn)
    documents.set(arn, asked)
    return asked
  }
  const found = await each(roles, async (role) => {
    const all: RolePermission[] = []
    const add = (policy: string, document: string | undefined) => {
      // Documents come encoded: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PolicyVersion.html
      if (document !== undefined) all.push({ role, policy, document: decodeURIComponent(document) })
    }
    for (const policy of await ownOf(client, role))
      add(policy, await askFor(`GetRolePolicy ${role} ${policy}`, (o) => own(client, role, policy, o)))
    for (const { name, arn } of await attachedTo(client, role)) if (!OF_AWS.test(arn)) add(name, await documentOf(arn))
    return all
  })
  return found.flat()
}

type Options = Parameters<Parameters<typeof askFor>[1]>[0]

const own = async (client: IAM, RoleName: string, PolicyName: string, o: Options) =>
  (await client.getRolePolicy({ RoleName, PolicyName }, o)).PolicyDocument

const ownOf = async (client: IAM, RoleName: string): Promise<readonly string[]> =>
  unlessMissing(
    askForAll(
      `ListRolePolicies ${RoleName}`,
      (o) => paginateListRolePolicies({ client, pageSize: PAGE }, { RoleName }, o),
      (page) => page.PolicyNames,
    ),
  )

const attachedTo = async (client: IAM, RoleName: string) =>
  (
    await unlessMissing(
      askForAll(
        `ListAttachedRolePolicies ${RoleName}`,
        (o) => paginateListAttachedRolePolicies({ client, pageSize: PAGE }, { RoleName }, o),
        (page) => page.AttachedPolicies,
      ),
    )
  ).map(({ PolicyName: name = '', PolicyArn: arn = '' }) => ({ name, arn }))

/** The version of it that counts. */
async function inForce(client: IAM, PolicyArn: string): Promise<string | undefined> {
  const found = await askFor(`GetPolicy ${PolicyArn}`, (o) => client.getPolicy({ PolicyArn }, o))
  const VersionId = found?.Policy?.DefaultVersionId
  if (VersionId === undefined) return undefined
  const version = await askFor(`GetPolicyVersion ${PolicyArn} ${VersionId}`, (o) =>
    client.getPolicyVersion({ PolicyArn, VersionId }, o),
  )
  return version?.PolicyVersion?.Document
}

const unlessMissing = <T>(asked: Promise<T[]>): Promise<T[]> =>
  asked.catch((error: unknown) => {
    if (isNotFound(error)) return []
    throw error
  })
