/** EKS as a whole: the operations that it serves, and the side that the sandbox seeds and inspects. */
import { subnetIds, zoneOf } from '../ec2/subnets.ts'
import type { SandboxAws, SeedCluster } from '../../types.ts'
import type { Operations } from '../protocol/operations.ts'
import { accessOperations, admitNodes, enterGroups, entryFor, grantClusterAdmin } from './access.ts'
import { addonVersionOperations } from './addon-versions.ts'
import { addonOperations, describeAddon, newAddon } from './addons.ts'
import { belongingOperations } from './belongings.ts'
import { activate, clusterOperations, newCluster, newIssuer } from './clusters.ts'
import { insightOperations } from './insights.ts'
import { newNodegroup, nodegroupOperations, setNodes } from './nodegroups.ts'
import { fargateOperations } from './fargate-profiles.ts'
import { certificateAuthorityOperations } from './certificate-authorities.ts'
import { identityProviderOperations } from './identity-providers.ts'
import { podIdentityOperations } from './pod-identities.ts'
import { tagOperations } from './tags.ts'
import { updateOperations } from './updates.ts'
import { versionOperations } from './versions.ts'
import { clusterNamed, type EksWorld } from './world.ts'

export const eksOperations = (world: EksWorld): Operations => ({
  ...clusterOperations(world),
  ...updateOperations(world),
  ...versionOperations,
  ...nodegroupOperations(world),
  ...addonOperations(world),
  ...addonVersionOperations,
  ...accessOperations(world),
  ...belongingOperations(world),
  ...podIdentityOperations(world),
  ...fargateOperations(world),
  ...identityProviderOperations(world),
  ...certificateAuthorityOperations(world),
  ...tagOperations(world),
  ...insightOperations(world),
})

export const inspectEks = (world: EksWorld): SandboxAws['eks'] => ({
  seedCluster: (seed) => seedCluster(world, seed),
  inventory: () =>
    [...world.clusters.values()].map((cluster) => ({
      name: cluster.name,
      arn: cluster.arn,
      version: cluster.version,
      status: cluster.described.status,
      createdAt: cluster.createdAt.toISOString(),
      nodegroups: [...cluster.nodegroups.values()].map(({ name, described }) => ({ name, status: described.status })),
      addons: [...cluster.addons.values()].map((addon) => ({
        name: addon.name,
        version: addon.version,
        status: describeAddon(cluster, addon).status ?? '',
      })),
      accessEntries: [...cluster.access.keys()],
      tags: { ...cluster.described.tags },
    })),
  setInsights: (name, insights, refreshes = 'COMPLETED') => {
    clusterNamed(world, name).told = { insights, refreshes }
  },
  issuer: (name) => world.clusters.get(name)?.described.identity?.oidc?.issuer,
  access: (name, principalArn) => {
    const cluster = world.clusters.get(name)
    return cluster && entryFor(cluster, principalArn)
  },
})

/** The instances behind node groups, in turn in the zones of their subnets. Their ids are not those of the cluster's nodes. */
export const nodesOf = ({ clusters, region }: EksWorld) =>
  [...clusters.values()].flatMap((cluster) =>
    [...cluster.nodegroups.values()]
      .filter(({ described }) => described.status === 'ACTIVE')
      .flatMap(({ name, described: { scalingConfig, instanceTypes, subnets = [], capacityType } }) =>
        Array.from({ length: scalingConfig?.desiredSize ?? 0 }, (_, n) => {
          const zone = zoneOf(subnets[n % subnets.length], region)
          const told = {
            type: instanceTypes?.[0] ?? 'm7i.xlarge',
            spot: capacityType === 'SPOT',
            ...(zone !== undefined && { zone }),
            tags: { 'eks:cluster-name': cluster.name, 'eks:nodegroup-name': name },
          }
          return [`i-${cluster.name}-${name}-${n}`, told] as const
        }),
      ),
  )

/** No checks and no waiting: blue may have any version. Its creator is the sandbox's identity, and nothing is behind its roles. */
async function seedCluster(world: EksWorld, seed: SeedCluster): Promise<void> {
  const roleArn = (name: string) => `arn:aws:iam::${world.account}:role/${name}`
  const cluster = newCluster(world, {
    name: seed.name,
    version: seed.version,
    roleArn: roleArn('eks-cluster'),
    resourcesVpcConfig: { subnetIds: [...subnetIds], endpointPrivateAccess: true },
    accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP' },
    ...(seed.logging && { logging: { clusterLogging: [{ types: [...seed.logging], enabled: true }] } }),
    tags: { ...seed.tags },
  })
  const { name, version, arn } = cluster
  const { issuer = newIssuer(world) } = seed
  activate(world, cluster, issuer, await world.hooks.startCluster({ name, version, arn, issuer }))
  world.clusters.set(name, cluster)
  if (seed.groups) enterGroups(world, cluster, world.caller.roleArn, seed.groups)
  else grantClusterAdmin(world, cluster, world.caller.roleArn)
  admitNodes(world, cluster, roleArn('eks-node'))
  for (const { name: nodegroupName, size, min, max, labels } of seed.nodegroups) {
    const group = newNodegroup(world, cluster, {
      clusterName: name,
      nodegroupName,
      scalingConfig: { minSize: min, maxSize: max, desiredSize: size },
      subnets: [...subnetIds],
      instanceTypes: ['m7i.xlarge'],
      nodeRole: roleArn('eks-node'),
      labels: { ...labels },
    })
    cluster.nodegroups.set(nodegroupName, group)
    await setNodes(world, cluster, group, size)
    group.described.status = 'ACTIVE'
  }
  for (const addon of seed.addons)
    cluster.addons.set(
      addon.name,
      Object.assign(
        newAddon(world, cluster, { clusterName: name, addonName: addon.name, ...roleOf(addon) }, addon.version),
        {
          state: 'INSTALLED' as const,
        },
      ),
    )
}

const roleOf = ({ serviceAccountRoleArn }: SeedCluster['addons'][number]) =>
  serviceAccountRoleArn === undefined ? {} : { serviceAccountRoleArn }
