import type { SeededCluster, WholeCluster } from '../../types.ts'
import { describeAddon } from './addons.ts'
import type { EksCluster, EksNodegroup, EksWorld } from './world.ts'

/** A cluster with all that hangs on it. What the API would tell by an ARN that only this cluster has is told as what it is. */
export function wholeOf(world: EksWorld, cluster: EksCluster): WholeCluster {
  const { arn, described } = cluster
  return {
    ...knownBy(cluster),
    arn,
    issuer: described.identity?.oidc?.issuer ?? '',
    parts: Object.fromEntries([
      ['cluster', described],
      ...[...cluster.nodegroups.values()].map((group) => [`node group ${group.name}`, withTemplate(world, group)]),
      ...[...cluster.fargateProfiles.values()].map((it) => [`Fargate profile ${it.fargateProfileName}`, it]),
      ...[...cluster.addons.values()].map((addon) => [
        `add-on ${addon.name}`,
        { ...describeAddon(cluster, addon), podIdentityAssociations: identitiesOf(cluster, addon.described.addonArn) },
      ]),
      ...[...cluster.access].map(([principal, { entry, policies }]) => [
        `access of ${principal}`,
        {
          ...entry,
          policies: [...policies.values()].map(({ policyArn, accessScope }) => ({ policyArn, accessScope })),
        },
      ]),
      ...[...cluster.podIdentities.values()]
        .filter(({ ownerArn }) => ownerArn === undefined)
        .map((it) => [`pod identity of ${it.namespace}/${it.serviceAccount}`, it]),
      ...[...cluster.identityProviders].map(([name, it]) => [`identity provider ${name}`, it]),
    ]),
  }
}

/** Its nodes start from what the template says, whatever it is called. */
function withTemplate({ templates }: EksWorld, { described }: EksNodegroup): object {
  const { launchTemplate, ...group } = described
  if (!launchTemplate) return group
  const { data, tags } = templates.get(launchTemplate.id ?? '') ?? {}
  const { UserData, ...settings } = data ?? {}
  return {
    ...group,
    template: {
      ...settings,
      userData: Buffer.from(UserData ?? '', 'base64').toString('utf8'),
      tags: Object.fromEntries(tags ?? []),
    },
  }
}

const identitiesOf = ({ podIdentities }: EksCluster, addonArn: string) =>
  [...podIdentities.values()]
    .filter(({ ownerArn }) => ownerArn === addonArn)
    .map(({ namespace, serviceAccount, roleArn }) => ({ namespace, serviceAccount, roleArn }))

export const knownBy = ({ name, described }: EksCluster): SeededCluster => ({
  name,
  endpoint: described.endpoint ?? '',
  caData: described.certificateAuthority?.data ?? '',
  securityGroup: described.resourcesVpcConfig?.clusterSecurityGroupId ?? '',
})
