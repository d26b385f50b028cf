interface Remedy {
  readonly codes: RegExp
  readonly todo: string
}

/**
 * What to do about what EKS says of a node group or a Fargate profile, by the code that each of its issues begins with.
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_Issue.html
 */
const ofNodes: readonly Remedy[] = [
  {
    codes: /^(AsgInstanceLaunchFailures|InstanceLimitExceeded)/,
    todo: 'see that EC2 has such instances in these zones, and that the quota of vCPUs has room for a second cluster (Service Quotas, L-1216C47A)',
  },
  { codes: /^InsufficientFreeAddresses/, todo: "free addresses in the node group's subnets" },
  // https://docs.aws.amazon.com/eks/latest/APIReference/API_FargateProfileIssue.html
  { codes: /^PodExecutionRoleAlreadyInUse/, todo: 'give the Fargate profile a role that no node group has' },
  {
    codes: /^Ec2SecurityGroupDeletionFailure/,
    todo: 'see what else uses the security group of its remote access, and take that away',
  },
  {
    codes: /^NodeCreationFailure/,
    todo: "see that nodes reach the cluster's endpoint and their registry from their subnets, and that their role may join it",
  },
  {
    codes: /^(AccessDenied|IamInstanceProfileNotFound|IamLimitExceeded|IamNodeRoleNotFound|IamThrottling|NodeRole)/,
    todo: 'see that the role of the nodes is there, with its policies, and may be passed',
  },
  {
    codes: /^(Ec2(LaunchTemplate|Ami)|AmiIdNotFound|SourceEc2LaunchTemplateNotFound)/,
    todo: 'see that the launch template, its version and its image are there',
  },
  { codes: /^Ec2InstanceTypeDoesNotExist/, todo: 'see that EC2 has its types of instances in this region' },
  {
    codes: /^AutoScalingGroup(InstanceRefreshActive|InvalidConfiguration|NotFound)/,
    todo: 'see who else changes or deletes the Auto Scaling group of the node group: it is EKS’s',
  },
  {
    codes: /^AutoScalingGroupOptInRequired/,
    todo: 'see that the account may use EC2 Auto Scaling in this region',
  },
  { codes: /^LimitExceeded/, todo: 'see which quota is reached: norikae preflight tells those that it knows' },
  { codes: /^KubernetesLabelInvalid/, todo: 'see that its labels are such as Kubernetes takes' },
  { codes: /^NodeTerminationFailure/, todo: 'see whether its instances are protected from termination' },
  {
    codes: /^(Ec2Subnet|Ec2SecurityGroup|VpcIdNotFound|ClusterUnreachable)/,
    todo: 'see that the network that it names is there',
  },
  { codes: /^PodEvictionFailure/, todo: 'see which disruption budget keeps its pods' },
  {
    codes: /^(AutoScalingGroupRateLimitExceeded|InternalFailure|Unknown)/,
    todo: 'try it once more; where EKS says the same again, open a case with AWS',
  },
]

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_ClusterIssue.html */
const ofCluster: readonly Remedy[] = [
  {
    codes: /^(AccessDenied|IamRoleNotFound)/,
    todo: 'see that the role of the cluster is there, trusts eks.amazonaws.com and has AmazonEKSClusterPolicy',
  },
  {
    codes: /^InsufficientFreeAddresses/,
    todo: 'free five addresses or more in each of two subnets of the cluster, in different zones',
  },
  {
    codes: /^(Ec2SecurityGroupNotFound|Ec2SubnetNotFound|VpcNotFound|ResourceNotFound|ClusterUnreachable)/,
    todo: 'see that the subnets and security groups that blue has are there yet, and lead to EKS',
  },
  {
    codes: /^Kms/,
    todo: 'see that the key of its secrets is there and enabled, and that its policy lets the worker make grants of it (kms:CreateGrant)',
  },
  { codes: /^ResourceLimitExceeded/, todo: 'see which quota is reached: norikae preflight tells those that it knows' },
  {
    codes: /^StsRegionalEndpointDisabled/,
    todo: 'enable the endpoint of STS in this region, in the account settings of IAM',
  },
  { codes: /^UnsupportedVersion/, todo: 'start the upgrade again to a version that EKS offers: norikae next' },
  { codes: /^Ec2ServiceNotSubscribed/, todo: 'see that the account may use EC2 in this region' },
  { codes: /^ConfigurationConflict/, todo: 'see what else changes it at the same time' },
  { codes: /^(InternalFailure|Other)/, todo: 'try it once more; where EKS says the same again, open a case with AWS' },
]

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_AddonIssue.html */
const ofAddon: readonly Remedy[] = [
  {
    codes: /^InsufficientNumberOfReplicas/,
    todo: 'see that nodes are Ready on green, and why its pods do not start there: kubectl --namespace kube-system get pods, describe',
  },
  {
    codes: /^(AccessDenied|AddonPermissionFailure)/,
    todo: 'see that the role of its service account is there, trusts green and has its policies',
  },
  {
    codes: /^AddonSubscriptionNeeded/,
    todo: 'subscribe to it in AWS Marketplace: a subscription of blue’s may have ended',
  },
  {
    codes: /^AdmissionRequestDenied/,
    todo: 'see which webhook or policy of green refuses it, and except its namespace',
  },
  {
    codes: /^(ConfigurationConflict|UnsupportedAddonModification)/,
    todo: 'see who else has made these objects on green, and take them away there',
  },
  {
    codes: /^(K8sResourceNotFound|ClusterUnreachable)/,
    todo: 'see that nobody has deleted parts of it, and that green answers',
  },
  { codes: /^InternalFailure/, todo: 'try it once more; where EKS says the same again, open a case with AWS' },
]

const remedies = { nodes: ofNodes, cluster: ofCluster, 'add-on': ofAddon } as const

/** EKS's own reasons, each once, and what to do about those that are known. */
export function issuesInWords(of: keyof typeof remedies, issues: readonly string[]): string {
  if (issues.length === 0) return 'EKS says no more'
  const todo = issues.flatMap((issue) => remedies[of].find(({ codes }) => codes.test(issue))?.todo ?? [])
  // AWS ends most of them with a full stop.
  const each = new Set(issues.map((issue) => issue.replace(/\.$/, '')))
  return [[...each].join('; '), ...new Set(todo)].join('. To do: ')
}
