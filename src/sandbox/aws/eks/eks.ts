/** EKS as a whole: the operations that it serves, and the side that the sandbox seeds and inspects. */
import { zoneOf } from '../ec2/subnets.ts'
import type { SandboxAws } from '../../types.ts'
import type { Operations } from '../protocol/operations.ts'
import { accessOperations, entryFor } from './access.ts'
import { addonVersionOperations } from './addon-versions.ts'
import { addonOperations, describeAddon } from './addons.ts'
import { belongingOperations } from './belongings.ts'
import { clusterOperations } from './clusters.ts'
import { insightOperations } from './insights.ts'
import { nodegroupOperations } from './nodegroups.ts'
import { fargateOperations } from './fargate-profiles.ts'
import { certificateAuthorityOperations } from './certificate-authorities.ts'
import { identityProviderOperations } from './identity-providers.ts'
import { podIdentityOperations } from './pod-identities.ts'
import { seedCluster } from './seed.ts'
import { tagOperations } from './tags.ts'
import { updateOperations } from './updates.ts'
import { versionOperations } from './versions.ts'
import { wholeOf } from './whole.ts'
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
  whole: (name) => {
    const cluster = world.clusters.get(name)
    return cluster && wholeOf(world, cluster)
  },
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
