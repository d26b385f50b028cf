import { entrancesOf, namesServedBy, servedAlone, type Entrance } from '../domain/entrances.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { backendInWords } from '../domain/http-routes.ts'
import type { Backend, Scope, Side } from '../domain/platform.ts'
import type { Owned } from '../domain/weighted-records.ts'
import { backendsOf, unseenNames, waysByName, waysByRoute, type Way } from '../domain/ways.ts'
import { fewAtATime } from './few-at-a-time.ts'
import { isDenied, isNotFound } from './errors.ts'
import { lookedThrough, type Looking } from './hosted-zones.ts'
import { otherSide, type Proven } from './outside.ts'
import type { KubernetesPort, RecordsPort } from './ports.ts'

export interface Ways {
  /** Names in DNS that lead to what the cluster's own controllers made. */
  readonly names: readonly Way[]
  /** HTTPRoutes on a third cluster. */
  readonly routes: readonly Way[]
  /** What nobody here can see, each with why. */
  readonly unseen: readonly string[]
  /** Whose TXT records say that external-dns keeps records; absent where no zone was read. */
  readonly owned?: Owned
  /** Seconds in which it had better not be asked for again. */
  readonly rests: number
}

type Asked = Pick<Proven, 'ifThere' | 'cluster' | 'records' | 'loadBalancing'>

interface Where {
  /** The cluster of HTTPRoutes, where there is one. */
  readonly gateway?: string | undefined
  /** Before anything moves: the other cluster, which may not be there yet, has nothing of it, and no zone is read twice. */
  readonly ahead?: boolean
  /** The cluster goes as if it had never been: what names it at weight 0 counts, and names that it alone serves do not. */
  readonly givenUp?: boolean
}

/**
 * Which ways beside listener rules still lead requests to one side's cluster. Reads only. Route 53 is asked slowly: throws `notReady` where an attempt gets too long, and the next one goes
 * on where it stopped.
 */
export async function waysTo(
  world: Asked,
  scope: Scope,
  side: Side,
  { gateway, ahead = false, givenUp = false }: Where = {},
): Promise<Ways> {
  const [here, there] = await Promise.all([world.ifThere(side), ahead ? undefined : world.ifThere(otherSide(side))])
  if (!here) return { names: [], routes: [], unseen: [], rests: 0 }
  const other = 'the other cluster'
  const [mine, theirs] = await Promise.all([outsideOf(here), whereSeen(outsideOf(there, other), other)])
  // A load balancer that both name is nobody's who goes.
  const shared = new Set(theirs.found?.entrances.map(({ at }) => at))
  const own = mine.entrances.filter(({ at }) => !shared.has(at))
  const addresses = await whereSeen(addressed(world, own), 'records of addresses that its load balancers keep')
  const entrances = [...own, ...(addresses.found ?? [])]
  const looking = { served: namesServedBy(mine.objects), others: shared, once: ahead }
  const all = await byNames(world.records, entrances, { ...looking, givenUp })
  // Of what is not seen whole nobody knows which names it does not serve.
  const dim = [...theirs.unseen, ...(theirs.found?.unseen ?? [])]
  const its =
    givenUp && theirs.found && dim.length === 0
      ? servedAlone(looking.served, namesServedBy(theirs.found.objects))
      : undefined
  const names = { ...all, ways: all.ways.filter(({ name }) => its?.has(name) !== true) }
  const places = new Set([...entrances.map(({ at }) => at), ...names.ways.map(({ name }) => name)])
  const routes =
    gateway === undefined
      ? { ways: [], unseen: [] }
      : await byRoutes(world, gateway, { cluster: scope[side], other: scope[otherSide(side)], here, places, givenUp })
  return {
    names: names.ways,
    routes: routes.ways,
    unseen: [...mine.unseen, ...(givenUp ? dim : []), ...addresses.unseen, ...names.unseen, ...routes.unseen],
    ...(names.owned && { owned: names.owned }),
    rests: names.rests,
  }
}

interface Outsiders {
  readonly objects: readonly KubernetesObject[]
  readonly entrances: readonly Entrance[]
  readonly unseen: readonly string[]
}

async function outsideOf(cluster: KubernetesPort | undefined, whose?: string): Promise<Outsiders> {
  if (!cluster) return { objects: [], entrances: [], unseen: [] }
  const its = whose === undefined ? 'its Gateways' : `Gateways of ${whose}`
  const gateways = whereSeen(cluster.list('Gateway'), `${its}, which may answer at names of their own`)
  const [services, ingresses, { found, unseen }] = await Promise.all([
    cluster.list('Service'),
    cluster.list('Ingress'),
    gateways,
  ])
  const objects = [...services, ...ingresses, ...(found ?? [])]
  return { objects, entrances: entrancesOf(objects), unseen }
}

/** What the worker may not look at, or is not there any more, is told. */
async function whereSeen<T>(
  asked: Promise<T>,
  what: string,
): Promise<{ readonly found?: T; readonly unseen: readonly string[] }> {
  try {
    return { found: await asked, unseen: [] }
  } catch (error) {
    if (!isDenied(error) && !isNotFound(error)) throw error
    return { unseen: [`${what} (${error.message})`] }
  }
}

/** Addresses that network load balancers among these keep, as records may have them in place of a name. */
async function addressed({ loadBalancing }: Asked, entrances: readonly Entrance[]): Promise<readonly Entrance[]> {
  if (entrances.length === 0) return []
  const of = new Map(entrances.map((it) => [it.at, it.of]))
  const found = await loadBalancing.addressesOf([...of.keys()])
  return found.map(({ host, address }) => ({ at: address, of: of.get(host) ?? host }))
}

interface ByNames {
  readonly ways: readonly Way[]
  readonly unseen: readonly string[]
  readonly owned?: Owned
  readonly rests: number
}

/** Each hosted zone is a request or more of three a second: not asked again within so many seconds each, or this in all. */
const RESTS = { each: 5, least: 30, most: 600 }

async function byNames(
  records: RecordsPort,
  entrances: readonly Entrance[],
  { givenUp, ...looking }: Omit<Looking, 'places'> & { readonly givenUp: boolean },
): Promise<ByNames> {
  if (entrances.length === 0) return { ways: [], unseen: [], rests: 0 }
  const places = new Set(entrances.map(({ at }) => at))
  const denied = 'names in DNS that lead to its load balancers'
  const { found, unseen } = await whereSeen(lookedThrough(records, { ...looking, places }), denied)
  if (!found) return { ways: [], unseen, rests: 0 }
  const { leads, names, owned, unread } = found
  const rests = Math.min(RESTS.most, Math.max(RESTS.least, RESTS.each * names.zones.length))
  const nowhere =
    names.zones.length === 0 ? ['names in DNS that lead to its load balancers: the account has no hosted zone'] : []
  const late = unread === undefined ? [] : [`${denied}: only ${unread} in the time that there is for it`]
  return {
    ways: waysByName(leads, entrances, givenUp),
    unseen: [...nowhere, ...late, ...unseenNames(leads, names)],
    // Where there is no zone nothing was read of whose records are.
    ...(names.zones.length > 0 && { owned }),
    rests,
  }
}

interface Behind {
  readonly cluster: string
  readonly other: string
  readonly here: KubernetesPort
  readonly places: ReadonlySet<string>
  readonly givenUp: boolean
}

const AT_ONCE = 8

async function byRoutes(world: Asked, gateway: string, { cluster, other, here, places, givenUp }: Behind) {
  const what = `HTTPRoutes on ${gateway}`
  const { found: read, unseen } = await whereSeen(objectsBehind(world, gateway, givenUp), what)
  if (!read) return { ways: [], unseen }
  const bindings = await here.list('TargetGroupBinding')
  const targetGroups = new Set(
    bindings.flatMap(({ spec }) => {
      const { targetGroupName: name, targetGroupARN: arn } = spec ?? {}
      return typeof name === 'string' ? [name] : [String(arn).split('/')[1] ?? '']
    }),
  )
  return waysByRoute(read.routes, gateway, { cluster, other, found: read.found, targetGroups, places, givenUp })
}

async function objectsBehind(world: Asked, gateway: string, atAnyWeight: boolean) {
  const home = await world.cluster(gateway)
  const routes = await home.list('HTTPRoute')
  const objects = new Map<string, KubernetesObject>()
  await fewAtATime(backendsOf(routes, atAnyWeight), AT_ONCE, async (backend) => {
    const { kind, namespace, name } = backend
    const object = kind === 'TargetGroupName' ? undefined : await home.find(kind, namespace, name)
    if (object) objects.set(backendInWords(backend), object)
  })
  return { routes, found: (backend: Backend) => objects.get(backendInWords(backend)) }
}
