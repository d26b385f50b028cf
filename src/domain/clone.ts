import { capabilityFindings } from './capabilities.ts'
import { tierOf } from './control-plane-components.ts'
import type { BlueFacts } from './facts.ts'
import { blocker, info, warning, type Finding } from './findings.ts'
import { renamed, type Named } from './names-of-clusters.ts'
import { saysTool } from './said-tools.ts'
import type {
  AddonDescription,
  ClusterDescription,
  NewAddon,
  NewCluster,
  NewNodegroup,
  NodegroupDescription,
  VersionDescription,
} from './eks-objects.ts'

/**
 * How green is made like blue: the copy table of the EKS API for clusters, managed node groups and add-ons.
 * Whatever blue has and green would lack is a finding, and a blocker where apps would not run without it.
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
 */

type Tags = Readonly<Record<string, string>>

/** Who made it, so that undo finds only what this run made. */
export interface Made {
  readonly platform: string
  readonly run: string
}

export const RUN_TAG = 'norikae.io/run'
export const PLATFORM_TAG = 'norikae.io/platform'

export const madeTags = ({ platform, run }: Made): Tags => ({ [PLATFORM_TAG]: platform, [RUN_TAG]: run })

/** What of blue is made anew for green, and by whom. */
export interface Copied extends Made {
  /** Names of clusters. */
  readonly blue: string
  readonly green: string
}

/**
 * Tags of AWS, of tools that would take green for their own or are said to make it, and of an earlier run stay behind, and
 * so do those that say whose something is among other clusters. What names blue names green.
 */
export const tagsOfCopy = (tags: Tags, copied: Copied): Tags => ({
  ...Object.fromEntries(
    Object.entries(tags)
      .map(([key, value]) => [keyFor(key, copied), valueFor(key, value, copied)] as const)
      .filter(
        ([key, value]) =>
          !saysTool(key, value) &&
          !/^(aws:|alpha\.eksctl\.io\/|eksctl\.|norikae\.io\/)/.test(key) &&
          (!key.startsWith(OF_CLUSTER) || key === `${OF_CLUSTER}${copied.green}`),
      ),
  ),
  ...madeTags(copied),
})

const OF_CLUSTER = 'kubernetes.io/cluster/'

/** `kubernetes.io/cluster/<blue>`, `k8s.io/cluster-autoscaler/<blue>` */
const keyFor = (key: string, { blue, green }: Copied): string => renamed(key, { name: blue }, { name: green })

/** A whole value that is a cluster's name, where its key says so; else as in any text. */
const valueFor = (key: string, value: string, { blue, green }: Copied): string =>
  value === blue && /(^karpenter\.sh\/discovery$|cluster)/i.test(key)
    ? green
    : renamed(value, { name: blue }, { name: green })

/** Nobody deletes it on this word while apps run on it: those of an upgrade that was terminated stay where they are. */
export function greenExists({
  name,
  createdAt,
  tags,
}: Pick<ClusterDescription, 'name' | 'createdAt' | 'tags'>): Finding {
  const run = tags[RUN_TAG]
  const by = run === undefined ? '' : ` by run ${run}`
  const first =
    run === undefined
      ? ''
      : 'send abort to every workflow cluster-upgrade/<platform>/app/<app> that is open, and wait until these have ended: their apps may run on it. Then '
  return blocker(
    'green-exists',
    name,
    `a cluster of this name is there already (made ${createdAt}${by})`,
    `${first}delete it, or upgrade to another version`,
  )
}

export function newCluster(
  blue: ClusterDescription,
  green: { name: string; version: string },
  made: Copied,
): NewCluster {
  const {
    roleArn,
    resourcesVpcConfig,
    kubernetesNetworkConfig,
    logging,
    encryptionKeyArn,
    authenticationMode,
    supportType,
    zonalShift,
    settings,
  } = blue
  const { ipFamily, serviceIpv4Cidr, elasticLoadBalancing } = kubernetesNetworkConfig
  return {
    ...green,
    roleArn,
    resourcesVpcConfig,
    // serviceIpv4Cidr may not be sent for an ipv6 cluster.
    kubernetesNetworkConfig: {
      ...(ipFamily !== undefined && { ipFamily }),
      ...(serviceIpv4Cidr !== undefined && ipFamily !== 'ipv6' && { serviceIpv4Cidr }),
      ...(elasticLoadBalancing !== undefined && { elasticLoadBalancing }),
    },
    logging,
    ...(encryptionKeyArn !== undefined && { encryptionKeyArn }),
    // Access entries are how Norikae gets in, and the ConfigMap is copied; no cluster can go back to CONFIG_MAP alone:
    // https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html
    authenticationMode: authenticationMode === 'CONFIG_MAP' ? 'API_AND_CONFIG_MAP' : authenticationMode,
    ...(supportType !== undefined && { supportType }),
    ...(zonalShift !== undefined && { zonalShift }),
    settings,
    deletionProtection: true,
    tags: tagsOfCopy(blue.tags, made),
  }
}

/**
 * `template`: one that was made for it, and `amiType`: that of its images, in place of blue's. `clusters`: what its settings
 * name of blue they name of green.
 * `version` and `releaseVersion` are left out: EKS gives the group its cluster's version and the newest AMI release.
 */
export function newNodegroup(
  blue: NodegroupDescription,
  made: Copied,
  {
    template,
    amiType: type,
    clusters,
  }: {
    readonly template?: string | undefined
    readonly amiType?: string | undefined
    readonly clusters?: { readonly blue: Named; readonly green: Named }
  } = {},
): NewNodegroup {
  const {
    name,
    scalingConfig,
    subnets,
    instanceTypes,
    amiType,
    capacityType,
    diskSize,
    nodeRole,
    labels,
    taints,
    settings,
    launchTemplate,
    tags,
  } = blue
  return {
    name,
    scalingConfig,
    subnets,
    instanceTypes,
    amiType: type ?? amiType,
    ...(capacityType !== undefined && { capacityType }),
    ...(diskSize !== undefined && { diskSize }),
    nodeRole,
    labels,
    taints,
    // Whom remote access lets in may be the group that EKS made for blue.
    settings: clusters
      ? (JSON.parse(
          renamed(JSON.stringify(settings), clusters.blue, clusters.green),
        ) as NodegroupDescription['settings'])
      : settings,
    ...(template === undefined
      ? launchTemplate !== undefined && { launchTemplate }
      : { launchTemplate: `${template}:1` }),
    tags: tagsOfCopy(tags, made),
  }
}

/** `clusters`: its configuration names green wherever blue's names blue. */
export const newAddon = (
  blue: AddonDescription,
  version: string,
  made: Copied,
  clusters?: { readonly blue: Named; readonly green: Named },
): NewAddon => ({
  name: blue.name,
  version,
  ...(blue.configurationValues !== undefined && {
    configurationValues: clusters
      ? renamed(blue.configurationValues, clusters.blue, clusters.green)
      : blue.configurationValues,
  }),
  ...(blue.namespace !== undefined && { namespace: blue.namespace }),
  ...(blue.serviceAccountRoleArn !== undefined && { serviceAccountRoleArn: blue.serviceAccountRoleArn }),
  podIdentities: blue.podIdentities,
  tags: tagsOfCopy(blue.tags, made),
})

/**
 * Whom green has to let in. The ARN of a session has no path, so that of a role with one is told wrong
 * (`…:role/Norikae` for `…:role/platform/Norikae`): blue's own access entry has it right, as the worker is in by it.
 */
export function ownPrincipal(accessEntries: readonly string[], told: string): string {
  const [account, role] = [told.slice(0, told.indexOf(':role/')), told.slice(told.lastIndexOf('/') + 1)]
  const mine = accessEntries.filter((arn) => arn.startsWith(`${account}:role/`) && arn.endsWith(`/${role}`))
  const [only] = mine.length === 1 && told.includes(':role/') ? mine : []
  return accessEntries.includes(told) ? told : (only ?? told)
}

/** What stands in the way of a true copy, in the order in which it hurts. */
export function cloneFindings(blue: BlueFacts): Finding[] {
  const { cluster, nodegroups, addons, belongings } = blue
  return [
    ...(cluster.status === 'ACTIVE'
      ? []
      : [blocker('cluster-not-active', cluster.name, `its status is ${cluster.status}`, 'wait until it is ACTIVE')]),
    ...cluster.healthIssues.map((issue) => blocker('cluster-unhealthy', cluster.name, issue, 'mend it first')),
    ...(cluster.authenticationMode === 'CONFIG_MAP'
      ? [
          warning(
            'aws-auth',
            cluster.name,
            'only its aws-auth ConfigMap says who gets in; green gets the ConfigMap and access entries beside it (API_AND_CONFIG_MAP), as Norikae gets in by one',
            "where the worker's role has a path, make that entry on blue first (aws eks update-cluster-config --access-config authenticationMode=API_AND_CONFIG_MAP, aws eks create-access-entry): AWS tells the ARN of a session without it",
          ),
        ]
      : []),
    ...cluster.unread.map((setting) =>
      blocker(
        'cluster-setting',
        `${cluster.name} ${setting}`,
        'blue has this setting, and it is not copied yet (Unsupported)',
        'green would differ from blue',
      ),
    ),
    ...notKnown(cluster.name, cluster.unknown),
    ...nodegroups.flatMap(nodegroupFindings),
    ...(nodegroups.length + belongings.fargateProfiles.length === 0 && !('computeConfig' in cluster.settings)
      ? [
          blocker(
            'no-nodegroups',
            cluster.name,
            'it has no managed node group, no Fargate profile and no Auto Mode; other nodes are not copied yet (Unsupported)',
            'nothing would run on green',
          ),
        ]
      : []),
    ...addons.flatMap(addonState),
    ...addons.flatMap((addon) => notKnown(addon.name, addon.unknown)),
    ...addons.flatMap((addon) =>
      addon.unread.map((setting) =>
        blocker(
          'addon-setting',
          `${addon.name} ${setting}`,
          "blue's add-on has this setting, and it is not copied yet (Unsupported)",
          'green would differ from blue',
        ),
      ),
    ),
    ...blue.identityProviders.flatMap((provider) => notKnown(provider.name, provider.unknown)),
    ...blue.accessEntries.flatMap((entry) => notKnown(entry.principalArn, entry.unknown)),
    ...blue.podIdentities.flatMap((it) => notKnown(`${it.namespace}/${it.serviceAccount}`, it.unknown)),
    ...blue.fargateProfiles.flatMap((profile) => notKnown(profile.name, profile.unknown)),
    ...capabilityFindings(belongings.capabilities),
    ...(cluster.deletionProtection || cluster.status !== 'ACTIVE'
      ? []
      : [
          info(
            'deletion-protection',
            cluster.name,
            'it has no deletion protection, and is the way back until it is deleted',
            `aws eks update-cluster-config --name ${cluster.name} --deletion-protection; the upgrade lifts it when blue goes`,
          ),
        ]),
    ...(cluster.encryptionKeyArn === undefined
      ? []
      : [
          info(
            'encryption-key',
            cluster.name,
            `its secrets are encrypted with ${cluster.encryptionKeyArn}, and green's are too: EKS makes a grant of it for green, in the name of the worker`,
            "see that the key is enabled, and that its policy or one of the worker's role lets that do kms:DescribeKey and kms:CreateGrant with it: the policies of deploy/iam name no key",
          ),
        ]),
    ...(cluster.supportType === undefined
      ? [info('support-type', cluster.name, 'its upgrade policy is not known', 'green gets the default of AWS')]
      : []),
  ]
}

/**
 * A warning and no blocker: EKS adds members that tell of a cluster and set nothing about as often as settings, and each
 * would stop every upgrade until the next release of Norikae.
 */
const notKnown = (about: string, unknown: readonly string[] = []): Finding[] =>
  unknown.map((path) =>
    warning(
      'unknown-setting',
      `${about} ${path}`,
      'EKS tells it of blue, and this release does not know it: it is not copied',
      'see what it is, and set it on green by hand if apps need it',
    ),
  )

/** A larger control plane is there for some versions of Kubernetes only. */
export function tierFindings(blue: ClusterDescription, target: VersionDescription | undefined): Finding[] {
  const tier = tierOf(blue.settings)
  // The usual one is not among the settings, and there for every version.
  if (!('controlPlaneScalingConfig' in blue.settings)) return []
  if (target?.scalingTiers === undefined || target.scalingTiers.includes(tier)) return []
  return [
    blocker(
      'cluster-tier',
      blue.name,
      `its control plane is ${tier}, which EKS does not offer for ${target.version} (${target.scalingTiers.join(', ') || 'none'} are)`,
      'choose another tier for blue, or another version',
    ),
  ]
}

/** Green gets its own, at a version of its own: one that has failed on blue is no reason to wait. */
function addonState({ name, status, healthIssues }: AddonDescription): Finding[] {
  const said = healthIssues.length === 0 ? '' : `: ${healthIssues.join('; ')}`
  if (['CREATING', 'UPDATING', 'DELETING'].includes(status))
    return [blocker('addon-not-active', name, `its status is ${status}`, 'wait until it is ACTIVE, or gone')]
  if (status === 'ACTIVE' && said === '') return []
  return [
    warning(
      'addon-unhealthy',
      name,
      `its status is ${status}${said}`,
      "mend it, or see that what is wrong is not in its configuration, which green's gets too",
    ),
  ]
}

function nodegroupFindings(group: NodegroupDescription): Finding[] {
  const refuse = (code: string, message: string, remedy: string) => [blocker(code, group.name, message, remedy)]
  return [
    ...(group.status === 'ACTIVE'
      ? []
      : refuse('nodegroup-not-active', `its status is ${group.status}`, 'wait until it is ACTIVE, or delete it')),
    ...group.healthIssues.flatMap((issue) => refuse('nodegroup-unhealthy', issue, 'mend it first')),
    ...notKnown(group.name, group.unknown),
    ...group.unread.flatMap((setting) =>
      refuse(
        'nodegroup-setting',
        `blue has ${setting}, which is not copied yet (Unsupported)`,
        'green would differ from blue',
      ),
    ),
  ]
}
