/** What CreateNodegroup refuses, each with InvalidParameterException. https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html */
import type { CreateNodegroupRequest } from '@aws-sdk/client-eks'
import { invalidParameter } from '../errors.ts'
import type { Given } from '../protocol/operations.ts'
import { namePattern, type EksCluster } from './world.ts'

type Request = Given<CreateNodegroupRequest>

const refusals: readonly {
  holds: (input: Request, cluster: EksCluster) => boolean
  says: (input: Request, cluster: EksCluster) => string
}[] = [
  {
    holds: ({ nodegroupName: name }) => name.length > 63 || !namePattern.test(name),
    says: ({ nodegroupName: name }) =>
      `The nodegroup name '${name}' must be at most 63 letters, digits, hyphens and underscores, and begin with a letter or digit`,
  },
  {
    holds: ({ subnets }) => subnets.length === 0,
    says: () => 'subnets needs at least one subnet',
  },
  {
    holds: ({ nodeRole }) => !/^arn:aws[\w-]*:iam::\d{12}:role\/.+/.test(nodeRole),
    says: ({ nodeRole }) => `The nodeRole '${nodeRole}' is not the ARN of a role`,
  },
  {
    // "the Kubernetes version of the cluster is used, and this is the only accepted specified value"
    holds: ({ version }, cluster) => version !== undefined && version !== cluster.version,
    says: ({ version }, cluster) => `Node group version ${version} is not the cluster's version ${cluster.version}`,
  },
  {
    holds: ({ launchTemplate, diskSize, remoteAccess }) =>
      launchTemplate !== undefined && (diskSize !== undefined || remoteAccess !== undefined),
    says: () => 'Disk size and remote access must be specified within the launch template',
  },
  {
    // No Amazon Linux 2 images from 1.33 on. https://docs.aws.amazon.com/eks/latest/userguide/eks-ami-deprecation-faqs.html
    holds: ({ amiType }, cluster) => (amiType?.startsWith('AL2_') ?? false) && Number(cluster.version.slice(2)) >= 33,
    says: ({ amiType }, cluster) => `Requested AMI type ${amiType} is not supported for Kubernetes ${cluster.version}`,
  },
  {
    holds: ({ scalingConfig: { minSize = 1, maxSize = 2, desiredSize = 2 } = {} }) =>
      minSize > desiredSize || desiredSize > maxSize,
    says: ({ scalingConfig: { minSize = 1, maxSize = 2, desiredSize = 2 } = {} }) =>
      `Desired capacity ${desiredSize} must be between minimum ${minSize} and maximum ${maxSize}`,
  },
]

export function checkNewNodegroup(input: Request, cluster: EksCluster): void {
  const refused = refusals.find(({ holds }) => holds(input, cluster))
  if (!refused) return
  const { clusterName, nodegroupName } = input
  throw invalidParameter(refused.says(input, cluster), { clusterName, nodegroupName })
}
