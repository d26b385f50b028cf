import type { LaunchTemplate } from './ec2-objects.ts'
import type { BlueFacts } from './facts.ts'
import { record, texts } from './fields.ts'
import { few } from './few.ts'
import { blocker, warning, type Finding } from './findings.ts'
import type { Templated } from './launch-templates.ts'
import { ownerInWords, type Owner, type Requested } from './ownership.ts'
import { accountOf, type RoleFacts } from './roles.ts'
import { addressInWords, moduleOf, type Stated } from './terraform-states.ts'

/**
 * Who deletes a stack deletes all that is in it: of a blue that came with its roles and its network, also what green has
 * from there. Nested stacks have names of their own, and are not known by these tags.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
 */

/** What green has that is not its own. */
export interface Shared {
  /** Ids of subnets and security groups. */
  readonly network: readonly string[]
  /** Names of IAM roles of this account. */
  readonly roles: readonly string[]
  /** Launch templates that its node groups are made from as blue's are. */
  readonly templates: readonly Pick<LaunchTemplate, 'id' | 'name' | 'tags'>[]
}

/** `like`: blue, whose parts green is made with; or the green that others made. `made`: whose templates are made anew. */
export function sharedBy(
  like: BlueFacts,
  {
    account,
    templates,
    made = [],
    roles,
  }: {
    readonly account: string
    readonly templates: readonly Templated[]
    readonly made?: readonly string[] | undefined
    readonly roles: RoleFacts | undefined
  },
): Shared {
  const { cluster, nodegroups, fargateProfiles, podIdentities, addons } = like
  const arns = [
    cluster.roleArn,
    // Of nodes that Auto Mode makes: green's pools start theirs with it too.
    ...texts([record(cluster.settings['computeConfig'])['nodeRoleArn']].filter((arn) => arn !== undefined)),
    ...nodegroups.map((group) => group.nodeRole),
    ...fargateProfiles.map((profile) => profile.podExecutionRoleArn),
    ...podIdentities.map((identity) => identity.roleArn),
    ...addons.flatMap((addon) => addon.serviceAccountRoleArn ?? []),
  ].filter((arn) => accountOf(arn) === account)
  const { subnetIds, securityGroupIds } = cluster.resourcesVpcConfig
  const named = templates.flatMap(({ template }) => JSON.stringify(template?.settings ?? {}).match(/\bsg-\w+/g) ?? [])
  return {
    network: each([
      ...subnetIds,
      ...securityGroupIds,
      ...[...nodegroups, ...fargateProfiles].flatMap((part) => part.subnets),
      ...named,
    ]),
    roles: each([
      ...arns.map((arn) => arn.slice(arn.lastIndexOf('/') + 1)),
      ...(roles?.written ?? []),
      ...(roles?.requested ?? []),
    ]),
    templates: [
      ...new Map(
        templates.flatMap(({ group, template }) =>
          template && !made.includes(group.name)
            ? [[template.id, { id: template.id, name: template.name, tags: template.tags }] as const]
            : [],
        ),
      ).values(),
    ],
  }
}

const each = (names: readonly string[]): string[] => [...new Set(names)].toSorted()

type Tags = Readonly<Record<string, string>>

const STACK = 'aws:cloudformation:stack-name'
const EKSCTL = 'alpha.eksctl.io/cluster-name'

/** The tag by which all that goes with this part is found; undefined: its owner removes it, and nothing else. */
export function takenBy({ owner }: Requested): readonly [key: string, value: string] | undefined {
  if (owner.of === undefined) return undefined
  return owner.tool === 'cloudformation' ? [STACK, owner.of] : owner.tool === 'eksctl' ? [EKSCTL, owner.of] : undefined
}

/** A node group of eksctl's has a stack of its own within those of its cluster. */
const goesWith = (part: Requested, tags: Tags): boolean => {
  const [key = '', value] = takenBy(part) ?? []
  const whole = part.kind === 'cluster' || part.owner.tool === 'cloudformation'
  return tags[key] === value && (whole || tags['alpha.eksctl.io/nodegroup-name'] === part.name)
}

/** Each part with what its removal takes of green's. `found`: what green shares, by its name for people. */
export const withTaken = (
  parts: readonly Requested[],
  found: readonly { readonly name: string; readonly tags: Tags }[],
): readonly Requested[] =>
  parts.map((part) => {
    const takes = found.filter(({ tags }) => goesWith(part, tags)).map(({ name }) => name)
    return takenBy(part) && takes.length > 0 ? { ...part, takes } : part
  })

/**
 * Terraform removes what is taken out of its configuration, and a cluster is mostly taken out with its whole module. Told
 * with the last of its parts, as one removal has all of them.
 */
export const withModules = (
  parts: readonly Requested[],
  { network, roles, templates }: Shared,
  stated: readonly Stated[],
): readonly Requested[] => {
  const modules = parts.map(({ owner }) => (owner.address === undefined ? undefined : moduleOf(owner.address)))
  /** Two states may each have a module of the same name. */
  const later = (i: number) =>
    parts.some(({ owner }, n) => n > i && modules[n] === modules[i] && owner.state === parts[i]?.owner.state)
  return parts.map((part, i) => {
    const module = modules[i]
    if (module === undefined || later(i)) return part
    const its = stated.filter(({ address, state }) => state === part.owner.state && address.startsWith(module))
    const has = (kind: RegExp, name: string) => its.find(({ key }) => kind.test(key) && key.endsWith(`/${name}`))
    const takes = [
      ...[...network, ...templates.map(({ id }) => id)].flatMap((id) => has(/:ec2:/, id) ?? []),
      ...roles.flatMap((name) => has(/:iam::\d+:role\//, name) ?? []),
    ].map(addressInWords)
    return takes.length === 0 ? part : { ...part, takes: [...(part.takes ?? []), ...takes] }
  })
}

/** One for each owner, since it is one command that takes them. */
export const takenFindings = (parts: readonly Requested[]): Finding[] =>
  [...Map.groupBy(parts, (part) => ownerInWords(part.owner))].flatMap(([owner, its]) => {
    const takes = each(its.flatMap((part) => part.takes ?? []))
    const [first] = its
    if (takes.length === 0 || !first) return []
    // Terraform removes no more than people take out.
    return first.owner.tool === 'terraform'
      ? [
          warning(
            'removal-takes-green',
            owner,
            `the module that has blue has what green uses too: ${few(takes)}`,
            'before the module is taken out, take these out of its state (terraform state rm, or removed with destroy = false); or take out only what the upgrade asks for by address',
          ),
        ]
      : [
          blocker(
            'removal-takes-green',
            owner,
            `who removes blue by it removes with it what green uses: ${takes.join(', ')}`,
            remedyOf(first.owner),
          ),
        ]
  })

const remedyOf = ({ tool }: Owner): string =>
  `${tool === 'eksctl' ? 'eksctl keeps nothing of its stacks: ' : 'give them DeletionPolicy: Retain in that stack, and waive this once it has; or '}let Norikae delete blue and leave the ${tool === 'eksctl' ? 'stacks' : 'stack'} (decommission: { deletes: norikae })`
