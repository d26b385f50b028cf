import {
  type EKS,
  type OidcIdentityProviderConfig as Told,
  paginateListIdentityProviderConfigs,
} from '@aws-sdk/client-eks'
import type { IdentityProvider, NewIdentityProvider } from '../../domain/eks-objects.ts'
import { each } from '../../activities/few-at-a-time.ts'
import { ask, askFor, askForAll } from '../aws-errors.ts'
import { within } from './describe.ts'
import { unknownIn } from './unknown.ts'

/** `oidc` is the only type that EKS has. */
export async function identityProvidersOf(client: EKS, clusterName: string): Promise<IdentityProvider[]> {
  const listed = await askForAll(
    `ListIdentityProviderConfigs ${clusterName}`,
    (o) => paginateListIdentityProviderConfigs({ client }, { clusterName }, o),
    (page) => page.identityProviderConfigs,
  )
  const found = await each(listed, async ({ type, name }) => {
    const told = await askFor(`DescribeIdentityProviderConfig ${clusterName}/${name}`, (o) =>
      client.describeIdentityProviderConfig({ clusterName, identityProviderConfig: { type, name } }, o),
    )
    const oidc = told?.identityProviderConfig?.oidc
    return oidc && providerOf(oidc, unknownIn(told))
  })
  return found.filter((provider) => provider !== undefined)
}

export async function associateIdentityProvider(
  client: EKS,
  clusterName: string,
  provider: NewIdentityProvider,
  clientRequestToken: string,
): Promise<string> {
  const { name, tags, requiredClaims, ...rest } = provider
  const oidc = {
    identityProviderConfigName: name,
    ...rest,
    ...(requiredClaims !== undefined && { requiredClaims: { ...requiredClaims } }),
  }
  const { update } = await ask(`AssociateIdentityProviderConfig ${clusterName}/${name}`, (o) =>
    client.associateIdentityProviderConfig({ clusterName, oidc, tags: { ...tags }, clientRequestToken }, o),
  )
  return update?.id ?? ''
}

export async function updateFailure(client: EKS, name: string, updateId: string): Promise<string | undefined> {
  const found = await askFor(`DescribeUpdate ${name}`, (o) => client.describeUpdate({ name, updateId }, o))
  const { status, errors = [] } = found?.update ?? {}
  if (status !== 'Failed' && status !== 'Cancelled') return undefined
  return errors.map((e) => `${e.errorCode ?? 'Unknown'}: ${e.errorMessage ?? ''}`).join('; ') || 'EKS says no more'
}

const providerOf = (told: Told, unknown: readonly string[]): IdentityProvider => {
  const { usernameClaim, usernamePrefix, groupsClaim, groupsPrefix, requiredClaims = {} } = told
  return {
    name: told.identityProviderConfigName ?? '',
    status: told.status ?? '',
    issuerUrl: told.issuerUrl ?? '',
    clientId: told.clientId ?? '',
    ...(usernameClaim !== undefined && { usernameClaim }),
    ...(usernamePrefix !== undefined && { usernamePrefix }),
    ...(groupsClaim !== undefined && { groupsClaim }),
    ...(groupsPrefix !== undefined && { groupsPrefix }),
    ...(Object.keys(requiredClaims).length > 0 && { requiredClaims }),
    tags: told.tags ?? {},
    ...within('identityProviderConfig.oidc', unknown),
  }
}
