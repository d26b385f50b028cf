/** IAM as a whole: the operations that it serves. */
import type {
  CreateOpenIDConnectProviderRequest,
  CreateOpenIDConnectProviderResponse,
  DeleteOpenIDConnectProviderRequest,
  GetAccountSummaryResponse,
  GetOpenIDConnectProviderRequest,
  GetOpenIDConnectProviderResponse,
  GetPolicyRequest,
  GetPolicyResponse,
  GetPolicyVersionRequest,
  GetPolicyVersionResponse,
  GetRolePolicyRequest,
  GetRolePolicyResponse,
  GetRoleRequest,
  GetRoleResponse,
  ListAttachedRolePoliciesRequest,
  ListAttachedRolePoliciesResponse,
  ListOpenIDConnectProvidersResponse,
  ListRolePoliciesRequest,
  ListRolePoliciesResponse,
  ListRolesRequest,
  ListRolesResponse,
  Role,
  TagOpenIDConnectProviderRequest,
  UpdateAssumeRolePolicyRequest,
} from '@aws-sdk/client-iam'
import { AwsError } from '../errors.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'
import type { IamRole, IamWorld } from './world.ts'

export const iamOperations = (world: IamWorld) =>
  ({
    GetRole: (({ RoleName }) => {
      const role = world.role(RoleName)
      return { Role: { ...describe(world, role), Tags: tagsOf(role.tags) } }
    }) satisfies Serve<GetRoleRequest, GetRoleResponse>,

    /** "IAM resource-listing operations return a subset of the available attributes": no tags. */
    ListRoles: (({ Marker, MaxItems, PathPrefix = '/' }) => {
      const all = [...world.roles.values()]
        .filter(({ path }) => path.startsWith(PathPrefix))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      const { items, next } = page(all, Marker, MaxItems ?? 100, 1000)
      return { Roles: items.map((role) => describe(world, role)), IsTruncated: next !== undefined, Marker: next }
    }) satisfies Serve<ListRolesRequest, ListRolesResponse>,

    ListRolePolicies: (({ RoleName, Marker, MaxItems }) => {
      const { items, next } = page([...world.role(RoleName).own.keys()].toSorted(), Marker, MaxItems ?? 100, 1000)
      return { PolicyNames: items, IsTruncated: next !== undefined, Marker: next }
    }) satisfies Serve<ListRolePoliciesRequest, ListRolePoliciesResponse>,

    GetRolePolicy: (({ RoleName, PolicyName }) => ({
      RoleName,
      PolicyName,
      PolicyDocument: encodeURIComponent(world.rolePolicy(RoleName, PolicyName)),
    })) satisfies Serve<GetRolePolicyRequest, GetRolePolicyResponse>,

    ListAttachedRolePolicies: (({ RoleName, Marker, MaxItems }) => {
      const all = [...world.role(RoleName).attached].toSorted()
      const { items, next } = page(all, Marker, MaxItems ?? 100, 1000)
      return {
        AttachedPolicies: items.map((PolicyName) => ({ PolicyName, PolicyArn: world.policyArn(PolicyName) })),
        IsTruncated: next !== undefined,
        Marker: next,
      }
    }) satisfies Serve<ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse>,

    GetPolicy: (({ PolicyArn }) => {
      const { name } = world.policy(PolicyArn)
      return { Policy: { PolicyName: name, Arn: PolicyArn, DefaultVersionId: VERSION } }
    }) satisfies Serve<GetPolicyRequest, GetPolicyResponse>,

    GetPolicyVersion: (({ PolicyArn, VersionId }) => {
      const { document } = world.policy(PolicyArn)
      if (VersionId !== VERSION)
        throw new AwsError('NoSuchEntity', `Policy ${PolicyArn} version ${VersionId} does not exist.`, 404)
      return { PolicyVersion: { VersionId, IsDefaultVersion: true, Document: encodeURIComponent(document) } }
    }) satisfies Serve<GetPolicyVersionRequest, GetPolicyVersionResponse>,

    /** Replaces the whole document, whatever it has become meanwhile. */
    UpdateAssumeRolePolicy: (({ RoleName, PolicyDocument }) => {
      world.setTrust(world.role(RoleName), PolicyDocument)
      return {}
    }) satisfies Serve<UpdateAssumeRolePolicyRequest, object>,

    GetAccountSummary: (() => ({
      SummaryMap: {
        AssumeRolePolicySizeQuota: world.quotas.trust,
        Roles: world.roles.size,
        Providers: world.providers.size,
      },
    })) satisfies Serve<object, GetAccountSummaryResponse>,

    CreateOpenIDConnectProvider: (({ Url, ClientIDList = [], ThumbprintList = [], Tags = [] }) => {
      if (!/^https:\/\/[^/?#]+(\/[^?#]*)?$/.test(Url))
        throw new AwsError('InvalidInput', `Invalid Open ID Connect URL ${Url}`)
      if (world.providers.has(world.providerArn(Url.replace('https://', ''))))
        throw new AwsError('EntityAlreadyExists', `Provider with url ${Url} already exists.`, 409)
      if (world.providers.size >= world.quotas.providers)
        throw new AwsError(
          'LimitExceeded',
          `Cannot exceed quota for OpenIdConnectProvidersPerAccount: ${world.quotas.providers}`,
          409,
        )
      const tags = new Map(Tags.map(({ Key = '', Value = '' }) => [Key, Value]))
      const made = world.addProvider(Url, ClientIDList, ThumbprintList, tags)
      return { OpenIDConnectProviderArn: made.arn, Tags }
    }) satisfies Serve<CreateOpenIDConnectProviderRequest, CreateOpenIDConnectProviderResponse>,

    GetOpenIDConnectProvider: (({ OpenIDConnectProviderArn }) => {
      const { url, clientIds, thumbprints, createdAt, tags } = world.provider(OpenIDConnectProviderArn)
      return {
        Url: url,
        ClientIDList: [...clientIds],
        ThumbprintList: [...thumbprints],
        CreateDate: createdAt,
        Tags: tagsOf(tags),
      }
    }) satisfies Serve<GetOpenIDConnectProviderRequest, GetOpenIDConnectProviderResponse>,

    ListOpenIDConnectProviders: (() => ({
      OpenIDConnectProviderList: world.seen().map(({ arn }) => ({ Arn: arn })),
    })) satisfies Serve<object, ListOpenIDConnectProvidersResponse>,

    TagOpenIDConnectProvider: (({ OpenIDConnectProviderArn, Tags }) => {
      const { tags } = world.provider(OpenIDConnectProviderArn)
      for (const { Key = '', Value = '' } of Tags) tags.set(Key, Value)
      return {}
    }) satisfies Serve<TagOpenIDConnectProviderRequest, object>,

    /** "This operation is idempotent; it does not fail or return an error if you call the operation for a provider that does not exist." */
    DeleteOpenIDConnectProvider: (({ OpenIDConnectProviderArn }) => {
      world.providers.delete(OpenIDConnectProviderArn)
      return {}
    }) satisfies Serve<DeleteOpenIDConnectProviderRequest, object>,
  }) satisfies Operations

const describe = (world: IamWorld, role: IamRole): Role => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: role.createdAt,
  // https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html: "URL-encoded compliant with RFC 3986".
  AssumeRolePolicyDocument: encodeURIComponent(world.trustOf(role)),
  MaxSessionDuration: 3600,
})

/** A policy that stands by itself has one version. */
const VERSION = 'v1'

const tagsOf = (tags: ReadonlyMap<string, string>) => [...tags].map(([Key, Value]) => ({ Key, Value }))
