import {
  type AccessScope,
  type EKS,
  paginateDescribeAddonVersions,
  paginateDescribeClusterVersions,
  paginateListAddons,
  paginateListClusters,
  paginateListNodegroups,
} from '@aws-sdk/client-eks'
import type { EksPort } from '../../activities/ports.ts'
import { ask, askFor, askForAll, isAws } from '../aws-errors.ts'
import { accessOf, capabilitiesOf, entryOf, fargateProfileNamesOf, principalsOf } from './belongings.ts'
import { schemaFaults } from './addon-schema.ts'
import { authoritiesOf } from './certificate-authorities.ts'
import { addonOf, addonVersionOf, clusterOf, nodegroupOf, versionOf } from './describe.ts'
import { insightsOf, lastRefresh, refreshInsights, updatesUnderWay } from './insights.ts'
import { createFargateProfile, deleteFargateProfile, findFargateProfile } from './fargate-profiles.ts'
import { associateIdentityProvider, identityProvidersOf, updateFailure } from './identity-providers.ts'
import { accountsWithIdentity, createPodIdentity, identitiesOfAddon, podIdentitiesOf } from './pod-identities.ts'
import { createAddon, createCluster, createNodegroup } from './requests.ts'
import { unknownIn } from './unknown.ts'

export const eks = (client: EKS): EksPort => ({
  clusterNames: () =>
    askForAll(
      'ListClusters',
      (o) => paginateListClusters({ client }, {}, o),
      (page) => page.clusters,
    ),

  async findCluster(name) {
    const found = await askFor(`DescribeCluster ${name}`, (o) => client.describeCluster({ name }, o))
    return found?.cluster && clusterOf(found.cluster, unknownIn(found))
  },

  async createCluster(cluster, token) {
    await ask(`CreateCluster ${cluster.name}`, (o) => client.createCluster(createCluster(cluster, token), o))
  },

  async setDeletionProtection(name, on, clientRequestToken) {
    await ask(`UpdateClusterConfig ${name}`, (o) =>
      client.updateClusterConfig({ name, deletionProtection: on, clientRequestToken }, o),
    )
  },

  async deleteCluster(name) {
    await askFor(`DeleteCluster ${name}`, (o) => client.deleteCluster({ name }, o))
  },

  nodegroupNames: (clusterName) =>
    askForAll(
      `ListNodegroups ${clusterName}`,
      (o) => paginateListNodegroups({ client }, { clusterName }, o),
      (page) => page.nodegroups,
    ),

  async findNodegroup(clusterName, nodegroupName) {
    const found = await askFor(`DescribeNodegroup ${clusterName}/${nodegroupName}`, (o) =>
      client.describeNodegroup({ clusterName, nodegroupName }, o),
    )
    return found?.nodegroup && nodegroupOf(found.nodegroup, unknownIn(found))
  },

  async createNodegroup(cluster, nodegroup, token) {
    await ask(`CreateNodegroup ${cluster}/${nodegroup.name}`, (o) =>
      client.createNodegroup(createNodegroup(cluster, nodegroup, token), o),
    )
  },

  async deleteNodegroup(clusterName, nodegroupName) {
    await askFor(`DeleteNodegroup ${clusterName}/${nodegroupName}`, (o) =>
      client.deleteNodegroup({ clusterName, nodegroupName }, o),
    )
  },

  addonNames: (clusterName) =>
    askForAll(
      `ListAddons ${clusterName}`,
      (o) => paginateListAddons({ client }, { clusterName }, o),
      (page) => page.addons,
    ),

  async findAddon(clusterName, addonName) {
    const found = await askFor(`DescribeAddon ${clusterName}/${addonName}`, (o) =>
      client.describeAddon({ clusterName, addonName }, o),
    )
    if (!found?.addon) return undefined
    const { podIdentityAssociations = [] } = found.addon
    return addonOf(found.addon, await identitiesOfAddon(client, clusterName, podIdentityAssociations), unknownIn(found))
  },

  async addonVersions(addonName, kubernetesVersion) {
    const infos = await askForAll(
      `DescribeAddonVersions ${addonName}`,
      (o) => paginateDescribeAddonVersions({ client }, { addonName, kubernetesVersion }, o),
      (page) => page.addons,
    )
    return infos.flatMap((info) => (info.addonVersions ?? []).map(addonVersionOf))
  },

  async configurationFaults(addonName, addonVersion, configuration) {
    const found = await askFor(`DescribeAddonConfiguration ${addonName} ${addonVersion}`, (o) =>
      client.describeAddonConfiguration({ addonName, addonVersion }, o),
    )
    return schemaFaults(found?.configurationSchema ?? '', configuration)
  },

  async createAddon(cluster, addon, token) {
    await ask(`CreateAddon ${cluster}/${addon.name}`, (o) => client.createAddon(createAddon(cluster, addon, token), o))
  },

  async deleteAddon(clusterName, addonName) {
    await askFor(`DeleteAddon ${clusterName}/${addonName}`, (o) => client.deleteAddon({ clusterName, addonName }, o))
  },

  principals: (cluster) => principalsOf(client, cluster),

  fargateProfileNames: (cluster) => fargateProfileNamesOf(client, cluster),

  capabilities: (cluster) => capabilitiesOf(client, cluster),

  findAccess: (cluster, principalArn) => accessOf(client, cluster, principalArn),

  async createAccess(clusterName, { principalArn, groups, tags }, clientRequestToken) {
    const entry = {
      clusterName,
      principalArn,
      kubernetesGroups: [...groups],
      tags: { ...tags },
      clientRequestToken,
    }
    await ask(`CreateAccessEntry ${clusterName}`, async (o) => {
      try {
        await client.createAccessEntry(entry, o)
      } catch (error) {
        if (!isAws(error, 'ResourceInUse')) throw error
      }
    })
  },

  accessEntry: (cluster, principalArn) => entryOf(client, cluster, principalArn),

  async createAccessEntry(clusterName, entry, clientRequestToken) {
    const { principalArn, type, groups, username, tags } = entry
    await ask(`CreateAccessEntry ${clusterName} ${principalArn}`, (o) =>
      client.createAccessEntry(
        {
          clusterName,
          principalArn,
          type,
          ...(groups.length > 0 && { kubernetesGroups: [...groups] }),
          ...(username !== undefined && { username }),
          tags: { ...tags },
          clientRequestToken,
        },
        o,
      ),
    )
  },

  async allow(clusterName, principalArn, policyArn, namespaces) {
    const accessScope: AccessScope =
      namespaces === undefined ? { type: 'cluster' } : { type: 'namespace', namespaces: [...namespaces] }
    await ask(`AssociateAccessPolicy ${clusterName}`, (o) =>
      client.associateAccessPolicy({ clusterName, principalArn, policyArn, accessScope }, o),
    )
  },

  findFargateProfile: (cluster, name) => findFargateProfile(client, cluster, name),

  createFargateProfile: (cluster, profile, token) => createFargateProfile(client, cluster, profile, token),

  deleteFargateProfile: (cluster, name) => deleteFargateProfile(client, cluster, name),

  identityProviders: (cluster) => identityProvidersOf(client, cluster),

  associateIdentityProvider: (cluster, provider, token) => associateIdentityProvider(client, cluster, provider, token),

  updateFailure: (cluster, update) => updateFailure(client, cluster, update),

  podIdentities: (cluster) => podIdentitiesOf(client, cluster),

  async podIdentity(cluster, namespace, serviceAccount) {
    const [found] = await podIdentitiesOf(client, cluster, { namespace, serviceAccount })
    return found
  },

  accountsWithIdentity: (cluster, namespace) => accountsWithIdentity(client, cluster, namespace),

  createPodIdentity: (cluster, identity, token) => createPodIdentity(client, cluster, identity, token),

  async disallow(clusterName, principalArn, policyArn) {
    await askFor(`DisassociateAccessPolicy ${clusterName}`, (o) =>
      client.disassociateAccessPolicy({ clusterName, principalArn, policyArn }, o),
    )
  },

  updatesInProgress: (cluster, nodegroup) => updatesUnderWay(client, cluster, nodegroup),

  certificateAuthorities: (cluster) => authoritiesOf(client, cluster),

  insights: (cluster) => insightsOf(client, cluster),

  insightsRefresh: (cluster) => lastRefresh(client, cluster),

  startInsightsRefresh: (cluster) => refreshInsights(client, cluster),

  versions: async () => {
    const told = await askForAll(
      'DescribeClusterVersions',
      (o) => paginateDescribeClusterVersions({ client }, { includeAll: true }, o),
      (page) => page.clusterVersions,
    )
    return told.map(versionOf)
  },
})
