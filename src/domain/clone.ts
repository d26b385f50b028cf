import type { AddonFacts, BlueFacts } from './facts.ts'
import { blocker, info, warning, type Finding } from './findings.ts'
import { renamed, type Named } from './names-of-clusters.ts'
import type {
  AddonDescription,
  AddonVersion,
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

/** Tags of AWS, of tools that would take green for their own, and of an earlier run stay behind. */
export const copiedTags = (tags: Tags): Tags =>
  Object.fromEntries(
    Object.entries(tags).filter(
      ([key]) => !/^(aws:|alpha\.eksctl\.io\/|eksctl\.|kubernetes\.io\/cluster\/|norikae\.io\/)/.test(key),
    ),
  )

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

export function newCluster(blue: ClusterDescription, green: { name: string; version: string }, made: Made): NewCluster {
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
    // Access entries are how Norikae gets in; a cluster that knows only the aws-auth ConfigMap is refused before.
    authenticationMode,
    ...(supportType !== undefined && { supportType }),
    ...(zonalShift !== undefined && { zonalShift }),
    settings,
    deletionProtection: true,
    tags: { ...copiedTags(blue.tags), ...madeTags(made) },
  }
}

/**
 * `template`: one that was made for it, in place of blue's.
 * `version` and `releaseVersion` are left out: EKS gives the group its cluster's version and the newest AMI release.
 */
export function newNodegroup(blue: NodegroupDescription, made: Made, template?: string): NewNodegroup {
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
    amiType,
    ...(capacityType !== undefined && { capacityType }),
    ...(diskSize !== undefined && { diskSize }),
    nodeRole,
    labels,
    taints,
    settings,
    ...(template === undefined
      ? launchTemplate !== undefined && { launchTemplate }
      : { launchTemplate: `${template}:1` }),
    tags: { ...copiedTags(tags), ...madeTags(made) },
  }
}

/** `clusters`: its configuration names green wherever blue's names blue. */
export const newAddon = (
  blue: AddonDescription,
  version: string,
  made: Made,
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
  tags: { ...copiedTags(blue.tags), ...madeTags(made) },
})

/**
 * AWS's default for the target version, or blue's own where that fits too and is newer: AWS lists the newest first. A default
 * may be older than what somebody has chosen for blue, most of all where green gets blue's version. Undefined where none fits.
 */
export function addonVersionFor(
  versions: readonly AddonVersion[],
  target: string,
  ofBlue: string | undefined,
): string | undefined {
  const fitting = versions.filter((v) => v.compatibleWith.includes(target))
  const byDefault = Math.max(
    0,
    fitting.findIndex((v) => v.defaultFor.includes(target)),
  )
  return (fitting.slice(0, byDefault).find((v) => v.version === ofBlue) ?? fitting[byDefault])?.version
}

/** What must run before nodes can: networking and identity. The rest needs nodes to become healthy. */
const beforeNodes: readonly string[] = ['vpc-cni', 'kube-proxy', 'eks-pod-identity-agent']

export function planAddons(
  blue: BlueFacts,
  versions: Readonly<Record<string, readonly AddonVersion[]>>,
  target: string,
): { addons: AddonFacts[]; findings: Finding[] } {
  const chosen = blue.addons.map(({ name, version }) => ({
    name,
    targetVersion: addonVersionFor(versions[name] ?? [], target, version),
  }))
  return {
    addons: chosen
      .flatMap(({ name, targetVersion }) =>
        targetVersion === undefined ? [] : [{ name, targetVersion, needsNodes: !beforeNodes.includes(name) }],
      )
      .toSorted((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1)),
    findings: chosen
      .filter((a) => a.targetVersion === undefined)
      .map(({ name }) =>
        blocker(
          'addon-version',
          name,
          `AWS offers no version of it for ${target}`,
          'remove it from blue, or choose another target version',
        ),
      ),
  }
}

const rank = (name: string): number => (beforeNodes.indexOf(name) + beforeNodes.length + 1) % (beforeNodes.length + 1)

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
  const missing = (code: string, what: string, names: readonly string[]): Finding[] =>
    names.map((name) =>
      blocker(
        code,
        name,
        `${what} is not copied to green yet (Unsupported)`,
        'apps that need it would not run on green',
      ),
    )
  return [
    ...(cluster.status === 'ACTIVE'
      ? []
      : [blocker('cluster-not-active', cluster.name, `its status is ${cluster.status}`, 'wait until it is ACTIVE')]),
    ...cluster.healthIssues.map((issue) => blocker('cluster-unhealthy', cluster.name, issue, 'mend it first')),
    ...(cluster.authenticationMode === 'CONFIG_MAP'
      ? [
          blocker(
            'aws-auth',
            cluster.name,
            'only its aws-auth ConfigMap says who gets in, and nobody gets into green by it who could copy it (Unsupported)',
            'switch it to API_AND_CONFIG_MAP and make an access entry for the worker; the ConfigMap is copied then',
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
    ...missing('identity-provider', 'this identity provider', belongings.identityProviders),
    ...missing('capability', 'this capability', belongings.capabilities),
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
  const config = blue.settings['controlPlaneScalingConfig']
  const tier = typeof config === 'object' && config !== null && 'tier' in config ? String(config.tier) : undefined
  if (tier === undefined || target?.scalingTiers === undefined || target.scalingTiers.includes(tier)) return []
  return [
    blocker(
      'cluster-tier',
      blue.name,
      `its control plane is ${tier}, which EKS does not offer for ${target.version} (${target.scalingTiers.join(', ') || 'none'} are)`,
      'choose another tier for blue, or another version',
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
    ...(group.amiType.startsWith('AL2_')
      ? refuse(
          'nodegroup-al2',
          `there are no ${group.amiType} images for Kubernetes 1.33 and newer`,
          'replace it by an AL2023 or Bottlerocket group on blue first',
        )
      : []),
    ...(group.amiType === 'CUSTOM'
      ? refuse(
          'nodegroup-custom-ami',
          'its launch template names an image, and the same one for the new Kubernetes is not mapped yet (Unsupported)',
          'use an AMI type of EKS',
        )
      : []),
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
