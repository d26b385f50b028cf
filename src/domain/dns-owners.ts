import { mayWrite, namesakeOf, type Affix, type DnsWriter } from './external-dns.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { nameOf } from './kubernetes-objects.ts'
import { ownerIn, type RecordSet } from './weighted-records.ts'

/**
 * Whose a record is, as external-dns keeps it: a TXT record beside each, of the same set identifier, called as the record is
 * with its type before that, and a prefix or suffix of its user's around both.
 * https://github.com/kubernetes-sigs/external-dns/blob/master/registry/mapper/mapper.go (ToTXTName)
 */

const TYPES = ['a', 'aaaa', 'cname'] as const
const TEMPLATE = '%{record_type}'

/** Where TXT records of a name may stand: with the type, as aliases were called once (`cname-`), and without any. */
export function txtNames(name: string, { prefix, suffix }: Affix): string[] {
  const [first = '', ...rest] = name.split('.')
  const around = (label: string, type: string) =>
    [`${filled(prefix, type)}${label}${filled(suffix, type)}`, ...rest].join('.').toLowerCase()
  const inAffix = `${prefix}${suffix}`.includes(TEMPLATE)
  const typed = TYPES.map((type) => around(inAffix ? first : `${type}-${first}`, type))
  return [...new Set([...typed, around(first, '')])]
}

const filled = (affix: string, type: string): string => affix.replaceAll(TEMPLATE, type)

/** The owners that TXT records tell of the records with this set identifier; `undefined`: of those without one. */
export const ownersOf = (txt: readonly RecordSet[], identifier: string | undefined): readonly string[] => [
  ...new Set(txt.filter((set) => set.setIdentifier === identifier).flatMap((set) => ownerIn([set]) ?? [])),
]

/** Why weights cannot go through an external-dns, and what to change. */
export interface Fault {
  readonly says: string
  readonly remedy: string
}

/** Why nobody could read or follow what this one writes of a record, on whichever side it runs. */
export function writerFaults({ workload, registry, encrypts, onlyCreates }: DnsWriter): Fault[] {
  const its = nameOf(workload)
  return [
    ...(registry === 'txt'
      ? []
      : [{ says: `${its} keeps owners in ${registry}, and not in TXT records`, remedy: `give ${its} --registry=txt` }]),
    ...(encrypts
      ? [
          {
            says: `${its} encrypts its TXT records, so nobody else can tell whose a record is`,
            remedy: `take --txt-encrypt-enabled off ${its}`,
          },
        ]
      : []),
    ...(onlyCreates
      ? [{ says: `${its} writes no weight again (--policy=create-only)`, remedy: `give ${its} --policy=sync` }]
      : []),
  ]
}

/** Why external-dns of green could not be let at a name whose records are blue's; undefined: nothing is in the way. */
export function ownersFault(
  writers: readonly DnsWriter[],
  { name, owner }: { readonly name: string; readonly owner: string },
): Fault | undefined {
  for (const writer of writers) {
    const its = nameOf(writer.workload)
    const remedy = `give ${its} a --txt-owner-id of its own, among its arguments`
    // Its owner id is what it deletes by, whatever its filters say next week.
    if (writer.owner === undefined)
      return { says: `the owner id of ${its} is not among its arguments (--txt-owner-id)`, remedy }
    if (writer.owner === owner)
      return { says: `${its} has the owner id ${owner} too, so it would write over blue's`, remedy }
    const [fault] = mayWrite(writer, { name }) ? writerFaults(writer) : []
    if (fault) return fault
  }
  return undefined
}

/** Of a name that external-dns weighs: whose its record is, and under which prefix its object is annotated. */
interface Weighed {
  readonly name: string
  readonly owner: string
  readonly annotations: string
}

/**
 * Those of green that may make its record there: blue's namesake, where that is one of them. Green may have others beside it,
 * as blue has, for other objects.
 */
function makersOf(mine: DnsWriter, onGreen: readonly DnsWriter[], { name, annotations: prefix }: Weighed) {
  const may = onGreen.filter((it) => mayWrite(it, { name }) && (it.annotations ?? prefix) === prefix)
  const namesake = namesakeOf(mine, may)
  return namesake ? [namesake] : may
}

/**
 * Why the records of both sides would not be of the same types; undefined: nothing says so. Weights are held against each other
 * type by type: of one that green alone has, 0 is all. Where several may make it, one that would do is enough: what is made is
 * looked at when it is there.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-weighted.html
 */
export function typesFault(
  onBlue: readonly DnsWriter[],
  onGreen: readonly DnsWriter[],
  route: Weighed,
): Fault | undefined {
  const mine = onBlue.find((it) => it.owner === route.owner)
  if (!mine) return undefined
  const faults = makersOf(mine, onGreen, route).map((theirs) => unlike(theirs, mine))
  return faults.includes(undefined) ? undefined : faults[0]
}

function unlike({ workload, makes }: DnsWriter, mine: DnsWriter): Fault | undefined {
  if (!makes || !mine.makes) return undefined
  const its = nameOf(workload)
  const [more, less] = [without(makes, mine.makes), without(mine.makes, makes)]
  const remedy = `give ${its} the --managed-record-types, --exclude-record-types and --aws-prefer-cname that blue's has`
  if (more.length > 0)
    return {
      says: `${its} would make ${more.join(' and ')} records, of which blue has none: whoever asks for such a one would be sent to green, at weight 0 too`,
      remedy,
    }
  return less.length === 0
    ? undefined
    : {
        says: `${its} makes no ${less.join(' and ')} records, which blue has: whoever asks for such a one would stay on blue, at every weight`,
        remedy,
      }
}

const without = (types: readonly string[], others: readonly string[]): string[] =>
  types.filter((type) => !others.includes(type))

/**
 * What would become of names that external-dns of blue weighs, by those that green is known to get. None is known where somebody
 * else brings it: then opening waits for it.
 */
export function dnsRouteFindings(
  routes: readonly Weighed[],
  onGreen: readonly DnsWriter[],
  onBlue: readonly DnsWriter[],
): Finding[] {
  const slow = [...onBlue.map((it) => [it, 'blue'] as const), ...onGreen.map((it) => [it, 'green'] as const)]
    .filter(([it]) => it.everyS > SLOW_S && !it.hears && routes.some((route) => mayWrite(it, route)))
    .map(([{ workload, everyS }, on]) =>
      warning(
        'record-of-external-dns',
        `${nameOf(workload)} on ${on}`,
        `it looks anew every ${Math.round(everyS / 60)} minutes, and each weight waits for that, towards blue too`,
        'give it --interval=1m or --events, until the upgrade is done',
      ),
    )
  const ofRoutes = routes.flatMap((route): Finding[] => {
    const { name } = route
    const fault = ownersFault(onGreen, route) ?? typesFault(onBlue, onGreen, route)
    if (fault === undefined && !onGreen.some((it) => mayWrite(it, { name })))
      return [
        warning(
          'record-of-external-dns',
          name,
          'external-dns makes it, and no wave brings one to green: its route is not opened before one runs there, with an owner id of its own',
          'bring it by a wave, or see that whoever does gives it another --txt-owner-id than blue has',
        ),
      ]
    return fault === undefined
      ? []
      : [
          blocker(
            'record-of-external-dns',
            name,
            `external-dns makes it, and on green ${fault.says}`,
            `${fault.remedy}, on green: by a transform where Norikae brings it`,
          ),
        ]
  })
  return [...ofRoutes, ...slow]
}

/** Of nobody who has not asked for it: the default is a minute. */
const SLOW_S = 300
