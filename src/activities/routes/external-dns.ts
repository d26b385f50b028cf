import { DNS_WEIGHT } from '../../domain/annotations.ts'
import { leftAtZero, loneOf, notAsTold, othersServe, serves, weightIn } from '../../domain/dns-records.ts'
import {
  dnsShare,
  onItsWay,
  publishes,
  toldBy,
  untoldSince,
  weightKey,
  writingOnly,
  writingShare,
} from '../../domain/dns-weights.ts'
import type { Annotations, Both } from '../../domain/dns-weights.ts'
import { milliseconds, type Duration } from '../../domain/duration.ts'
import { mayWrite } from '../../domain/external-dns.ts'
import type { KubernetesObject } from '../../domain/kubernetes-objects.ts'
import { writerOf } from '../../domain/managers.ts'
import type { DnsRoute, Side } from '../../domain/platform.ts'
import { followedWithin, isMoved, type RecordSet } from '../../domain/weighted-records.ts'
import { contested, isFailure, notFound } from '../errors.ts'
import { otherSide, type Proven } from '../outside.ts'
import { budgets, notedAside, notYet, noteAside } from '../waiting.ts'
import { dnsProofs } from './dns-proofs.ts'
import type { RouteCall, RouteDriver } from './driver.ts'
import { ownBalancers } from './own-balancers.ts'

/**
 * “Changes generally propagate to all Route 53 name servers within 60 seconds”, and twice that: only who has made a change can
 * ask when it has. https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
 */
const SPREADS_WITHIN_S = 120

/** What attempts of a step note of the weights that were read in Route 53: which, and since when. */
interface Seen {
  readonly is: string
  readonly sinceMs: number
}
const SEEN = 'weights in Route 53'

const sides = ['blue', 'green'] as const

/**
 * Weighted records that external-dns of each cluster makes of the same Service or Ingress: weights are written as
 * annotations of these, and counted as they are read in Route 53. Norikae changes no record.
 */
export function dnsRoute(world: Proven, route: DnsRoute, { run, scope }: RouteCall): RouteDriver {
  const { records } = world
  const { namespace, target, name, zone } = route
  const { object, host, balancer, health } = ownBalancers(world, route)
  const what = `${target} of ${namespace}`
  const { writersOn, txt, proveOwners, proveEntered, isDeleted } = dnsProofs(world, route, { scope, host })

  async function objects() {
    const [blue, green] = await Promise.all(sides.map(object))
    return { blue, green }
  }
  const told = ({ blue, green }: Awaited<ReturnType<typeof objects>>): Both => ({
    blue: blue && toldBy(blue, route),
    green: green && toldBy(green, route),
  })
  const named = (): Promise<readonly RecordSet[]> => records.named(zone, name)
  const moved = async (): Promise<readonly RecordSet[]> => (await named()).filter(isMoved)

  /** From what was read. What its controller writes in the same moment is read over, and what others write is not. */
  async function annotate(side: Side, seen: KubernetesObject, annotations: Annotations): Promise<void> {
    const cluster = await world.on(side)
    const kind = seen.kind === 'Ingress' ? 'Ingress' : 'Service'
    const write = ({ metadata: { resourceVersion } }: KubernetesObject) =>
      cluster.patch(kind, namespace, seen.metadata.name, { metadata: { resourceVersion, annotations } })
    try {
      await write(seen)
    } catch (error) {
      if (!isFailure(error) || error.type !== 'Conflict') throw error
      const now = await object(side)
      const same = (it: KubernetesObject) => JSON.stringify(it.metadata.annotations)
      if (!now || same(now) !== same(seen)) throw error
      await write(now)
    }
  }

  const identifierOn = (side: Side, both: Both): string => {
    if (side === 'blue') return route.identifier
    const { identifier } = both.green ?? {}
    return identifier === undefined || identifier === route.identifier ? scope.green : identifier
  }

  const isServed = (sets: readonly RecordSet[], both: Both, side: Side, weight: number | undefined): boolean =>
    serves(sets, identifierOn(side, both), weight, { back: side === 'blue' })

  const writing = (both: Both, sets: readonly RecordSet[], to: number) =>
    writingShare(both, route, {
      to,
      run,
      green: scope.green,
      reads: {
        blue: weightIn(sets, identifierOn('blue', both)),
        green: weightIn(sets, identifierOn('green', both)),
      },
      nowMs: Date.now(),
    })

  /** Seconds after which its external-dns has looked anew, whatever it has heard of. */
  const looksEvery = async (side: Side): Promise<number> => {
    const its = (await writersOn(side)).filter((it) => mayWrite(it, route))
    return Math.max(60, ...its.map(({ everyS }) => Math.ceil(everyS)))
  }
  /** Who looks once an hour is no failure after a quarter of it. */
  const dnsBudget = async (side: Side): Promise<Duration> => {
    const twice = 2 * (await looksEvery(side))
    return twice * 1000 > milliseconds(budgets.dns) ? `${twice}s` : budgets.dns
  }

  /** Throws `notYet` where a record may read as its object says since before that said so, until external-dns has looked anew. */
  async function heard(both: Both, side: Side, sinceMs: number): Promise<void> {
    const toldMs = untoldSince(both[side], route)
    if (toldMs === undefined) return
    const every = await looksEvery(side)
    const left = Math.ceil(every - (Date.now() - toldMs) / 1000)
    if (left <= 0) return
    noteAside(SEEN, undefined)
    throw notYet(
      `the records of ${name} read as ${what} on ${scope[side]} says, and may have before it was told so: its external-dns looks anew within ${left}s`,
      `${every + 900}s`,
      undefined,
      sinceMs,
    )
  }

  return {
    words: {
      place: `the records of ${name}`,
      green: `${what} on ${scope.green}`,
      targets: `targets of the load balancer of ${what}`,
      trail: `kubectl get ${target.replace('/', ' ')} -n ${namespace} --show-managed-fields -o yaml, on ${scope.blue} and on ${scope.green}, tells who`,
      others: 'other records',
    },

    async prepare() {
      const both = told(await objects())
      const theirs = [both.blue, both.green].map((it) => it?.note?.run).find((it) => it !== undefined && it !== run)
      if (theirs !== undefined)
        throw contested(
          `${what} has weights of run ${theirs}, and not of this one. Take the annotation ${DNS_WEIGHT} off it on both clusters, then retry`,
        )
      if (!publishes(both.blue, 'blue', route))
        throw contested(
          `${what} on ${scope.blue} has no weight of ${route.identifier} any more. Give it ${route.annotations}set-identifier: ${route.identifier} and ${weightKey(route)}, then retry`,
        )
      // What others deploy may be in already, of whatever owner.
      await proveOwners({ ours: both.green?.note !== undefined && publishes(both.green, 'green', route) })
      if (!(await balancer('green'))) throw notYet(`${what} has no load balancer on green yet`, budgets.targets)
    },

    async prove(side) {
      if (!(await balancer(side))) throw notFound(`${what} has no load balancer on ${side}`)
    },

    async read() {
      const found = await objects()
      const both = told(found)
      if (!found.blue && !found.green)
        throw notFound(`${what} is on neither cluster: put it back where it is deployed from, then retry`)
      const sets = await moved()
      if (sets.length === 0)
        throw notFound(
          `hosted zone ${zone} has no A, AAAA or CNAME record ${name}: see that external-dns runs and puts it back, then retry`,
        )
      const strangers = othersServe(sets, [identifierOn('blue', both), identifierOn('green', both)])
      const write = async (side: Side, annotations: Annotations) => {
        const seen = found[side]
        if (!seen) throw notFound(`${what} is not on ${scope[side]}`)
        await annotate(side, seen, annotations)
      }
      return {
        ...(strangers ? { share: 'elsewhere' as const, ours: false } : dnsShare(both, route, run)),
        has: (side) => publishes(both[side], side, route),
        async write(to) {
          const [first, last] = writing(both, sets, to)
          await write(first.side, first.annotations)
          // What falls to zero waits until the other one serves: `inForce` writes it.
          const served = isServed(sets, both, first.side, first.weight) && !first.isEarly
          if (!last.falls || served) await write(last.side, last.annotations)
        },
        async leaveOnly(side) {
          for (const one of writingOnly(both, route, side)) await write(one.side, one.annotations)
        },
      }
    },

    async inForce(_, after, sinceMs) {
      const found = await objects()
      const both = told(found)
      const all = await named()
      const sets = all.filter(isMoved)
      if (after === 'opening') await refuseAlone(found, loneOf(all, identifierOn('green', both)))
      const way = onItsWay(both, route, run)
      if (way) {
        const first = otherSide(way.last)
        const [, { annotations, falls }] = writing(both, sets, way.to)
        const seen = found[way.last]
        if (!seen) throw notFound(`${what} is not on ${scope[way.last]}`)
        if (falls && !isServed(sets, both, first, both[first]?.weight))
          throw notYet(
            `external-dns of ${scope[first]} has not given the records of ${name} their weight yet, and those of ${scope[way.last]} keep theirs until then`,
            await dnsBudget(first),
            '2s',
            sinceMs,
          )
        if (falls) await heard(both, first, sinceMs)
        noteAside(SEEN, undefined)
        await annotate(way.last, seen, annotations)
        throw notYet(`${what} says ${way.to} % on both clusters now`, budgets.dns, '1s', sinceMs)
      }
      const late = await lateOf(both, sets, after)
      if (late !== undefined) {
        // Clients go by that now, whatever was read before.
        noteAside(SEEN, undefined)
        throw notYet(
          `external-dns of ${scope[late.side]} has not written the records of ${name} as ${what} says: ${late.says}`,
          await dnsBudget(late.side),
          '2s',
          sinceMs,
        )
      }
      for (const side of sides) await heard(both, side, sinceMs)
      await followed(both, sets, after, sinceMs)
    },

    async writer() {
      const { blue, green } = await objects()
      const by = [blue, green].flatMap(
        (it) => (it && writerOf(it, ['metadata', 'annotations', weightKey(route)])) ?? [],
      )
      return by.length === 0 ? undefined : [...new Set(by)].join(' and ')
    },

    health,

    async clear(on) {
      const off = otherSide(on)
      const identifier = identifierOn(off, told(await objects()))
      const isLeft = (set: RecordSet) => set.setIdentifier === identifier
      const left = (await moved()).filter(isLeft)
      if (left.length === 0) return `only ${on} is served`
      const beside = (await txt(await writersOn(off))).filter(isLeft)
      return {
        note: `only ${on} is served; external-dns of ${scope[off]} deletes nothing, so record ${identifier} stays at weight 0`,
        findings: [
          leftAtZero(name, identifier, [...left, ...beside], { cluster: scope[off], isGivenUp: off === 'green' }),
        ],
      }
    },
  }

  /** Which types a record has is known once it is there. Green is taken out again before people are asked. */
  async function refuseAlone({ blue, green }: Awaited<ReturnType<typeof objects>>, lone: readonly RecordSet[]) {
    if (lone.length === 0) return
    const found = { blue, green }
    const deletes = await isDeleted('green', identifierOn('green', told(found)))
    for (const { side, annotations } of writingOnly(told(found), route, 'blue')) {
      const seen = found[side]
      if (seen) await annotate(side, seen, annotations)
    }
    const stays = deletes
      ? 'and its external-dns deletes it'
      : 'and no external-dns there deletes it, so do it in Route 53 at once, with its TXT record'
    const types = lone.map(({ type }) => type).join(' and ')
    throw contested(
      `${scope.green} alone had ${types} records of ${name}, so whoever asks for such a one was sent there, at weight 0 too. ${what} was taken out again there, ${stays}. Give blue such records too, or have external-dns of ${scope.green} make none (--exclude-record-types), then retry`,
    )
  }

  async function lateOf(both: Both, sets: readonly RecordSet[], after: string) {
    const isOut = (side: Side) => !publishes(both[side], side, route)
    // What is left of the one that is out tells what to do, where the other one only lacks it.
    for (const side of sides.toSorted((a, b) => Number(isOut(b)) - Number(isOut(a)))) {
      const isIn = !isOut(side)
      const identifier = identifierOn(side, both)
      const isThere = sets.some((set) => set.setIdentifier === identifier)
      const deletes = !isIn && isThere && after === 'settling' && (await isDeleted(side, identifier))
      const weight = isIn ? both[side]?.weight : undefined
      const says = notAsTold(sets, identifier, { weight, deletes })
      if (says !== undefined) return { side, says }
    }
    return undefined
  }

  /** Throws `notYet` as long as clients may go by what was there before the weights were read so. */
  async function followed(both: Both, sets: readonly RecordSet[], after: string, sinceMs: number): Promise<void> {
    if (after === 'settling') return
    const is = sides.map((side) => both[side]?.weight ?? '-').join(' ')
    const seen = notedAside(SEEN) as Seen | undefined // only this driver notes under that name
    const first = seen?.is === is ? seen : { is, sinceMs: Date.now() }
    if (first !== seen) {
      if (after === 'opening') await proveEntered(sets, identifierOn('green', both))
      noteAside(SEEN, first)
    }
    // A record that enters at 0 changes no answer: whichever server has it, nobody goes by anything else.
    if (after === 'opening' && both.green?.note?.enters === true) return
    const follows = SPREADS_WITHIN_S + followedWithin(sets, { ahead: false })
    const left = follows - (Date.now() - first.sinceMs) / 1000
    if (left > 0)
      throw notYet(
        `clients may go by the records of ${name} before this for ${Math.ceil(left)}s more`,
        `${follows + 900}s`,
        undefined,
        sinceMs,
      )
  }
}
