import {
  type EntityType,
  type IAM,
  type ManagedPolicyDetail,
  paginateGetAccountAuthorizationDetails,
  type RoleDetail,
} from '@aws-sdk/client-iam'
import type { RolePermission } from '../../domain/role-permissions.ts'
import { askForAll } from '../aws-errors.ts'

/** Most accounts have fewer than a thousand: one page, or a few where documents are long. */
const PAGE = 1000

/** Of users and groups nothing is asked. */
const OF: EntityType[] = ['Role', 'LocalManagedPolicy']

/** Role by role would be five questions for each. */
export async function permissionsOf(client: IAM): Promise<RolePermission[]> {
  const told = await askForAll(
    'GetAccountAuthorizationDetails',
    (o) => paginateGetAccountAuthorizationDetails({ client, pageSize: PAGE }, { Filter: OF }, o),
    ({ RoleDetailList = [], Policies = [] }) => [
      ...RoleDetailList.map((role) => ({ role })),
      ...Policies.map((policy) => ({ policy })),
    ],
  )
  // A role may be told pages before what is attached to it.
  const attached = new Map(told.flatMap((it) => ('policy' in it ? [[it.policy.Arn ?? '', inForce(it.policy)]] : [])))
  return told.flatMap((it) => ('role' in it ? ofRole(it.role, attached) : []))
}

const ofRole = (
  { RoleName: role = '', RolePolicyList = [], AttachedManagedPolicies = [] }: RoleDetail,
  attached: ReadonlyMap<string, string | undefined>,
): RolePermission[] =>
  [
    ...RolePolicyList.map((own) => ({ policy: own.PolicyName ?? '', document: own.PolicyDocument })),
    ...AttachedManagedPolicies.map((one) => ({
      policy: one.PolicyName ?? '',
      document: attached.get(one.PolicyArn ?? ''),
    })),
  ].flatMap(({ policy, document }) =>
    // Documents come encoded: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PolicyDetail.html
    document === undefined ? [] : [{ role, policy, document: decodeURIComponent(document) }],
  )

const inForce = ({ PolicyVersionList = [] }: ManagedPolicyDetail): string | undefined =>
  PolicyVersionList.find((version) => version.IsDefaultVersion)?.Document
