import { paginateListRoles, type IAM, type Role, type Tag } from '@aws-sdk/client-iam'
import type { RolesPort } from '../../activities/ports.ts'
import type { RoleDescription } from '../../domain/roles.ts'
import { ask, askFor, askForAll, isAws } from '../aws-errors.ts'
import { permissionsOf } from './permissions.ts'

/** Most accounts have fewer than a thousand: one page. */
const PAGE = 1000

/** IAM is the same in every region of a partition. */
export const iam = (client: IAM): RolesPort => ({
  async find(name) {
    const found = await askFor(`GetRole ${name}`, (o) => client.getRole({ RoleName: name }, o))
    return found?.Role && roleOf(found.Role)
  },

  async all() {
    const roles = await askForAll(
      'ListRoles',
      (o) => paginateListRoles({ client, pageSize: PAGE }, {}, o),
      (page) => page.Roles,
    )
    return roles.map(roleOf)
  },

  permissions: (roles) => permissionsOf(client, roles),

  async setTrust(name, document) {
    await ask(`UpdateAssumeRolePolicy ${name}`, (o) =>
      client.updateAssumeRolePolicy({ RoleName: name, PolicyDocument: document }, o),
    )
  },

  async trustQuota() {
    const { SummaryMap } = await ask('GetAccountSummary', (o) => client.getAccountSummary({}, o))
    return SummaryMap?.['AssumeRolePolicySizeQuota'] ?? USUAL_QUOTA
  },

  async findProvider(arn) {
    const found = await askFor(`GetOpenIDConnectProvider ${arn}`, (o) =>
      client.getOpenIDConnectProvider({ OpenIDConnectProviderArn: arn }, o),
    )
    return found && { arn, clientIds: found.ClientIDList ?? [], tags: tagsOf(found.Tags) }
  },

  async providers() {
    const { OpenIDConnectProviderList = [] } = await ask('ListOpenIDConnectProviders', (o) =>
      client.listOpenIDConnectProviders({}, o),
    )
    return OpenIDConnectProviderList.flatMap(({ Arn }) => (Arn === undefined ? [] : [Arn]))
  },

  async createProvider({ issuer, clientIds, tags }) {
    await ask(`CreateOpenIDConnectProvider ${issuer}`, (o) =>
      client
        .createOpenIDConnectProvider(
          {
            Url: issuer,
            ClientIDList: [...clientIds],
            Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
          },
          o,
        )
        // Made a moment ago, and not told yet.
        .catch((error: unknown) => {
          if (!isAws(error, 'EntityAlreadyExists')) throw error
        }),
    )
  },

  async deleteProvider(arn) {
    await askFor(`DeleteOpenIDConnectProvider ${arn}`, (o) =>
      client.deleteOpenIDConnectProvider({ OpenIDConnectProviderArn: arn }, o),
    )
  },
})

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const USUAL_QUOTA = 2048

/** Documents come encoded: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html */
const roleOf = ({ RoleName = '', Arn = '', AssumeRolePolicyDocument = '', Tags }: Role): RoleDescription => ({
  name: RoleName,
  arn: Arn,
  trust: decodeURIComponent(AssumeRolePolicyDocument),
  tags: tagsOf(Tags),
})

const tagsOf = (tags: readonly Tag[] = []): Readonly<Record<string, string>> =>
  Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]))
