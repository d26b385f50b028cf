/** How blue comes to be: a cluster that is ACTIVE at once, with all that belongs to it. */
import type { SeedCluster, SeedTemplate } from '../../types.ts'
import { newTemplate } from '../ec2/launch-templates.ts'
import { subnetIds } from '../ec2/subnets.ts'
import { policyArn } from './access-checks.ts'
import { admitNodes, allow, enterGroups, grantClusterAdmin, newAccess } from './access.ts'
import { newAddon } from './addons.ts'
import { activate, newCluster, newIssuer } from './clusters.ts'
import { newFargateProfile } from './fargate-profiles.ts'
import { newIdentityProvider } from './identity-providers.ts'
import { newNodegroup, setNodes } from './nodegroups.ts'
import { newPodIdentity } from './pod-identities.ts'
import { knownBy } from './whole.ts'
import type { EksCluster, EksWorld } from './world.ts'

/** No checks and no waiting: blue may have any version. Its creator is the sandbox's identity, and nothing is behind its roles. */
export async function seedCluster(world: EksWorld, seed: SeedCluster): Promise<void> {
  const cluster = newCluster(world, {
    ...seed.settings,
    name: seed.name,
    version: seed.version,
    roleArn: roleNamed(world, 'eks-cluster'),
    resourcesVpcConfig: { subnetIds: [...subnetIds], endpointPrivateAccess: true },
    accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP' },
    tags: { ...seed.tags },
  })
  const { name, version, arn } = cluster
  const { issuer = newIssuer(world) } = seed
  activate(world, cluster, issuer, await world.hooks.startCluster({ name, version, arn, issuer }))
  world.clusters.set(name, cluster)
  seedAccess(world, cluster, seed)
  for (const group of seed.nodegroups) await seedNodegroup(world, cluster, group)
  for (const { name: addonName, version: addonVersion, ...more } of seed.addons) {
    const addon = newAddon(world, cluster, { ...more, clusterName: name, addonName }, addonVersion)
    cluster.addons.set(addonName, Object.assign(addon, { state: 'INSTALLED' as const }))
  }
  for (const identity of seed.podIdentities ?? []) newPodIdentity(world, cluster, identity)
  for (const profile of seed.fargateProfiles ?? []) newFargateProfile(world, cluster, profile).status = 'ACTIVE'
  if (seed.identityProvider) {
    const { tags, ...oidc } = seed.identityProvider
    newIdentityProvider(world, cluster, oidc, tags).status = 'ACTIVE'
  }
}

function seedAccess(world: EksWorld, cluster: EksCluster, { groups, accessEntries = [] }: SeedCluster): void {
  if (groups) enterGroups(world, cluster, world.caller.roleArn, groups)
  else grantClusterAdmin(world, cluster, world.caller.roleArn)
  admitNodes(world, cluster, roleNamed(world, 'eks-node'))
  for (const { policies = [], ...entry } of accessEntries) {
    const access = newAccess(world, cluster, entry)
    for (const { name, namespaces } of policies) allow(access, policyArn(name), namespaces)
  }
}

async function seedNodegroup(
  world: EksWorld,
  cluster: EksCluster,
  { name, size, min, max, labels, template, ...more }: SeedCluster['nodegroups'][number],
): Promise<void> {
  const made = template && templateLike(world, template(knownBy(cluster)))
  const group = newNodegroup(world, cluster, {
    instanceTypes: ['m7i.xlarge'],
    ...more,
    clusterName: cluster.name,
    nodegroupName: name,
    scalingConfig: { minSize: min, maxSize: max, desiredSize: size },
    subnets: [...subnetIds],
    nodeRole: roleNamed(world, 'eks-node'),
    labels: { ...labels },
    ...(made && { launchTemplate: { id: made.id, name: made.name, version: '1' } }),
  })
  cluster.nodegroups.set(name, group)
  await setNodes(world, cluster, group, size)
  group.described.status = 'ACTIVE'
}

/** One that several clusters use is there once. */
const templateLike = ({ templates }: EksWorld, wanted: SeedTemplate) =>
  [...templates.values()].find(({ name }) => name === wanted.name) ?? newTemplate(templates, wanted)

const roleNamed = ({ account }: EksWorld, name: string) => `arn:aws:iam::${account}:role/${name}`
