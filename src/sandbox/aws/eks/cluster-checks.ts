/** What CreateCluster refuses, each with InvalidParameterException. https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html */
import type { CreateClusterRequest } from '@aws-sdk/client-eks'
import { invalidParameter } from '../errors.ts'
import type { Given } from '../protocol/operations.ts'
import { clusterVersions, componentLimits } from './versions.ts'
import { namePattern } from './world.ts'

type Request = Given<CreateClusterRequest>

/** In the order in which they are asked; the first that holds is the answer. */
const refusals: readonly { holds: (input: Request) => boolean; says: (input: Request) => string }[] = [
  {
    holds: ({ name }) => name.length > 100 || !namePattern.test(name),
    says: ({ name }) =>
      `The cluster name '${name}' must be at most 100 letters, digits, hyphens and underscores, and begin with a letter or digit`,
  },
  {
    holds: ({ version }) => version !== undefined && !clusterVersions.includes(version),
    says: ({ version }) => `unsupported Kubernetes version ${version}`,
  },
  {
    holds: ({ roleArn }) => !/^arn:aws[\w-]*:iam::\d{12}:role\/.+/.test(roleArn),
    says: ({ roleArn }) => `The roleArn '${roleArn}' is not the ARN of a role`,
  },
  {
    // Two subnets, in two Availability Zones. https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
    holds: ({ resourcesVpcConfig }) => new Set(resourcesVpcConfig.subnetIds).size < 2,
    says: () => 'Subnets specified must be in at least two different AZs',
  },
  {
    // https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
    holds: ({ kubernetesNetworkConfig: network }) =>
      network?.ipFamily === 'ipv6' && network.serviceIpv4Cidr !== undefined,
    says: () => 'serviceIpv4Cidr cannot be given with ipFamily ipv6',
  },
  {
    // The words of the real API, as reported in crossplane-contrib/provider-upjet-aws#1345.
    holds: ({ accessConfig }) =>
      accessConfig?.bootstrapClusterCreatorAdminPermissions === false &&
      (accessConfig.authenticationMode ?? 'CONFIG_MAP') === 'CONFIG_MAP',
    says: () =>
      'bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set to CONFIG_MAP',
  },
  {
    holds: ({ kubeApiServerConfig }) => (hoursOf(kubeApiServerConfig?.eventTtl) ?? 1) > MOST_HOURS,
    says: ({ kubeApiServerConfig }) =>
      `The eventTtl ${kubeApiServerConfig?.eventTtl} is not between ${TTL.min} and ${TTL.max}`,
  },
]

const TTL = componentLimits.kubeApiServerConfig.eventTtl.constraints
const hoursOf = (ttl: string | undefined): number | undefined =>
  ttl === undefined ? undefined : Number(/^(\d+)h/.exec(ttl)?.[1] ?? 0)
const MOST_HOURS = hoursOf(TTL.max) ?? 0

export function checkNewCluster(input: Request): void {
  const refused = refusals.find(({ holds }) => holds(input))
  if (refused) throw invalidParameter(refused.says(input), { clusterName: input.name })
}
