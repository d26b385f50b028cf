import { randomUUID } from 'node:crypto'
import type {
  Addon,
  AddonIssue,
  CreateAddonRequest,
  CreateAddonResponse,
  DeleteAddonRequest,
  DeleteAddonResponse,
  DescribeAddonRequest,
  DescribeAddonResponse,
  ListAddonsRequest,
  ListAddonsResponse,
} from '@aws-sdk/client-eks'
import { parse } from 'yaml'
import { inUse, invalidParameter, notFound } from '../errors.ts'
import { page, type Given, type Operations, type Serve } from '../protocol/operations.ts'
import { addonKinds, defaultAddonVersion, settingsOf } from './addon-versions.ts'
import { newPodIdentity } from './pod-identities.ts'
import { activeCluster, arnOf, clusterNamed, type EksAddon, type EksCluster, type EksWorld } from './world.ts'

export const addonOperations = (world: EksWorld) =>
  ({
    CreateAddon: ((input) => {
      const { clusterName, addonName } = input
      const taken = clusterNamed(world, clusterName).addons.get(addonName)
      if (world.tokens.answers('CreateAddon', input, taken))
        return { addon: describeAddon(clusterNamed(world, clusterName), taken) }
      const cluster = activeCluster(world, clusterName)
      const version = checkedVersion(input, cluster)
      if (taken) throw inUse('Addon already exists.', { clusterName, addonName })
      const addon = newAddon(world, cluster, input, version)
      cluster.addons.set(addonName, addon)
      world.tokens.remember('CreateAddon', input, addon)
      world.later.after(world.times.addonMs, () => {
        const issue = world.faults.issueOf('add-on', addonName)
        // A fault may name any code; the SDK takes codes that it does not know as they are.
        if (addon.state === 'CREATING')
          addon.state = issue ? { failed: issue as AddonIssue, in: 'creation' } : 'INSTALLED'
      })
      return { addon: describeAddon(cluster, addon) }
    }) satisfies Serve<CreateAddonRequest, CreateAddonResponse>,

    DescribeAddon: ((input) => {
      const { cluster, addon } = addonOf(world, input)
      return { addon: describeAddon(cluster, addon) }
    }) satisfies Serve<DescribeAddonRequest, DescribeAddonResponse>,

    ListAddons: (({ clusterName, nextToken, maxResults }) => {
      const { items, next } = page([...clusterNamed(world, clusterName).addons.keys()], nextToken, maxResults)
      return { addons: items, nextToken: next }
    }) satisfies Serve<ListAddonsRequest, ListAddonsResponse>,

    DeleteAddon: ((input) => {
      const { cluster, addon } = addonOf(world, input)
      if (addon.state !== 'DELETING') {
        addon.state = 'DELETING'
        for (const [id, { ownerArn }] of cluster.podIdentities)
          if (ownerArn === addon.described.addonArn) cluster.podIdentities.delete(id)
        world.later.after(world.times.deletionMs, () => {
          const issue = world.faults.issueOf('deletion of', addon.name)
          if (issue) addon.state = { failed: issue as AddonIssue, in: 'deletion' }
          else cluster.addons.delete(addon.name)
        })
      }
      return { addon: describeAddon(cluster, addon) }
    }) satisfies Serve<DeleteAddonRequest, DeleteAddonResponse>,
  }) satisfies Operations

function addonOf(world: EksWorld, { clusterName, addonName }: { clusterName: string; addonName: string }) {
  const cluster = clusterNamed(world, clusterName)
  const addon = cluster.addons.get(addonName)
  if (!addon) throw notFound(`No addon: ${addonName} found in cluster: ${clusterName}`, { clusterName, addonName })
  return { cluster, addon }
}

/**
 * An add-on that runs as a Deployment is DEGRADED until a node group is ACTIVE (and the SDK's waiter takes that for a
 * failure). https://docs.aws.amazon.com/eks/latest/APIReference/API_AddonIssue.html
 */
export function describeAddon(cluster: EksCluster, { name, state, described }: EksAddon): Addon {
  if (typeof state === 'object')
    return {
      ...described,
      status: state.in === 'creation' ? 'CREATE_FAILED' : 'DELETE_FAILED',
      health: { issues: [{ ...state.failed, resourceIds: [] }] },
    }
  if (state !== 'INSTALLED') return { ...described, status: state, health: { issues: [] } }
  const nodes = [...cluster.nodegroups.values()].some((group) => group.described.status === 'ACTIVE')
  if (nodes || !addonKinds[name]?.needsNodes) return { ...described, status: 'ACTIVE', health: { issues: [] } }
  const message = "The add-on is unhealthy because it doesn't have the desired number of replicas."
  return {
    ...described,
    status: 'DEGRADED',
    health: { issues: [{ code: 'InsufficientNumberOfReplicas', message, resourceIds: [] }] },
  }
}

/** The version to install. https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAddon.html */
function checkedVersion(input: Given<CreateAddonRequest>, { version: on }: EksCluster): string {
  const { clusterName, addonName, addonVersion, configurationValues } = input
  const named = { clusterName, addonName }
  const kind = addonKinds[addonName]
  const version = addonVersion ?? defaultAddonVersion(addonName, on)
  if (!kind || version === undefined)
    throw invalidParameter(`Addon ${addonName} specified is not supported in ${on} kubernetes version`, named)
  if (!kind.versions.some((it) => it.version === version && it.on.includes(on)))
    throw invalidParameter(`Addon version specified is not supported: ${version} on Kubernetes ${on}`, named)
  const wrong = configurationValues && wrongConfiguration(configurationValues, settingsOf(kind, version))
  if (wrong) throw invalidParameter(`ConfigurationValue provided in request is not supported: ${wrong}`, named)
  return version
}

/** JSON or YAML, with no setting beyond those of the schema. Values of settings are not looked at. */
function wrongConfiguration(text: string, settings: readonly string[]): string | undefined {
  let values: unknown
  try {
    values = parse(text)
  } catch (error) {
    return String(error)
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return 'it is not an object'
  const unknown = Object.keys(values).find((key) => !settings.includes(key))
  return unknown && `$.${unknown}: is not defined in the schema and the schema does not allow additional properties`
}

export function newAddon(
  world: EksWorld,
  cluster: EksCluster,
  input: Given<CreateAddonRequest>,
  version: string,
): EksAddon {
  const {
    addonName,
    configurationValues,
    namespaceConfig,
    serviceAccountRoleArn,
    podIdentityAssociations = [],
    tags,
  } = input
  const addonArn = arnOf(world, 'addon', cluster.name, addonName, randomUUID())
  const namespace = namespaceConfig?.namespace ?? 'kube-system'
  const associations = podIdentityAssociations.map(({ serviceAccount = '', roleArn = '' }) =>
    newPodIdentity(world, cluster, { serviceAccount, roleArn, namespace }, addonArn),
  )
  return {
    name: addonName,
    version,
    state: 'CREATING',
    described: {
      addonName,
      clusterName: cluster.name,
      addonVersion: version,
      addonArn,
      createdAt: new Date(),
      modifiedAt: new Date(),
      configurationValues,
      ...(namespaceConfig && { namespaceConfig }),
      serviceAccountRoleArn,
      podIdentityAssociations: associations.map(({ associationArn }) => associationArn),
      tags: { ...tags },
    },
  }
}
