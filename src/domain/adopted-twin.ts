import { entriesToCopy } from './clone-access.ts'
import type {
  AccessEntry,
  AddonDescription,
  Capability,
  FargateProfile,
  IdentityProvider,
  NodegroupDescription,
  PodIdentity,
} from './eks-objects.ts'
import type { BlueFacts } from './facts.ts'
import { shown, sideBySide } from './side-by-side.ts'
import { profileFor, standsIn } from './standing-in.ts'
import { flat, isEmpty, own, type TwinPart } from './twin.ts'

/** A part of blue, and the part of an adopted green that is to do the same; absent: there is none. */
export interface Pairs {
  readonly nodegroups: readonly Pair<NodegroupDescription>[]
  readonly fargateProfiles: readonly Pair<FargateProfile>[]
  readonly addons: readonly Pair<AddonDescription>[]
  readonly accessEntries: readonly Pair<AccessEntry>[]
  readonly podIdentities: readonly Pair<PodIdentity>[]
  readonly identityProviders: readonly Pair<IdentityProvider>[]
  readonly capabilities: readonly Pair<Capability>[]
}
export interface Pair<T> {
  readonly part: string
  readonly blue: T
  readonly green?: T
}

const paired = <T>(part: string, blue: T, green: T | undefined): Pair<T> => ({ part, blue, ...(green && { green }) })

/** `worker`: whose own entry is looked at by itself. */
export const pairsOf = (blue: BlueFacts, green: BlueFacts, worker: string): Pairs => ({
  nodegroups: blue.nodegroups.map((it) => paired(`node group ${it.name}`, it, standsIn(it, green))),
  fargateProfiles: blue.fargateProfiles.map((it) => paired(`Fargate profile ${it.name}`, it, profileFor(it, green))),
  addons: blue.addons.map((it) =>
    paired(
      `add-on ${it.name}`,
      it,
      green.addons.find((other) => other.name === it.name),
    ),
  ),
  accessEntries: entriesToCopy(blue, worker).map((it) =>
    paired(
      `access ${it.principalArn}`,
      it,
      green.accessEntries.find((other) => other.principalArn === it.principalArn),
    ),
  ),
  podIdentities: blue.podIdentities.map((it) =>
    paired(
      `pod identity ${it.namespace}/${it.serviceAccount}`,
      it,
      green.podIdentities.find((o) => o.namespace === it.namespace && o.serviceAccount === it.serviceAccount),
    ),
  ),
  // Whose tokens let people in; what it is called is nothing to them.
  identityProviders: blue.identityProviders.map((it) =>
    paired(
      `identity provider ${it.name}`,
      it,
      green.identityProviders.find((o) => o.issuerUrl === it.issuerUrl && o.clientId === it.clientId),
    ),
  ),
  // A cluster has one of a type. https://docs.aws.amazon.com/eks/latest/userguide/capabilities.html
  capabilities: blue.belongings.capabilities.map((it) =>
    paired(
      `capability ${it.name}`,
      it,
      green.belongings.capabilities.find((o) => o.type === it.type),
    ),
  ),
})

/** A setting that the two have otherwise; left out on the side that has nothing there. */
export interface Difference {
  readonly setting: string
  readonly blue?: string
  readonly green?: string
}

/** What EKS makes for each cluster, or whoever made it names after it. */
const ofEach: ReadonlySet<string> = new Set([...own, 'tags', 'principalArn', 'namespace', 'serviceAccount'])

export function differences(blue: object, green: object): readonly Difference[] {
  const [has, gets] = [flat(blue), flat(green)]
  const nothing = (value: unknown) => value === undefined || isEmpty(value)
  return [...new Set([...has.keys(), ...gets.keys()])]
    .filter((setting) => !ofEach.has(setting) && !sameValue(has.get(setting), gets.get(setting)))
    .filter((setting) => !(nothing(has.get(setting)) && nothing(gets.get(setting))))
    .map((setting) => {
      if (has.has(setting) && gets.has(setting))
        return { setting, ...sideBySide(setting, has.get(setting), gets.get(setting)) }
      return has.has(setting)
        ? { setting, blue: shown(setting, has.get(setting)) }
        : { setting, green: shown(setting, gets.get(setting)) }
    })
}

/** Lists of names (subnets, groups, instance types) are sets to EKS. */
function sameValue(one: unknown, other: unknown): boolean {
  const text = (value: unknown) =>
    JSON.stringify(Array.isArray(value) ? value.map((v) => JSON.stringify(v)).toSorted() : value)
  return text(one) === text(other)
}

const MADE_SO = 'whoever made green made it so'

function part({ part: name, blue, green }: Pair<object>): TwinPart {
  if (!green) {
    const all = { setting: 'all of it', blue: 'there', green: 'not there', why: 'green was made without it' }
    return { part: name, same: [], changed: [all], own: [], notCopied: [] }
  }
  const differ = differences(blue, green)
  const names = new Set(differ.map((d) => d.setting))
  const [has, gets] = [flat(blue), flat(green)]
  return {
    part: name,
    same: [...has.keys()].filter((setting) => gets.has(setting) && !names.has(setting) && !ofEach.has(setting)),
    changed: differ.map((d) => ({ ...d, green: d.green ?? 'nothing', why: MADE_SO })),
    own: [...has.keys()].filter((setting) => own.has(setting)),
    notCopied: [],
  }
}

/** Both as they are, side by side: nothing of green is changed. What only green has is told last. */
export function adoptedTwin(blue: BlueFacts, green: BlueFacts, worker: string): readonly TwinPart[] {
  const pairs = pairsOf(blue, green, worker)
  const { nodegroups, fargateProfiles, addons, accessEntries, podIdentities, identityProviders, capabilities } = pairs
  const only = [
    ...green.nodegroups.filter((g) => !nodegroups.some((p) => p.green === g)).map((g) => `node group ${g.name}`),
    ...green.fargateProfiles
      .filter((f) => !fargateProfiles.some((p) => p.green === f))
      .map((f) => `Fargate profile ${f.name}`),
    ...green.addons.filter((a) => !addons.some((p) => p.green === a)).map((a) => `add-on ${a.name}`),
    ...green.identityProviders
      .filter((i) => !identityProviders.some((p) => p.green === i))
      .map((i) => `identity provider ${i.name}`),
    ...green.belongings.capabilities
      .filter((c) => !capabilities.some((p) => p.green === c))
      .map((c) => `capability ${c.name}`),
  ]
  return [
    part({ part: `cluster ${green.cluster.name}`, blue: blue.cluster, green: green.cluster }),
    ...[
      ...nodegroups,
      ...fargateProfiles,
      ...addons,
      ...accessEntries,
      ...podIdentities,
      ...identityProviders,
      ...capabilities,
    ].map((pair) => part(pair)),
    ...only.map((name): TwinPart => ({
      part: name,
      same: [],
      changed: [{ setting: 'all of it', green: 'there', why: 'blue has nothing like it' }],
      own: [],
      notCopied: [],
    })),
  ]
}
