import { randomUUID } from 'node:crypto'
import type {
  AssociateIdentityProviderConfigRequest,
  AssociateIdentityProviderConfigResponse,
  DescribeIdentityProviderConfigRequest,
  DescribeIdentityProviderConfigResponse,
  ListIdentityProviderConfigsRequest,
  ListIdentityProviderConfigsResponse,
  Update,
} from '@aws-sdk/client-eks'
import { inUse, invalidParameter, notFound } from '../errors.ts'
import { page, type Given, type Operations, type Serve } from '../protocol/operations.ts'
import { updateInProgress } from './updates.ts'
import {
  activeCluster,
  arnOf,
  clusterNamed,
  type EksCluster,
  type EksIdentityProvider,
  type EksWorld,
} from './world.ts'

/** Nobody gets in by them: the sandbox's API servers know tokens of EKS only. */
export const identityProviderOperations = (world: EksWorld) =>
  ({
    AssociateIdentityProviderConfig: ((input) => {
      const { clusterName, oidc, tags } = input
      const known = clusterNamed(world, clusterName)
      const before = [...known.updates.values()].find((it) =>
        world.tokens.answers('AssociateIdentityProviderConfig', input, it),
      )
      if (before) return { update: before, tags: { ...tags } }
      const cluster = activeCluster(world, clusterName)
      const { identityProviderConfigName: name = '', issuerUrl = '' } = oidc
      refuse(cluster, name, issuerUrl)
      const provider = newIdentityProvider(world, cluster, oidc, tags)
      const update: Update & { id: string } = {
        id: randomUUID(),
        status: 'InProgress',
        type: 'AssociateIdentityProviderConfig',
        params: [{ type: 'IdentityProviderConfig', value: JSON.stringify(oidc) }],
        createdAt: new Date(),
        errors: [],
      }
      cluster.updates.set(update.id, update)
      world.tokens.remember('AssociateIdentityProviderConfig', input, update)
      world.later.after(world.times.updateMs, () => finish(world, cluster, provider, update))
      return { update, tags: { ...tags } }
    }) satisfies Serve<AssociateIdentityProviderConfigRequest, AssociateIdentityProviderConfigResponse>,

    DescribeIdentityProviderConfig: (({ clusterName, identityProviderConfig: { type, name = '' } }) => {
      const oidc = clusterNamed(world, clusterName).identityProviders.get(name)
      if (type !== 'oidc' || !oidc)
        throw notFound(`No identity provider config found with name: ${name}.`, { clusterName })
      return { identityProviderConfig: { oidc } }
    }) satisfies Serve<DescribeIdentityProviderConfigRequest, DescribeIdentityProviderConfigResponse>,

    ListIdentityProviderConfigs: (({ clusterName, nextToken, maxResults }) => {
      const names = [...clusterNamed(world, clusterName).identityProviders.keys()]
      const { items, next } = page(names, nextToken, maxResults)
      return { identityProviderConfigs: items.map((name) => ({ type: 'oidc', name })), nextToken: next }
    }) satisfies Serve<ListIdentityProviderConfigsRequest, ListIdentityProviderConfigsResponse>,
  }) satisfies Operations

export function newIdentityProvider(
  world: EksWorld,
  cluster: EksCluster,
  oidc: Given<AssociateIdentityProviderConfigRequest>['oidc'],
  tags: Readonly<Record<string, string>> | undefined,
): EksIdentityProvider {
  const { identityProviderConfigName: name = '' } = oidc
  const provider: EksIdentityProvider = {
    ...oidc,
    identityProviderConfigArn: arnOf(world, 'identityproviderconfig', cluster.name, 'oidc', name, randomUUID()),
    clusterName: cluster.name,
    tags: { ...tags },
    status: 'CREATING',
  }
  cluster.identityProviders.set(name, provider)
  return provider
}

/** "You can associate one OIDC identity provider to your cluster." https://docs.aws.amazon.com/eks/latest/userguide/authenticate-oidc-identity-provider.html */
function refuse(cluster: EksCluster, name: string, issuerUrl: string): void {
  const { name: clusterName } = cluster
  if (!issuerUrl.startsWith('https://'))
    throw invalidParameter(`The issuerUrl '${issuerUrl}' must begin with https://`, { clusterName })
  if (cluster.identityProviders.has(name))
    throw inUse(`Identity provider config ${name} already exists`, { clusterName })
  if (cluster.identityProviders.size > 0)
    throw invalidParameter('A cluster can have one OIDC identity provider config', { clusterName })
  if (updateInProgress(cluster))
    throw inUse(
      `Cannot AssociateIdentityProviderConfig because cluster ${clusterName} currently has an update in progress`,
      {
        clusterName,
      },
    )
}

function finish(world: EksWorld, cluster: EksCluster, provider: EksIdentityProvider, update: Update): void {
  const { issuerUrl = '', identityProviderConfigName = '' } = provider
  if (!world.faults.identityProviderFails(identityProviderConfigName)) {
    provider.status = 'ACTIVE'
    update.status = 'Successful'
    return
  }
  cluster.identityProviders.delete(identityProviderConfigName)
  update.status = 'Failed'
  update.errors = [
    { errorCode: 'OperationNotPermitted', errorMessage: `${issuerUrl} cannot be reached`, resourceIds: [] },
  ]
}
