import { differences, pairsOf, type Difference, type Pair } from './adopted-twin.ts'
import { differing } from './adoption.ts'
import { isOfNodes, withoutPath, type AwsAuth, type Mapped } from './aws-auth.ts'
import { tagsOfCopy } from './clone.ts'
import type { NodegroupDescription } from './eks-objects.ts'
import type { BlueFacts } from './facts.ts'
import { blocker, warning, type Finding } from './findings.ts'
import type { Templated } from './launch-templates.ts'
import type { LogGroup } from './log-groups.ts'
import { renamed } from './names-of-clusters.ts'
import { sideBySide } from './side-by-side.ts'

/**
 * What an adopted green is compared by beside what EKS tells of it: whom its aws-auth ConfigMap lets in, how long its logs
 * are kept and by which key, what its nodes are started from, and its tags. Nothing of it is changed.
 */
export interface Beside {
  /** What EKS tells of it. */
  readonly facts: BlueFacts
  /** Undefined: the worker is not let in to look. */
  readonly awsAuth: AwsAuth | undefined
  /** Undefined: there is none (yet), or nothing is written. */
  readonly logGroup: LogGroup | undefined
  readonly templates: readonly Templated[]
}

/** All of it that is missing there, or otherwise. `worker`: whose own entry is looked at by itself. */
export function besideFindings(blue: Beside, green: Beside, worker: string): Finding[] {
  const pairs = pairsOf(blue.facts, green.facts, worker)
  const about = (part: string) => `${green.facts.cluster.name} ${part}`
  return [
    ...letInBy(blue, green, worker),
    ...logsOf(blue, green).flatMap((found) => differing(about('log group'), [found])),
    ...pairs.nodegroups.flatMap((pair) => differing(about(pair.part), startedFrom(pair, blue, green))),
    ...[
      { part: 'cluster', blue: blue.facts.cluster, green: green.facts.cluster },
      ...pairs.nodegroups,
      ...pairs.fargateProfiles,
      ...pairs.addons,
    ].flatMap(({ part, blue: it, green: other }) =>
      other ? differing(about(part), tagged(it.tags, other.tags, blue, green)) : [],
    ),
  ]
}

function letInBy(blue: Beside, green: Beside, worker: string): Finding[] {
  const { name, authenticationMode } = green.facts.cluster
  // Entries alone hold where a cluster is told so: https://docs.aws.amazon.com/eks/latest/APIReference/API_AccessConfigResponse.html
  if (blue.facts.cluster.authenticationMode === 'API' || !blue.awsAuth || !green.awsAuth) return []
  const entries = (facts: BlueFacts) => new Map(facts.accessEntries.map((it) => [withoutPath(it.principalArn), it]))
  const [before, now] = [entries(blue.facts), entries(green.facts)]
  const mapped = authenticationMode === 'API' ? [] : green.awsAuth.mapped
  // An entry holds before the ConfigMap, and those of blue's are compared as such.
  const asked = blue.awsAuth.mapped.filter(
    (it) =>
      !isOfNodes(it) && !before.has(withoutPath(it.principal)) && withoutPath(it.principal) !== withoutPath(worker),
  )
  return [
    ...asked.flatMap((it): Finding[] => {
      const place = `${name} aws-auth ${it.principal}`
      const entry = now.get(withoutPath(it.principal))
      const found = mapped.find((other) => withoutPath(other.principal) === withoutPath(it.principal))
      if (!entry && !found)
        return [
          blocker(
            'adopted-access',
            place,
            `blue lets it in by its aws-auth ConfigMap (${inWords(it)}); green does not`,
            'have it given an access entry on green, or the same mapping there; waive it where it is not to get in any more',
          ),
        ]
      const groups = entry ? entry.groups : (found?.groups ?? [])
      const lacks = it.groups.filter((group) => !groups.includes(group) && !(entry && isAdmin(group)))
      return lacks.length === 0
        ? []
        : [
            warning(
              'adopted-differs',
              place,
              `on green it lacks the groups ${lacks.join(', ')}`,
              'see whether it is to do on green what it may on blue',
            ),
          ]
    }),
    ...[
      ...blue.awsAuth.unreadable.map((key) => ({ key, of: blue.facts.cluster.name })),
      ...green.awsAuth.unreadable.map((key) => ({ key, of: name })),
    ].map(({ key, of }) =>
      warning(
        'adopted-differs',
        `${of} aws-auth ${key}`,
        'it is no list of mappings that can be read, so whom it lets in was not compared',
        'see that green lets in whom blue lets in',
      ),
    ),
  ]
}

/** An entry gives it by a policy instead: https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html */
const isAdmin = (group: string): boolean => group === 'system:masters'

const inWords = ({ username, groups }: Mapped): string =>
  [...(username === undefined ? [] : [username]), ...groups.map((group) => `group ${group}`)].join(', ') ||
  'without a group'

function logsOf(blue: Beside, green: Beside): readonly Difference[] {
  if (blue.facts.cluster.logging.length === 0 || green.facts.cluster.logging.length === 0) return []
  const settings = ({ logGroup }: Beside) => ({
    ...(logGroup?.retentionDays !== undefined && { retentionDays: logGroup.retentionDays }),
    ...(logGroup?.kmsKey !== undefined && { kmsKey: logGroup.kmsKey }),
  })
  return differences(settings(blue), settings(green))
}

/** Where blue's names blue, green's names green; another version has other images. */
function startedFrom(
  { blue: it, green: found }: Pair<NodegroupDescription>,
  blue: Beside,
  green: Beside,
): readonly Difference[] {
  if (!found) return []
  const of = ({ templates }: Beside, { name }: NodegroupDescription) => {
    const template = templates.find(({ group }) => group.name === name)?.template
    const { ImageId: _image, ...settings } = template?.settings ?? {}
    return { ...settings, ...(template?.userData !== undefined && { userData: template.userData }) }
  }
  const wanted = JSON.parse(renamed(JSON.stringify(of(blue, it)), blue.facts.cluster, green.facts.cluster)) as object // what it was
  return differences(wanted, of(green, found)).map((d) => ({ ...d, setting: `launchTemplate.${d.setting}` }))
}

type Tags = Readonly<Record<string, string>>

/** Of those that a clone would have: what costs, policies of IAM and tools may go by. Those that only green has are its maker's. */
function tagged(was: Tags, is: Tags, blue: Beside, green: Beside): readonly Difference[] {
  const names = { blue: blue.facts.cluster.name, green: green.facts.cluster.name }
  const wanted = Object.entries(tagsOfCopy(was, { platform: '', run: '', ...names })).filter(
    ([key, value]) => !key.startsWith('norikae.io/') && is[key] !== value,
  )
  if (wanted.length === 0) return []
  const words = (pairs: readonly (readonly [string, string])[]) =>
    pairs.map(([key, value]) => `${key}=${value}`).join(', ')
  const found = wanted.flatMap(([key]) => (is[key] === undefined ? [] : [[key, is[key]] as const]))
  return [
    {
      setting: 'tags',
      ...(found.length === 0
        ? { blue: sideBySide('', words(wanted), '').blue }
        : sideBySide('', words(wanted), words(found))),
    },
  ]
}
