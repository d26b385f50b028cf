/**
 * What to do about what EKS says of a node group or a Fargate profile, by the code that each of its issues begins with.
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_Issue.html
 */
const remedies: readonly { readonly codes: RegExp; readonly todo: string }[] = [
  {
    codes: /^(AsgInstanceLaunchFailures|InstanceLimitExceeded)/,
    todo: 'see that EC2 has such instances in these zones, and that the quota of vCPUs has room for a second cluster (Service Quotas, L-1216C47A)',
  },
  { codes: /^InsufficientFreeAddresses/, todo: "free addresses in the node group's subnets" },
  {
    codes: /^NodeCreationFailure/,
    todo: "see that nodes reach the cluster's endpoint and their registry from their subnets, and that their role may join it",
  },
  {
    codes: /^(AccessDenied|IamInstanceProfileNotFound|IamLimitExceeded|IamNodeRoleNotFound|IamThrottling|NodeRole)/,
    todo: 'see that the role of the nodes is there, with its policies, and may be passed',
  },
  { codes: /^Ec2(LaunchTemplate|Ami)/, todo: 'see that the launch template, its version and its image are there' },
  {
    codes: /^(Ec2Subnet|Ec2SecurityGroup|VpcIdNotFound|ClusterUnreachable)/,
    todo: 'see that the network that it names is there',
  },
  { codes: /^PodEvictionFailure/, todo: 'see which disruption budget keeps its pods' },
]

/** EKS's own reasons, each once, and what to do about those that are known. */
export function issuesInWords(issues: readonly string[]): string {
  if (issues.length === 0) return 'EKS says no more'
  const todo = issues.flatMap((issue) => remedies.find(({ codes }) => codes.test(issue))?.todo ?? [])
  return [[...new Set(issues)].join('; '), ...new Set(todo)].join('. To do: ')
}
