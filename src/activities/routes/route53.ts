import type { Duration } from '../../domain/duration.ts'
import { hostnameOf } from '../../domain/load-balancers.ts'
import type { RecordRoute, Side, Weight } from '../../domain/platform.ts'
import { servesOf } from '../../domain/target-groups.ts'
import {
  allLeadTo,
  entering,
  followedWithin,
  isMoved,
  isSimple,
  leavingOnly,
  markOf,
  ownerIn,
  ownerNames,
  recordsRead,
  unmovable,
  weighted,
  type RecordChange,
  type RecordSet,
} from '../../domain/weighted-records.ts'
import { writesRecords } from '../../domain/writers.ts'
import { contested, notFound } from '../errors.ts'
import type { Proven } from '../outside.ts'
import type { Balancer, KubernetesPort } from '../ports.ts'
import { budgets, notedAside, notYet, noteAside } from '../waiting.ts'
import type { Reading, RouteCall, RouteDriver } from './driver.ts'
import { byTrail } from './trail.ts'

/** What attempts of a step note of the change that they wrote last: which, to what, and when it was everywhere. */
interface Noted {
  readonly id: string
  readonly to: string
  readonly everywhereAtMs?: number
}
const CHANGE = 'route53-change'

/** Where CloudTrail tells of Route 53. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/logging-using-cloudtrail.html */
const GLOBAL_REGION = 'us-east-1'

/** Beside the time that clients take: changes are everywhere within a minute, mostly. */
const SPREADS_WITHIN_S = 900

/**
 * The records of a name in a hosted zone: each side has a load balancer of its own, made by its own controller for the same
 * Service or Ingress. Simple records become weighted ones when the route is opened, and simple ones when it is settled.
 */
export function recordRoute(world: Proven, route: RecordRoute, { run }: RouteCall): RouteDriver {
  const { records, loadBalancing } = world
  const owner = `${route.target} of ${route.namespace}`

  /** Asked for once between two changes: Route 53 is asked slowly. */
  let known: Promise<readonly RecordSet[]> | undefined
  const setsOf = () => (known ??= setsOfName())
  async function setsOfName(): Promise<readonly RecordSet[]> {
    const sets = (await records.named(route.zone, route.name)).filter(isMoved)
    if (sets.length > 0) return sets
    throw notFound(`hosted zone ${route.zone} has no A, AAAA or CNAME record ${route.name}: put it back, then retry`)
  }

  const host = (side: Side) => hostOf(world, route, side)
  const balancer = (side: Side) => balancerOf(world, route, side)

  /** Preflight has looked; that may be days ago. */
  async function proveMovable(sets: readonly RecordSet[]): Promise<void> {
    const beside = await Promise.all(ownerNames(route.name).map((name) => records.named(route.zone, name)))
    const by = ownerIn(beside.flat())
    if (by !== undefined)
      throw contested(
        `the records of ${route.name} are external-dns's (owner ${by}), which would write over their weights. Take them out of it, then retry`,
      )
    const blue = await balancer('blue')
    if (!blue) throw notFound(`${owner} has no load balancer on blue any more`)
    const [wrong] = unmovable(sets, blue)
    if (wrong) throw contested(`route ${route.name} cannot be opened: ${wrong.says}. Mend that, then retry`)
  }

  async function change(changes: readonly RecordChange[], to: string): Promise<void> {
    if (changes.length === 0)
      throw contested(`the records of ${route.name} are not Norikae's any more: agree who owns them, then retry`)
    known = undefined
    const id = await records.change(route.zone, changes, `norikae ${run}: ${to}`)
    noteAside(CHANGE, { id, to } satisfies Noted)
  }

  return {
    words: {
      place: `the records of ${route.name}`,
      green: `the load balancer of ${owner}`,
      targets: `targets of the load balancer of ${owner}`,
      trail: `CloudTrail tells who: aws cloudtrail lookup-events --region us-east-1 --lookup-attributes AttributeKey=EventName,AttributeValue=ChangeResourceRecordSets`,
      others: 'other records',
    },

    async prepare() {
      const sets = await setsOf()
      const theirs = sets.map((s) => markOf(s)?.run).find((it) => it !== undefined && it !== run)
      if (theirs !== undefined)
        throw contested(
          `the records of ${route.name} were made by run ${theirs}, and not by this one. Make simple ones of them, then retry`,
        )
      if (sets.every(isSimple)) await proveMovable(sets)
      if (!(await balancer('green'))) throw notYet(`${owner} has no load balancer on green yet`, budgets.targets)
    },

    async prove(side) {
      // What blue serves by is in its own record: traffic goes back to it without an answer of its cluster.
      if (side === 'green' && !(await balancer('green'))) throw notFound(`${owner} has no load balancer on green`)
    },

    async read(): Promise<Reading> {
      const sets = await setsOf()
      const simple = sets.every(isSimple)
      const green = simple ? await balancer('green') : undefined
      // Whatever the state of that load balancer is: they lead to it.
      const name = simple && !allLeadTo(sets, green) ? await host('blue') : undefined
      const { sides, ...read } = recordsRead(sets, run, { green, blue: name === undefined ? undefined : { name } })
      return {
        ...read,
        has: (side) => sides.includes(side),
        async write(to) {
          const enters = sets.every(isSimple)
          const at = enters ? await balancer('green') : undefined
          if (enters && !at) throw notFound(`${owner} has no load balancer on green`)
          await change(at ? entering(sets, at, run) : weighted(sets, to), words(to))
        },
        leaveOnly: (side) => change(leavingOnly(sets, side), words(side)),
      }
    },

    async inForce({ share, has, write }, after, sinceMs) {
      const isWeighted = has('blue') && has('green')
      const to = words(isWeighted && typeof share === 'number' ? share : has('green') ? 'green' : 'blue')
      const noted = notedAside(CHANGE) as Noted | undefined // only this driver notes under that name
      if (noted?.to !== to) {
        // Whoever wrote simple records before this step has waited for them.
        if (!isWeighted || typeof share !== 'number') return
        // The same once more: only a change that is known can be asked about.
        await write(share)
        throw notYet(
          `route ${route.name} was told ${to} once more, to learn when all servers have it`,
          budgets.weight,
          undefined,
          sinceMs,
        )
      }
      const sets = await setsOf()
      const follows = after === 'settling' ? 0 : followedWithin(sets, { ahead: after === 'opening' })
      const budget: Duration = `${follows + SPREADS_WITHIN_S}s`
      if (noted.everywhereAtMs === undefined) {
        if (!(await records.isInSync(noted.id)))
          throw notYet(
            `${to} of route ${route.name} is on its way to all servers of Route 53 (${noted.id})`,
            budget,
            undefined,
            sinceMs,
          )
        noteAside(CHANGE, { ...noted, everywhereAtMs: Date.now() } satisfies Noted)
      }
      const left = follows - (Date.now() - (noted.everywhereAtMs ?? Date.now())) / 1000
      if (left > 0)
        throw notYet(
          `clients may go by the records of ${route.name} before this for ${Math.ceil(left)}s more`,
          budget,
          undefined,
          sinceMs,
        )
    },

    // Whoever owned them by external-dns was refused before.
    writer: () => byTrail(world, GLOBAL_REGION, 'ChangeResourceRecordSets', writesRecords(route.zone, route.name)),

    async health(side) {
      const found = await balancer(side)
      if (!found) return { healthy: 0, expected: 0 }
      return servesOf(await loadBalancing.healthBehind(found.arn))
    },

    // The load balancer of the side that is left goes with its Service or Ingress.
    clear: (on) => Promise.resolve(`only ${on} is served`),
  }
}

async function hostOf(world: Pick<Proven, 'ifThere'>, route: RecordRoute, side: Side): Promise<string | undefined> {
  const cluster = await world.ifThere(side)
  return cluster && hostOn(cluster, route)
}

/** What serves this side; undefined where there is none that is active. */
export async function balancerOf(
  world: Pick<Proven, 'ifThere' | 'loadBalancing'>,
  route: RecordRoute,
  side: Side,
): Promise<Balancer | undefined> {
  const name = await hostOf(world, route, side)
  return name === undefined ? undefined : world.loadBalancing.findBalancer(name)
}

const words = (to: Weight | Side): string => (typeof to === 'number' ? `${to} %` : `${to} only`)

async function hostOn(cluster: KubernetesPort, { namespace, target }: RecordRoute): Promise<string | undefined> {
  const [kind, name] = target.split('/')
  const all = await cluster.list(kind === 'Ingress' ? 'Ingress' : 'Service', { namespace })
  const found = all.find((o) => o.metadata.name === name)
  return found && hostnameOf(found)
}
