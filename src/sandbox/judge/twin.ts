/**
 * Whether green is a true twin of blue: all that EKS, EC2, IAM and CloudWatch have of one held against what they have of
 * the other. It knows nothing of how Norikae makes a green: it is what that is measured by.
 */

/** A cluster with all that it is, has and is named by. */
export interface Side {
  /** What EKS gave to this cluster alone, and what it stands for wherever it is named: `chatwork-prod-1-35` for `name`. */
  readonly known: Readonly<Record<string, string>>
  /** Each as an API would tell it, by what it is: `cluster`, `add-on coredns`, `IAM role files`. */
  readonly parts: Readonly<Record<string, object>>
}

export interface TwinDifference {
  readonly part: string
  /** Left out where one of the two has no such part. */
  readonly setting?: string
  readonly blue: string
  readonly green: string
}

/** Members of a part that another cluster cannot have the same: when, which one, and from which release. By their path. */
const mustDiffer: ReadonlySet<string> = new Set([
  'createdAt',
  'modifiedAt',
  'clientRequestToken',
  // What the upgrade is for.
  'version',
  'platformVersion',
  'releaseVersion',
  'addonVersion',
  // ARNs and ids that end in a number of their own.
  'nodegroupArn',
  'addonArn',
  'fargateProfileArn',
  'accessEntryArn',
  'associationArn',
  'associationId',
  'externalId',
  'identityProviderConfigArn',
  // The Auto Scaling group that EKS made for it.
  'resources autoScalingGroups',
])

/** Lists whose order says something: EKS tries the types of a node group in the order in which they are given. */
const inOrder = /(^| )instanceTypes$/

/** Who made it, and in which run. */
const MARK = 'norikae.io/'

const NOTHING = 'nothing'
const MOST_SHOWN = 120

/** `blue`: as it was before. Empty: nothing differs but what must. */
export function differences(blue: Side | undefined, green: Side | undefined): readonly TwinDifference[] {
  if (!blue || !green)
    return [{ part: 'cluster', blue: blue ? 'is known' : 'was never looked at', green: green ? 'is there' : NOTHING }]
  const [has, gets] = [neutral(blue), neutral(green)]
  return [...new Set([...has.keys(), ...gets.keys()])].flatMap((part) => {
    const [its, others] = [has.get(part), gets.get(part)]
    if (!its || !others) return [{ part, blue: its ? 'is there' : NOTHING, green: others ? 'is there' : NOTHING }]
    return [...new Set([...its.keys(), ...others.keys()])]
      .filter((setting) => its.get(setting) !== others.get(setting))
      .map((setting) => ({ part, setting, blue: shown(its.get(setting)), green: shown(others.get(setting)) }))
  })
}

const shown = (value: string | undefined): string => (value ?? NOTHING).slice(0, MOST_SHOWN)

/** Settings of each part by their path, with words of no cluster in place of this one's. */
function neutral({ known, parts }: Side): ReadonlyMap<string, ReadonlyMap<string, string>> {
  // The longer first: an ARN holds the name.
  const words = Object.entries(known)
    .filter(([, value]) => value !== '')
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([word, value]) => [new RegExp(String.raw`(?<![\w-])${escaped(value)}(?![\w-])`, 'g'), `{${word}}`] as const)
  const say = (text: string) => words.reduce((said, [value, word]) => said.replaceAll(value, () => word), text)
  return new Map(Object.entries(parts).map(([part, object]) => [say(part), new Map(settings('', object, say))]))
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** What is empty is not there; the order of most lists says nothing. `within`: of a part itself, or of an item of a list in it. */
function settings(
  path: string,
  value: unknown,
  say: (text: string) => string,
  within: 'part' | 'list' = 'part',
): (readonly [string, string])[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) {
    const items = value.map((item) => (isObject(item) ? sorted(settings('', item, say, 'list')) : say(String(item))))
    if (items.length === 0) return []
    return [[path, `[${(inOrder.test(path) ? items : items.toSorted()).join(', ')}]`]]
  }
  if (!isObject(value)) return [[path, say(typeof value === 'string' ? value : JSON.stringify(value))]]
  return Object.entries(value)
    .filter(([key]) => !key.startsWith(MARK))
    .map(([key, inner]) => [path === '' ? say(key) : `${path} ${say(key)}`, inner] as const)
    .filter(([its]) => within === 'list' || !mustDiffer.has(its))
    .flatMap(([its, inner]) => settings(its, inner, say, within))
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof Date)

const sorted = (pairs: readonly (readonly [string, string])[]): string =>
  `{${pairs
    .map(([key, value]) => `${key}: ${value}`)
    .toSorted()
    .join(', ')}}`
