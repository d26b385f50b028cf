import { blocker, warning, type Finding } from './findings.ts'

/**
 * What preflight asks of AWS beside the cluster itself, and what is not known where the worker may not: it goes on, so that
 * everything that is missing is told at once. A blocker where green would be built without what it needs.
 */
interface Look {
  /** Actions of IAM; deploy/iam/preflight.json has each. */
  readonly asks: readonly string[]
  /** So the upgrade would be planned without it. */
  readonly unknown: string
  readonly level: 'blocker' | 'warning'
  /**
   * Codes of findings that cannot be said where it was not seen, whatever they say. Where some of a code can, those that
   * cannot are marked (`ofLook`).
   */
  readonly hides?: readonly string[]
}

export const looks = {
  clusters: {
    asks: ['eks:ListClusters'],
    unknown: 'which of them is blue, unless the platform file says so (blue: <name>): it could not be judged',
    level: 'blocker',
  },
  cluster: {
    asks: ['eks:DescribeCluster'],
    unknown:
      'what it is, nor what runs on it: nothing else of it could be judged, and rights inside of it are looked at once it can be',
    level: 'blocker',
  },
  'versions of Kubernetes': {
    asks: ['eks:DescribeClusterVersions'],
    unknown: 'whether EKS offers the version of green, until when it is supported, and what its control plane takes',
    level: 'blocker',
    hides: ['support-ends', 'target-support', 'in-place-would-do'],
  },
  'node groups': {
    asks: ['eks:ListNodegroups', 'eks:DescribeNodegroup'],
    unknown: 'which node groups it has: green would get none',
    level: 'blocker',
    hides: [
      'no-nodegroups',
      'nodes-elsewhere',
      'subnet-addresses',
      'subnet-prefixes',
      'unschedulable',
      'adopted-nodes',
    ],
  },
  'Fargate profiles': {
    asks: ['eks:ListFargateProfiles', 'eks:DescribeFargateProfile'],
    unknown: 'which Fargate profiles it has: green would get none',
    level: 'blocker',
    hides: ['no-nodegroups', 'unschedulable', 'adopted-fargate'],
  },
  'add-ons': {
    asks: ['eks:ListAddons', 'eks:DescribeAddon'],
    unknown: 'which add-ons it has, with which configuration and roles: green would get none',
    level: 'blocker',
    hides: ['adopted-addon', 'adopted-addon-identity'],
  },
  'access entries': {
    asks: ['eks:ListAccessEntries', 'eks:DescribeAccessEntry', 'eks:ListAssociatedAccessPolicies'],
    unknown: 'whom it lets in, and what the worker itself may do there: green would let in nobody else',
    level: 'blocker',
    hides: ['worker-administrator', 'worker-rights', 'adopted-access'],
  },
  capabilities: {
    asks: ['eks:ListCapabilities'],
    unknown: 'whether capabilities of EKS (Argo CD, ACK, kro) run beside it, which green does not get',
    level: 'blocker',
    hides: ['capability'],
  },
  'launch templates': {
    asks: ['ec2:DescribeLaunchTemplates', 'ec2:DescribeLaunchTemplateVersions'],
    unknown: 'what its nodes start from, and whether that names blue: green’s node groups cannot be planned',
    level: 'blocker',
    hides: ['ami-unused'],
  },
  images: {
    asks: ['ec2:DescribeImages'],
    unknown: 'whether the images of green.amis are there, and for which processor: green’s nodes might never start',
    level: 'blocker',
  },
  'rules of security groups': {
    asks: ['ec2:DescribeSecurityGroups'],
    unknown:
      'which rules name the security group of blue, and what is let into it: green might be kept out of databases, and nobody would wait for the rules',
    level: 'blocker',
  },
  'network tags': {
    asks: ['ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets'],
    unknown:
      'which subnets and security groups are tagged for blue: load balancers and nodes of green might not find theirs, and nobody would wait for the tags',
    level: 'blocker',
  },
  'zones of its node groups': {
    asks: ['ec2:DescribeSubnets'],
    unknown: 'whether volumes are in zones in which green has nodes: their pods might find none',
    level: 'warning',
  },
  'log group': {
    asks: ['logs:DescribeLogGroups'],
    unknown: 'how long the log of its control plane is kept, and with which key: green’s would be kept for ever',
    level: 'warning',
  },
  'listener rules': {
    asks: [
      'elasticloadbalancing:DescribeTargetGroups',
      'elasticloadbalancing:DescribeListeners',
      'elasticloadbalancing:DescribeRules',
      'elasticloadbalancing:DescribeTags',
    ],
    unknown: 'which rules send requests to it: no route could be moved',
    level: 'blocker',
    hides: ['route-unused'],
  },
  'owners of listener rules': {
    asks: ['elasticloadbalancing:DescribeTags'],
    unknown: 'whether Terraform or another tool owns the rules whose weights are written, and would take them back',
    level: 'warning',
  },
  records: {
    asks: [
      'route53:ListResourceRecordSets',
      'route53:ListResourceRecordSetProtections',
      'elasticloadbalancing:DescribeLoadBalancers',
    ],
    unknown:
      'where the records that the platform file lists lead, and whether they can be weighted: they could not be moved',
    level: 'blocker',
  },
  'stacks of roles': {
    asks: ['iam:GetRole'],
    unknown: 'whether the removal of blue by its owner would take IAM roles that green uses',
    level: 'blocker',
  },
  'versions of add-ons': {
    asks: ['eks:DescribeAddonVersions'],
    unknown: 'which versions of its add-ons fit the new Kubernetes: green’s could not be chosen',
    level: 'blocker',
    hides: ['addon-version'],
  },
  'schemas of add-ons': {
    asks: ['eks:DescribeAddonConfiguration'],
    unknown: 'whether green’s add-ons would take the configuration that they have on blue',
    level: 'blocker',
  },
  'identity providers': {
    asks: ['eks:ListIdentityProviderConfigs', 'eks:DescribeIdentityProviderConfig'],
    unknown: 'who signs in to it by an identity provider: green would let none of them in',
    level: 'blocker',
    hides: ['identity-provider'],
  },
  'pod identities': {
    asks: ['eks:ListPodIdentityAssociations', 'eks:DescribePodIdentityAssociation'],
    unknown: 'which pods get a role by EKS Pod Identity: on green they would get none',
    level: 'blocker',
    hides: ['adopted-pod-identity', 'pod-identity-target'],
  },
} as const satisfies Readonly<Record<string, Look>>

export type LookName = keyof typeof looks

/** `says`: AWS’s own words. */
export function rightMissing(name: LookName, blue: string, says: string): Finding {
  const { unknown, level }: Look = looks[name]
  const [about, message] = [`${blue}: ${name}`, inWords(unknown, says)]
  return level === 'blocker'
    ? blocker('right-missing', about, message, allow(name))
    : warning('not-looked-at', about, message, allow(name))
}

/** The same of a cluster beside blue, which is to be green: what blue has was seen. */
export const rightMissingBeside = (name: LookName, cluster: string, says: string): Finding =>
  blocker(
    'right-missing',
    `${cluster}: ${name}`,
    inWords('whether it is there, and whether it has what blue has', says),
    `${allow(name)}: of this cluster too, where the policy names clusters`,
  )

const inWords = (unknown: string, says: string) => `the worker may not look, so nobody knows ${unknown}: ${says}`
const allow = (name: LookName) =>
  `allow the worker ${looks[name].asks.join(' and ')}, as deploy/iam/preflight.json does, and look again`

/** Said of what this look tells alone: it may be that it was not seen. */
export const ofLook = (look: LookName, finding: Finding): Finding => ({ ...finding, look })

/** Without what cannot be said of what was not seen; what code alone, or another look, decides is told all the same. */
export function sayable(findings: readonly Finding[], missing: readonly LookName[]): Finding[] {
  const hidden = new Set(missing.flatMap((name) => (looks[name] as Look).hides ?? []))
  const unseen = new Set<string | undefined>(missing)
  return findings.flatMap(({ look, ...finding }) => (hidden.has(finding.code) || unseen.has(look) ? [] : [finding]))
}
