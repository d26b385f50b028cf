import { entriesToCopy, entryFindings, newAccessEntry, newPodIdentity } from './clone-access.ts'
import { newAddon, newCluster, newNodegroup, type Copied, type Made } from './clone.ts'
import { newFargateProfile } from './fargate.ts'
import { newIdentityProvider } from './identity-providers.ts'
import type { BlueFacts, ClusterFacts } from './facts.ts'
import { templateName } from './launch-templates.ts'
import { shown, sideBySide } from './side-by-side.ts'

/**
 * Green beside blue, part by part, before green is there: made of the very requests that would be sent, so that what it
 * calls the same is what will be asked for.
 */
export interface TwinPart {
  /** `cluster`, `node group apps`, `add-on coredns`… */
  readonly part: string
  /** Names of settings that green gets as blue has them. */
  readonly same: readonly string[]
  readonly changed: readonly TwinChange[]
  /** What EKS makes anew for each cluster. */
  readonly own: readonly string[]
  /** What blue has and green does not get: each is a finding too. */
  readonly notCopied: readonly string[]
}

export interface TwinChange {
  readonly setting: string
  /** Left out where blue has nothing there. */
  readonly blue?: string
  readonly green: string
  readonly why: string
}

type Fields = Readonly<Record<string, unknown>>

/** Members of a description that are no settings. */
const apart: ReadonlySet<string> = new Set([
  'status',
  'createdAt',
  'healthIssues',
  // Goes with the subnets.
  'vpcId',
  'unread',
  'unknown',
  'settings',
  // Known by the part's own name.
  'name',
])

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_Cluster.html */
export const own: ReadonlySet<string> = new Set([
  'arn',
  'endpoint',
  'certificateAuthority',
  'oidcIssuer',
  'clusterSecurityGroupId',
])

const whys: Readonly<Record<string, string>> = {
  deletionProtection: 'nobody deletes green by mistake',
  version: 'that runs on the new Kubernetes',
  tags: 'those of AWS, of other tools and of earlier runs stay behind; Norikae marks what it makes',
  authenticationMode: 'Norikae gets in by an access entry; the aws-auth ConfigMap is copied beside it',
  username: 'EKS gives it the same',
  groups: 'EKS gives nodes their own',
  configurationValues: "blue's names blue: green's says green in its place",
  launchTemplate: "blue's names blue: green's says green in its place",
  remoteAccess: "it lets in the group that EKS made for blue: green's lets in green's",
}

/** Settings one by one, also those that stand in a group of their own. */
export function flat(of: object): ReadonlyMap<string, unknown> {
  const { settings, resourcesVpcConfig, kubernetesNetworkConfig, ...rest } = of as Fields
  return new Map(
    [rest, resourcesVpcConfig, kubernetesNetworkConfig, settings]
      .flatMap((group) => Object.entries((group ?? {}) as Fields)) // each is an object of settings, where it is there
      .filter(([name, value]) => !apart.has(name) && value !== undefined),
  )
}

/** One part: what blue is, and what would be asked for. `because`: why this part's settings change. */
export function twinPart(
  part: string,
  blue: object,
  green: object,
  because: Readonly<Record<string, string>> = {},
): TwinPart {
  const { unread = [], unknown = [] } = blue as { unread?: readonly string[]; unknown?: readonly string[] }
  const [has, gets] = [flat(blue), flat(green)]
  const both = [...gets].map(([setting, value]) => ({ setting, value, is: has.get(setting), there: has.has(setting) }))
  const isSame = ({ value, is }: { value: unknown; is: unknown }) => JSON.stringify(value) === JSON.stringify(is)
  return {
    part,
    same: both.filter(isSame).map((b) => b.setting),
    changed: [
      ...both
        .filter((b) => !isSame(b))
        .map(({ setting, value, is, there }) => ({
          setting,
          ...(there ? sideBySide(setting, is, value) : { green: shown(setting, value) }),
          why: because[setting] ?? whys[setting] ?? 'blue has nothing there',
        })),
      ...changedTags(has.get('tags'), gets.get('tags')),
    ],
    own: [...has.keys()].filter((setting) => own.has(setting)),
    notCopied: [
      ...[...has].filter(([s, value]) => !gets.has(s) && !own.has(s) && !isEmpty(value)).map(([s]) => s),
      ...unread,
      ...unknown,
    ],
  }
}

/** Tags of both with another value: they name blue, or green in its place. */
function changedTags(blue: unknown, green: unknown): TwinChange[] {
  const its = new Map(Object.entries((blue ?? {}) as Readonly<Record<string, string>>)) // tags are texts
  return Object.entries((green ?? {}) as Readonly<Record<string, string>>).flatMap(([key, value]) => {
    const is = its.get(key)
    return is === undefined || is === value || key.startsWith('norikae.io/')
      ? []
      : [{ setting: `tag ${key}`, blue: is, green: value, why: 'it names blue' }]
  })
}

export const isEmpty = (value: unknown): boolean =>
  value === false || value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

/** All parts of green. What blue has and no part of this is made for is told with nothing copied. */
export function twinOf(
  blue: BlueFacts,
  green: { readonly name: string; readonly version: string },
  {
    addons,
    principalArn: worker,
    launchTemplates = [],
    images = {},
    amiTypes = {},
  }: Pick<ClusterFacts, 'addons' | 'principalArn' | 'launchTemplates' | 'images' | 'amiTypes'>,
  by: Made,
): readonly TwinPart[] {
  const { capabilities } = blue.belongings
  const made: Copied = { ...by, blue: blue.cluster.name, green: green.name }
  // What it will have is not known before it is there.
  const named = {
    endpoint: '(its endpoint)',
    certificateAuthority: '(its CA)',
    clusterSecurityGroupId: '(its group)',
    ...green,
  }
  const versions = new Map(addons.map((a) => [a.name, a.targetVersion]))
  const missing = (part: string): TwinPart => ({ part, same: [], changed: [], own: [], notCopied: ['all of it'] })
  return [
    twinPart(`cluster ${green.name}`, blue.cluster, newCluster(blue.cluster, green, made), {
      version: 'what was asked for',
    }),
    ...blue.nodegroups.map((group) => {
      const template = launchTemplates.includes(group.name) ? templateName(green.name, group.name) : undefined
      const [image, amiType] = [images[group.name], amiTypes[group.name]]
      return twinPart(
        `node group ${group.name}`,
        group,
        newNodegroup(group, made, { template, amiType, clusters: { blue: blue.cluster, green: named } }),
        {
          amiType: 'green.amis says so',
          ...(image !== undefined && { launchTemplate: `it starts nodes from ${image}, as green.amis says` }),
        },
      )
    }),
    ...blue.fargateProfiles.map((it) => twinPart(`Fargate profile ${it.name}`, it, newFargateProfile(it, made))),
    ...blue.addons.map((addon) => {
      const version = versions.get(addon.name)
      const part = `add-on ${addon.name}`
      return version === undefined
        ? missing(part)
        : twinPart(part, addon, newAddon(addon, version, made, { blue: blue.cluster, green: named }))
    }),
    ...entriesToCopy(blue, worker).map((entry) =>
      twinPart(`access ${entry.principalArn}`, entry, { username: entry.username, ...newAccessEntry(entry, made) }),
    ),
    ...entryFindings(blue.accessEntries).map(({ about }) => missing(`access ${about}`)),
    ...blue.podIdentities.map((it) =>
      twinPart(`pod identity ${it.namespace}/${it.serviceAccount}`, it, newPodIdentity(it, made)),
    ),
    ...blue.identityProviders.map((it) => twinPart(`identity provider ${it.name}`, it, newIdentityProvider(it, made))),
    ...capabilities.map(({ name }) => missing(`capability ${name}`)),
  ]
}
