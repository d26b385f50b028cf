import type { Duration } from './duration.ts'
import { few } from './few.ts'
import { warning, type Finding } from './findings.ts'

/**
 * Whether anybody still uses a side that traffic was moved away from: by what its pods count, what load balancers count, and
 * what a query tells of open connections. Each is a count by itself; none makes up for another.
 */

/** As the platform file has it. */
export interface QuietFile {
  readonly for: Duration
  /** How many requests may still come within that time, by each who counts them. */
  readonly requests: number
  /** How many connections may still be open. */
  readonly connections: number
  /** PromQL: requests within the window by who makes them; each series is one, named by its labels. */
  readonly callers?: string
  /** PromQL: connections that are open, likewise. */
  readonly open?: string
  /** Who may go on, by name. */
  readonly accept: readonly string[]
}

/** What an app says in place of the platform's; whom it accepts, it accepts beside. */
export type QuietOfApp = Partial<Pick<QuietFile, 'requests' | 'connections' | 'accept'>>

/** What may be left, of one environment. */
export type QuietRule = Pick<QuietFile, 'for' | 'requests' | 'connections' | 'accept'>

export interface Counted {
  readonly name: string
  readonly count: number
}

/** One who counts, and what was counted: of whom. */
export interface Count {
  readonly of: 'requests' | 'connections'
  /** As in “12 of batch (its pods)”. */
  readonly by: string
  /** The route that it counts of alone; absent: it counts all. */
  readonly route?: string
  /** Null: it tells nothing, which is not zero. */
  readonly counted: readonly Counted[] | null
  /** Why not, where it is known. */
  readonly why?: string
  /** It names some of those whom the pods count, and does not tell whether there are more. */
  readonly some?: true
  /** The platform file has a query for it: nobody else makes up for its silence. */
  readonly declared?: true
}

/** Whom an answer accepts where nobody counts: of each by itself, as who accepted one was not told of the other. */
export const NOBODY_TELLS = {
  requests: 'nobody-tells',
  connections: 'nobody-tells-open',
} as const satisfies Readonly<Record<Count['of'], string>>

/** What nobody tells, and of each who might have, why not. */
export interface Untold extends Pick<Count, 'of'> {
  readonly why: string
}

/** What the pods count, of whom no query names who calls. */
export const PODS = 'pods'

export interface Caller extends Counted, Pick<Count, 'of' | 'by'> {}

export type Quietness =
  /** `untold`: what was accepted not to know. */
  | {
      readonly is: 'quiet'
      readonly note: string
      readonly accepted: readonly Caller[]
      readonly untold: readonly Untold[]
    }
  /** `left`: who is more than may be left. */
  | { readonly is: 'called'; readonly left: readonly Caller[] }
  | { readonly is: 'untold'; readonly untold: readonly Untold[] }

/**
 * A count of which more is left than may be is nobody's who was accepted. Requests have to be counted of each route, by the
 * pods or by its load balancer: a query that names some callers does not know of the others. Connections count where somebody
 * tells of them; where the platform file has a query for them, that one has to, or their budget would be of nothing.
 * @param routes names of the environment's routes
 */
export function quietness(counts: readonly Count[], rule: QuietRule, routes: readonly string[]): Quietness {
  const judged = counts.map((count) => split(unnamed(count, counts), rule))
  const left = judged.flatMap((it) => it.left)
  if (left.length > 0) return { is: 'called', left: most(left) }
  const accepted = most(judged.flatMap((it) => it.accepted))
  const untold = [...requestsUntold(counts, routes), ...connectionsUntold(counts)]
  const missed = untold.filter(({ of }) => !rule.accept.includes(NOBODY_TELLS[of]))
  if (missed.length > 0) return { is: 'untold', untold: missed }
  return { is: 'quiet', note: noteOf(counts, rule, accepted, untold), accepted, untold }
}

function noteOf(
  counts: readonly Count[],
  rule: QuietRule,
  accepted: readonly Caller[],
  untold: readonly Untold[],
): string {
  const told = counts.flatMap(({ counted, of, by }) => (counted && of === 'requests' ? [by] : []))
  const open = counts.flatMap(({ counted, of }) => (counted && of === 'connections' ? [sum(counted)] : []))
  return [
    told.length === 0
      ? 'nobody tells how many requests, as was accepted'
      : `${Math.ceil(Math.max(0, ...counts.flatMap(({ of, counted }) => (of === 'requests' && counted ? [sum(counted)] : []))))} requests in ${rule.for} (${few(told)})`,
    open.length === 0
      ? 'nobody tells of open connections'
      : `${Math.ceil(open.reduce((total, count) => total + count, 0))} connections open`,
    ...(untold.some(({ of }) => of === 'connections') ? ['quiet.open tells nothing, as was accepted'] : []),
    ...(accepted.length > 0 ? [`accepted: ${few(accepted.map(({ name }) => name))}`] : []),
  ].join('; ')
}

/** Whoever is named is judged by name; the others are not accepted with them. */
function unnamed(count: Count, counts: readonly Count[]): Count {
  if (count.of !== 'requests' || count.route !== undefined || count.some || !count.counted) return count
  const named = sum(counts.flatMap(({ some, counted }) => (some && counted ? counted : [])))
  return { ...count, counted: count.counted.map((it) => ({ ...it, count: it.count - named })) }
}

function split(count: Count, { requests, connections, accept }: QuietRule) {
  const all = (count.counted ?? []).flatMap((it): Caller[] =>
    it.count > 0 ? [{ ...it, of: count.of, by: count.by }] : [],
  )
  const others = all.filter(({ name }) => !accept.includes(name))
  const allowed = count.of === 'requests' ? requests : connections
  return {
    accepted: all.filter(({ name }) => accept.includes(name)),
    left: Math.ceil(sum(others)) > allowed ? others : [],
  }
}

const tellsRequestsOf = ({ of, route, counted, some }: Count, name: string): boolean =>
  of === 'requests' && !some && counted !== null && (route === undefined || route === name)

function requestsUntold(counts: readonly Count[], routes: readonly string[]): readonly Untold[] {
  const untold = routes.filter((route) => !counts.some((it) => tellsRequestsOf(it, route)))
  if (untold.length === 0) return []
  const asked = counts.filter(
    ({ of, route, some }) => of === 'requests' && !some && (route === undefined || untold.includes(route)),
  )
  return [{ of: 'requests', why: whyUntold(asked) }]
}

function connectionsUntold(counts: readonly Count[]): readonly Untold[] {
  const silent = counts.filter(({ of, declared, counted }) => of === 'connections' && declared && counted === null)
  return silent.length === 0 ? [] : [{ of: 'connections', why: whyUntold(silent) }]
}

const whyUntold = (asked: readonly Count[]): string =>
  few([...new Set(asked.map(({ by, why }) => `${by}: ${why ?? 'no data'}`))])

const sum = (all: readonly Pick<Counted, 'count'>[]): number => all.reduce((total, { count }) => total + count, 0)

/** Whoever is most comes first. */
const most = (callers: readonly Caller[]): readonly Caller[] => callers.toSorted((a, b) => b.count - a.count)

const inWords = ({ name, count, of, by }: Caller): string =>
  `${name} (${Math.ceil(count)} ${Math.ceil(count) === 1 ? of.slice(0, -1) : of} by ${by})`

const IN_FULL = 4

/** Nobody is left out: an answer is about whoever is named. */
export const callersInWords = (callers: readonly Caller[]): string =>
  [...callers.slice(0, IN_FULL).map(inWords), ...new Set(callers.slice(IN_FULL).map(({ name }) => name))].join(', ')

const UNTOLD_IN_WORDS = {
  requests: (app: string, cluster: string) => `nobody tells how many requests ${app} serves on ${cluster}`,
  connections: (app: string, cluster: string) => `nobody tells how many connections ${app} has open on ${cluster}`,
} as const satisfies Readonly<Record<Count['of'], unknown>>

export const untoldInWords = (untold: readonly Untold[], app: string, cluster: string): string =>
  untold.map(({ of, why }) => `${UNTOLD_IN_WORDS[of](app, cluster)} (${why})`).join('; ')

const SOURCE_OF = { requests: 'health.requests', connections: 'quiet.open' } as const

/** How people find out who is behind a name that is no client's. */
const WHO_THEY_ARE =
  'Who is behind a load balancer or pods is in their access logs; quiet.callers names them by a query'

/** What people can do and answer, once they were waited for. */
export function waysOnWithTraffic(app: string, is: Exclude<Quietness, { is: 'quiet' }>): string {
  const forGood = `for good: apps.${app}.quiet.accept`
  const retry = 'retry: wait on for as long again'
  if (is.is === 'called')
    return `${WHO_THEY_ARE}. ${retry}. skip: these may lose it, and whoever else calls is waited for still; ${forGood}`
  const sources = is.untold.map(({ of }) => SOURCE_OF[of]).join(' and ')
  const names = is.untold.map(({ of }) => NOBODY_TELLS[of]).join(', ')
  return `See that Prometheus answers, and has what ${sources} asks for on this cluster. ${retry}. skip: go on without knowing; ${forGood}: [${names}]`
}

/** On the ConfigMap `norikae-where`, by an environment's first namespace: lists in JSON, as of callers of an API server. */
export const trafficAnnotations = (namespace: string) => ({
  accepted: `traffic-accepted.norikae.io/${namespace}`,
  told: `traffic-told.norikae.io/${namespace}`,
})

export const acceptedTraffic = (about: string, accepted: readonly Caller[]): Finding =>
  warning(
    'traffic-accepted',
    about,
    `these still use it, and were accepted to lose it: ${callersInWords(accepted)}`,
    'have them use green: what they are served by goes with its cluster',
  )

const UNTOLD_FINDING = {
  requests: 'how many requests it serves',
  connections: 'how many connections are open',
} as const

export const untoldTraffic = (about: string, { of, why }: Untold): Finding =>
  warning(
    'traffic-untold',
    about,
    `that nobody tells ${UNTOLD_FINDING[of]} was accepted: ${why}`,
    'see yourself that nobody uses it before its cluster goes',
  )
