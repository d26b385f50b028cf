/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html */
import type { CreateOpenIDConnectProviderRequest, Tag } from '@aws-sdk/client-iam'
import { anywhere, tagged, tagging, type Needs } from '../authorization/needs.ts'
import type { Given } from '../protocol/operations.ts'
import type { IamWorld } from './world.ts'

export const iamNeeds = (world: IamWorld): Needs => {
  const onRole = (...operations: readonly string[]): Needs =>
    Object.fromEntries(
      operations.map((name) => [
        name,
        ({ RoleName }: { RoleName: string }) => {
          const { arn, tags } = world.roles.get(RoleName) ?? { arn: `arn:aws:iam::${world.account}:role/${RoleName}` }
          return [{ action: `iam:${name}`, resource: arn, context: tagged(tags) }]
        },
      ]),
    )
  const onPolicy = (...operations: readonly string[]): Needs =>
    Object.fromEntries(
      operations.map((name) => [
        name,
        ({ PolicyArn: resource }: { PolicyArn: string }) => [{ action: `iam:${name}`, resource }],
      ]),
    )
  const onProvider = (...operations: readonly string[]): Needs =>
    Object.fromEntries(
      operations.map((name) => [
        name,
        ({ OpenIDConnectProviderArn: resource, Tags }: { OpenIDConnectProviderArn: string; Tags?: Tag[] }) => [
          {
            action: `iam:${name}`,
            resource,
            context: { ...tagged(world.providers.get(resource)?.tags), ...tagging(mapOf(Tags)) },
          },
        ],
      ]),
    )
  return {
    ...anywhere('iam', 'GetAccountSummary', 'ListRoles', 'ListOpenIDConnectProviders'),
    ...onRole('GetRole', 'GetRolePolicy', 'ListAttachedRolePolicies', 'ListRolePolicies', 'UpdateAssumeRolePolicy'),
    ...onPolicy('GetPolicy', 'GetPolicyVersion'),
    ...onProvider('GetOpenIDConnectProvider', 'DeleteOpenIDConnectProvider', 'TagOpenIDConnectProvider'),
    // What is made with tags needs that its maker may tag.
    CreateOpenIDConnectProvider: ({ Url, Tags = [] }: Given<CreateOpenIDConnectProviderRequest>) => {
      const resource = world.providerArn(Url.replace('https://', ''))
      const actions = ['CreateOpenIDConnectProvider', ...(Tags.length > 0 ? ['TagOpenIDConnectProvider'] : [])]
      return actions.map((name) => ({ action: `iam:${name}`, resource, context: tagging(mapOf(Tags)) }))
    },
  } satisfies Needs
}

const mapOf = (tags: readonly Tag[] = []) => new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]))
