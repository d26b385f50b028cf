import type { Entrance } from './entrances.ts'
import { few } from './few.ts'
import { warning, type Finding } from './findings.ts'
import { backendInWords, backendsNamed, backendsServed, rulesOf } from './http-routes.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { answered, endsOf, isKeptIn, leadingTo, type Lead } from './leads.ts'
import type { Backend } from './platform.ts'
import { readable } from './readable.ts'
import { clusterOfImport } from './service-imports.ts'
import { hostOf } from './weighted-records.ts'

/**
 * Which ways still lead requests to a cluster that is to go, beside rules of load balancers that stay (`serving.ts`): names
 * in DNS that lead to what its own controllers made, and HTTPRoutes on a third cluster. Whoever declared them, or nobody.
 */
export interface Way {
  /** As people are told of it, and accept it: `grafana.example.com`. */
  readonly name: string
  /** Its source, and where it leads: the name is among it. */
  readonly says: string
}

/** Names of hosted zones that lead to one of these entrances; `atAnyWeight`: also where nobody is answered so now. */
export function waysByName(leads: readonly Lead[], entrances: readonly Entrance[], atAnyWeight = false): Way[] {
  const of = new Map(entrances.map((it) => [it.at, it.of]))
  return leadingTo(atAnyWeight ? leads : answered(leads), new Set(of.keys())).map(
    ({ lead: { name, type, zone }, through }) => {
      const at = through.at(-1) ?? ''
      return {
        name,
        says: `${name} (${type} in hosted zone ${zone}) leads to ${through.join(', and that to ')}, of ${of.get(at) ?? 'it'}`,
      }
    },
  )
}

/** An application, network or classic load balancer: its listener rules say where it leads, and are read. */
const isBalancer = (host: string): boolean => /\.elb\.([a-z0-9-]+\.)?amazonaws\.com(\.cn)?$/.test(host)

export interface Names {
  /** That the cluster serves by what is written on it, with what says so. */
  readonly served: ReadonlyMap<string, string>
  /** Of the account's hosted zones. */
  readonly zones: readonly string[]
  /** Entrances of either cluster. */
  readonly known: ReadonlySet<string>
}

/** Names between that served ones lead on to, whose own records were not among these: they have to be asked for. */
export function unresolved(leads: readonly Lead[], { served, zones, known }: Names): string[] {
  const ends = new Set([...served.keys()].flatMap(endsOf(leads)))
  return [...ends].filter((end) => !known.has(end) && isKeptIn(end, zones))
}

/** Of the names that a cluster serves those of which nobody here can know where requests by them end, and why. */
export function unseenNames(leads: readonly Lead[], { served, zones, known }: Names): string[] {
  const ends = endsOf(leads)
  return [...served].flatMap(([name, by]) => {
    if (!isKeptIn(name, zones)) return [`${name} of ${by}: no hosted zone of the account has it`]
    const third = ends(name).filter((end) => !known.has(end) && !isBalancer(end) && !isKeptIn(end, zones))
    return third.length === 0 ? [] : [`${name} of ${by}: it leads to ${few(third)}, and from there on nobody can look`]
  })
}

/** What the cluster of HTTPRoutes has of their backends, and what there is on the cluster that is to go. */
export interface Behind {
  /** The cluster that is to go, and the one that stays. */
  readonly cluster: string
  readonly other: string
  /** A backend as an object; undefined: it is not there, or is none. */
  readonly found: (backend: Backend) => KubernetesObject | undefined
  /** Names of target groups that this cluster binds. */
  readonly targetGroups: ReadonlySet<string>
  /** What leads to it in DNS, itself among it. */
  readonly places: ReadonlySet<string>
  /** It is to be named nowhere, at weight 0 neither. */
  readonly givenUp?: boolean
}

/** Is this backend the cluster that is to go? Undefined: nobody here can know. */
function isBehind(backend: Backend, { cluster, other, found, targetGroups, places }: Behind): boolean | undefined {
  const { kind, name } = backend
  if (kind === 'TargetGroupName') return targetGroups.has(name)
  const object = found(backend)
  if (kind === 'ServiceImport') {
    const from = object && clusterOfImport(object)
    if (!object || from !== undefined) return from === cluster
    if (isNamedAfter(name, cluster, other)) return true
    return isNamedAfter(name, other, cluster) ? false : undefined
  }
  const external = object?.spec?.['type'] === 'ExternalName' ? object.spec['externalName'] : undefined
  return typeof external === 'string' ? places.has(hostOf(external)) : isNamedAfter(name, cluster, other)
}

/** Has a name that of a cluster as a part of it, and not only because that of the other one begins so? */
export const isNamedAfter = (name: string, cluster: string, other: string): boolean =>
  hasPart(name, cluster) && !(other.includes(cluster) && hasPart(name, other))

const hasPart = (name: string, part: string): boolean =>
  new RegExp(String.raw`(^|[^A-Za-z0-9])${part}($|[^A-Za-z0-9])`).test(name)

export const httpRouteName = (
  { namespace = '', name }: { readonly namespace?: string; readonly name: string },
  home: string,
): string => `HTTPRoute ${namespace}/${name} on ${home}`

/** HTTPRoutes of `home` whose rules send requests to the cluster, and those of which nobody here can know. */
export function waysByRoute(
  routes: readonly KubernetesObject[],
  home: string,
  behind: Behind,
): { readonly ways: Way[]; readonly unseen: string[] } {
  const read = routes.map((route) => {
    const { namespace = '' } = route.metadata
    const judged = backendsIn(route, namespace, behind.givenUp).map((it) => ({ it, is: isBehind(it, behind) }))
    const of = (is: boolean | undefined) =>
      few([...new Set(judged.filter((j) => j.is === is).map((j) => backendInWords(j.it)))])
    return { name: httpRouteName(route.metadata, home), leads: of(true), unsure: of(undefined) }
  })
  return {
    ways: read.flatMap(({ name, leads }) =>
      leads === ''
        ? []
        : [{ name, says: `${name} ${behind.givenUp ? 'has as a backend' : 'gives a weight to'} ${leads}` }],
    ),
    unseen: read.flatMap(({ name, leads, unsure }) =>
      leads !== '' || unsure === '' ? [] : [`${name}: ${unsure} may stand for any cluster that exports this name`],
    ),
  }
}

const backendsIn = (route: KubernetesObject, home: string, atAnyWeight = false): Backend[] =>
  (atAnyWeight ? backendsNamed : backendsServed)(rulesOf(route), home)

/** Backends that such routes name, to be asked for; each once. */
export const backendsOf = (routes: readonly KubernetesObject[], atAnyWeight = false): readonly Backend[] => [
  ...new Map(
    routes
      .flatMap((route) => backendsIn(route, route.metadata.namespace ?? '', atAnyWeight))
      .map((it) => [backendInWords(it), it] as const),
  ).values(),
]

export const waysInWords = (ways: readonly Way[]): string =>
  readable(
    ways.map(({ says }) => says),
    (n) => `and ${n} more`,
  )

/** What preflight says of names and HTTPRoutes that no app of the platform file moves, while there is time. */
export function undeclaredWays(blue: string, ways: readonly Way[], declared: ReadonlySet<string>): Finding[] {
  const left = ways.filter(({ name }) => !declared.has(name))
  return left.length === 0
    ? []
    : [
        warning(
          'ways-undeclared',
          blue,
          `these lead to it, and no app moves them: ${waysInWords(left)}`,
          'list those of an app under its records or httpRoutes; whoever keeps the others has them lead to green once it serves, or blue is not removed',
        ),
      ]
}

/** Those that nobody has accepted. */
export const waysLeft = (ways: readonly Way[], accepted: readonly string[]): readonly Way[] =>
  ways.filter(({ name }) => !accepted.includes(name))

/** What people can answer once these were waited for. */
export const waysOnWithNames = (cluster: string): string =>
  `retry: wait on for as long again. skip, with ${cluster} typed: these names may end with it, and whatever else leads to it is waited for still`

export const acceptedWays = (cluster: string, ways: readonly Way[]): Finding =>
  warning(
    'ways-accepted',
    cluster,
    `people accepted that these names lead nowhere once it is gone: ${few(ways.map(({ name }) => name))}`,
    'have them lead elsewhere, or delete their records, or whoever comes by them is refused',
  )

/** `unseen`: each with why. */
export const unknownWays = (
  cluster: string,
  unseen: readonly string[],
  remedy = 'have whoever keeps them look that none ends at it, before its removal is approved',
): Finding =>
  warning(
    'ways-unknown',
    cluster,
    `nobody here can see whether these lead to it: ${readable(unseen, (n) => `and ${n} more`)}`,
    remedy,
  )
