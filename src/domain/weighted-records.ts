import type { Side, Weight } from './platform.ts'
import type { RouteRead } from './route-shares.ts'

/**
 * A name of Route 53 that is served by two load balancers: its simple records become weighted ones, a blue and a green of
 * each type, and simple ones again. Every change of it is one batch, which Route 53 makes as a whole or not at all, and no
 * batch leaves weights whose sum is zero: then both sides would get the same share.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-weighted.html
 */

/** A resource record set. Whatever its name's letters, the name is in lower case, without a dot at its end. */
export interface RecordSet {
  readonly name: string
  /** `A`, `AAAA`, `CNAME`, `TXT`… */
  readonly type: string
  readonly setIdentifier?: string
  /** 0 to 255, relative to the others of its name and type. */
  readonly weight?: number
  /** Seconds; an alias has none. */
  readonly ttl?: number
  readonly values?: readonly string[]
  readonly alias?: Alias
  readonly healthCheck?: string
  /** A routing policy that is neither simple nor weighted, in the API's own word. */
  readonly policy?: string
}

interface Alias {
  /** The hosted zone of the load balancer, not of the record. */
  readonly zone: string
  readonly name: string
  readonly evaluatesHealth: boolean
}

export interface RecordChange {
  readonly action: 'CREATE' | 'DELETE' | 'UPSERT'
  readonly record: RecordSet
}

/** Where a load balancer answers. */
export interface BalancerHost {
  readonly name: string
  /** Its hosted zone, for aliases. */
  readonly zone: string
}

type Host = Pick<BalancerHost, 'name'>

/** Types of records that lead clients to a load balancer by its name. */
const MOVED: ReadonlySet<string> = new Set(['A', 'AAAA', 'CNAME'])

export const isMoved = ({ type }: RecordSet): boolean => MOVED.has(type)

/** As short as clients can be held to; also what Route 53 tells of an alias of a load balancer, which cannot be chosen. */
const SHORT_TTL = 60

const ttlWhileMoving = (ttl: number): number => Math.min(ttl, SHORT_TTL)

/**
 * What of a weighted record is Norikae's: `norikae blue <run> ttl=300`. Records have no tags, so what is to be given back is
 * kept here too; a set identifier has room for 128 characters.
 */
interface Mark {
  readonly side: Side
  readonly run: string
  readonly ttl?: number
  /** An alias that was simple asked for the health of its targets. */
  readonly health?: true
}

const identifierOf = ({ side, run, ttl, health }: Mark): string =>
  ['norikae', side, run, ...(ttl === undefined ? [] : [`ttl=${ttl}`]), ...(health ? ['health=true'] : [])].join(' ')

export function markOf({ setIdentifier = '' }: RecordSet): Mark | undefined {
  const [, side, run, ttl, health] =
    /^norikae (blue|green) (\S+)(?: ttl=(\d+))?( health=true)?$/.exec(setIdentifier) ?? []
  if ((side !== 'blue' && side !== 'green') || run === undefined) return undefined
  return { side, run, ...(ttl !== undefined && { ttl: Number(ttl) }), ...(health !== undefined && { health: true }) }
}

/** A type of the name with Norikae's two records, and no other. */
interface Pair {
  readonly blue: RecordSet
  readonly green: RecordSet
}

/** Of each type; undefined where one of them is no such pair. */
function pairsOf(sets: readonly RecordSet[]): readonly Pair[] | undefined {
  const pairs = [...Map.groupBy(sets, (s) => s.type).values()].map((of): Pair | undefined => {
    const on = (side: Side) => of.filter((s) => markOf(s)?.side === side && s.weight !== undefined)
    const [[blue], [green]] = [on('blue'), on('green')]
    const same = blue && green && markOf(blue)?.run === markOf(green)?.run
    return of.length === 2 && same ? { blue, green } : undefined
  })
  return pairs.every((p) => p !== undefined) && pairs.length > 0 ? pairs : undefined
}

/** One record, chosen by nothing. */
export const isSimple = ({ setIdentifier, policy, healthCheck }: RecordSet): boolean =>
  setIdentifier === undefined && policy === undefined && healthCheck === undefined

/** What is known of the records of a name, all types alike. */
interface RecordsRead extends RouteRead {
  /** Who is in them: both where they are weighted, and where nobody knows. */
  readonly sides: readonly Side[]
  /** What they do instead where their share is `elsewhere`, where that is not that they serve others too. */
  readonly odd?: string
}

/** Of the records of a name that lead to a load balancer (`isMoved`); there is at least one. `hosts`: those that are known. */
export function recordsRead(
  sets: readonly RecordSet[],
  run: string,
  { blue, green }: { readonly [S in Side]?: Host | undefined } = {},
): RecordsRead {
  if (sets.every(isSimple)) {
    if (allLeadTo(sets, green)) return { share: 100, ours: false, sides: ['green'] }
    if (allLeadTo(sets, blue)) return { share: 'closed', ours: false, sides: ['blue'] }
    const odd = `leads to ${[...new Set(sets.flatMap(targetsOf))].join(' and ')}`
    return { share: 'elsewhere', ours: false, sides: ['blue', 'green'], odd }
  }
  const shares = new Set(pairsOf(sets)?.map(shareOf))
  const [share = 'elsewhere'] = shares
  const ours = sets.some((s) => markOf(s)?.run === run)
  return { share: shares.size === 1 ? share : 'elsewhere', ours, sides: ['blue', 'green'] }
}

/** Does every type lead to this load balancer, where there is one? */
export const allLeadTo = (sets: readonly RecordSet[], host: Host | undefined): boolean =>
  host !== undefined && sets.every((s) => targetsOf(s).some((t) => sameHost(t, host.name)))

const targetsOf = ({ alias, values = [] }: RecordSet): readonly string[] => (alias ? [alias.name] : values)

function shareOf({ blue: { weight: blue = 0 }, green: { weight: green = 0 } }: Pair): Weight | 'elsewhere' {
  return blue + green === 0 ? 'elsewhere' : Math.round((green * 100) / (blue + green))
}

/**
 * Simple records become weighted ones in one batch, green's at weight 0. None of them asks for the health of its targets:
 * where all that have a weight are unhealthy, Route 53 answers with those that have none, so green would have all of it.
 */
export const entering = (sets: readonly RecordSet[], green: BalancerHost, run: string): RecordChange[] =>
  sets.flatMap((simple): RecordChange[] => {
    const { ttl, alias } = simple
    const health = alias?.evaluatesHealth === true
    const marked = (side: Side, weight: number): RecordSet => ({
      ...simple,
      ...(ttl !== undefined && { ttl: ttlWhileMoving(ttl) }),
      ...(alias && { alias: { ...alias, evaluatesHealth: false } }),
      setIdentifier: identifierOf({ side, run, ...(ttl !== undefined && { ttl }), ...(health && { health }) }),
      weight,
    })
    return [
      { action: 'DELETE', record: simple },
      { action: 'CREATE', record: marked('blue', 100) },
      { action: 'CREATE', record: pointing(marked('green', 0), green) },
    ]
  })

const pointing = (record: RecordSet, { name, zone }: BalancerHost): RecordSet =>
  record.alias ? { ...record, alias: { ...record.alias, name, zone } } : { ...record, values: [name] }

/** Green at `to` per cent, everything else as it was read. Empty where the records are not a blue and a green of each type. */
export const weighted = (sets: readonly RecordSet[], to: Weight): RecordChange[] =>
  (pairsOf(sets) ?? []).flatMap(({ blue, green }): RecordChange[] => [
    { action: 'UPSERT', record: { ...blue, weight: 100 - to } },
    { action: 'UPSERT', record: { ...green, weight: to } },
  ])

/** Simple records again, of this side, with the TTL that they had; an alias asks for health again if it did. */
export const leavingOnly = (sets: readonly RecordSet[], side: Side): RecordChange[] =>
  (pairsOf(sets) ?? []).flatMap(({ blue, green }): RecordChange[] => {
    const keep = side === 'blue' ? blue : green
    const { setIdentifier: _, weight: __, ...simple } = keep
    const mark = markOf(keep)
    const ttl = mark?.ttl ?? simple.ttl
    const { alias } = simple
    return [
      { action: 'DELETE', record: blue },
      { action: 'DELETE', record: green },
      {
        action: 'CREATE',
        record: {
          ...simple,
          ...(ttl !== undefined && { ttl }),
          ...(alias && { alias: { ...alias, evaluatesHealth: alias.evaluatesHealth || mark?.health === true } }),
        },
      },
    ]
  })

/**
 * For so many seconds clients may go by what was told before: twice the TTL, because what they ask keeps answers too. `ahead`:
 * what was told before Norikae lowered it.
 */
export const followedWithin = (sets: readonly RecordSet[], { ahead }: { readonly ahead: boolean }): number =>
  2 * Math.max(0, ...sets.map((s) => (ahead ? markOf(s)?.ttl : undefined) ?? s.ttl ?? SHORT_TTL))

/** Why these records of a name cannot be moved, each with the code of its finding. */
export function unmovable(sets: readonly RecordSet[], blue: BalancerHost): readonly Unmovable[] {
  return sets.flatMap((set): Unmovable[] => {
    const { type, policy, healthCheck, alias, setIdentifier, weight } = set
    if (policy !== undefined) return [{ why: 'policy', says: `its ${type} record is chosen by ${policy}` }]
    if (setIdentifier !== undefined)
      return markOf(set)
        ? []
        : [
            {
              why: 'policy',
              says: `its ${type} record ${setIdentifier} has a weight (${weight ?? 0}) that others gave it`,
            },
          ]
    if (healthCheck !== undefined)
      return [{ why: 'health', says: `its ${type} record is bound to the health check ${healthCheck}` }]
    const targets = targetsOf(set)
    if (!alias && type !== 'CNAME')
      return [
        {
          why: 'addresses',
          says: `its ${type} record has addresses (${targets.join(', ')}), and no name of a load balancer`,
        },
      ]
    return targets.length === 1 && targets.every((t) => sameHost(t, blue.name))
      ? []
      : [
          {
            why: 'elsewhere',
            says: `its ${type} record leads to ${targets.join(', ')}, and blue's load balancer is ${blue.name}`,
          },
        ]
  })
}

interface Unmovable {
  readonly why: 'policy' | 'health' | 'addresses' | 'elsewhere'
  readonly says: string
}

/** The name of a load balancer, as an alias tells it: Route 53's console puts `dualstack.` before it. */
export const sameHost = (a: string, b: string): boolean => hostOf(a) === hostOf(b)

export const hostOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^dualstack\./, '')

/**
 * Where external-dns would keep whose a record is: beside it, under its own name or with the type before it.
 * https://kubernetes-sigs.github.io/external-dns/latest/docs/registry/txt/
 */
export const ownerNames = (name: string): string[] => [name, ...['a', 'aaaa', 'cname'].map((type) => `${type}-${name}`)]

/** Names of TXT records by the owner that external-dns has written into each. */
export type Owned = Readonly<Record<string, readonly string[]>>

/** So many names of an owner are kept: they are examples. */
const EXAMPLES = 20

/** These and those, for who reads a zone page by page. */
export function ownedBy(before: Owned, sets: readonly RecordSet[]): Owned {
  const found: Record<string, readonly string[]> = { ...before }
  for (const set of sets) {
    const owner = ownerIn([set])
    if (owner !== undefined) found[owner] = [...(found[owner] ?? []), set.name].slice(0, EXAMPLES)
  }
  return found
}

/** `chat-1-35`, by `"heritage=external-dns,external-dns/owner=chat-1-35,…"`. */
export function ownerIn(sets: readonly RecordSet[]): string | undefined {
  const texts = sets.flatMap((s) => (s.type === 'TXT' ? (s.values ?? []) : []))
  const heritage = texts.find((t) => t.includes('heritage=external-dns'))
  return heritage === undefined ? undefined : (/external-dns\/owner=([^",]+)/.exec(heritage)?.[1] ?? 'somebody')
}
