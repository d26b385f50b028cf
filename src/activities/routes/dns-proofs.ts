import { ownersFault, ownersOf, txtNames, typesFault } from '../../domain/dns-owners.ts'
import { dnsWriters, isRunning, mayWrite, type DnsWriter } from '../../domain/external-dns.ts'
import type { DnsRoute, Scope, Side } from '../../domain/platform.ts'
import { allLeadTo, type RecordSet } from '../../domain/weighted-records.ts'
import { contested } from '../errors.ts'
import type { Proven } from '../outside.ts'
import { budgets, notYet } from '../waiting.ts'

interface Where {
  readonly scope: Scope
  /** The load balancer of what the records are made of. */
  readonly host: (side: Side) => Promise<string | undefined>
}

/** Whose the records of a name are, by the external-dns that runs on either side and by the TXT records beside them. Reads only. */
export function dnsProofs(world: Proven, route: DnsRoute, { scope, host }: Where) {
  const { records } = world
  const { namespace, target, name, zone } = route
  const what = `${target} of ${namespace}`

  const writersOn = async (side: Side): Promise<DnsWriter[]> => {
    const cluster = await world.ifThere(side)
    return cluster ? dnsWriters(await cluster.list('Deployment')).filter(isRunning) : []
  }
  const txt = async (writers: readonly DnsWriter[]): Promise<readonly RecordSet[]> => {
    const names = [...new Set(writers.flatMap(({ affix }) => txtNames(name, affix)))]
    return (await Promise.all(names.map((it) => records.named(zone, it)))).flat()
  }

  /** Preflight has looked; that may be days ago, and green was not there. `ours`: Norikae had green's record made already. */
  async function proveOwners({ ours }: { readonly ours: boolean }): Promise<void> {
    const onGreen = await writersOn('green')
    if (!onGreen.some((it) => mayWrite(it, route)))
      throw notYet(`no external-dns runs on ${scope.green}, which would make a record of ${what}`, budgets.dns)
    const fault = ownersFault(onGreen, route)
    if (fault !== undefined)
      throw contested(
        `external-dns of ${scope.green} must not touch the records of ${name}: ${fault.says}. There ${fault.remedy}, then retry`,
      )
    if (ours) return
    const onBlue = await writersOn('blue')
    const others = typesFault(onBlue, onGreen, route)
    if (others)
      throw contested(
        `${scope.green} is not let at the records of ${name}: ${others.says}. There ${others.remedy}, then retry`,
      )
    const by = ownersOf(await txt(onBlue), route.identifier)
    if (by.length !== 1 || by[0] !== route.owner)
      throw contested(
        `the records of ${name} (${route.identifier}) are of owner ${by.join(' and ') || 'nobody'} by their TXT records, where ${route.owner} was approved. Agree who owns them, then retry`,
      )
  }

  /** Green's records are those of green's own external-dns, and lead to green. */
  async function proveEntered(sets: readonly RecordSet[], identifier: string): Promise<void> {
    const its = sets.filter((set) => set.setIdentifier === identifier)
    const at = await host('green')
    if (at !== undefined && !allLeadTo(its, { name: at }))
      throw contested(
        `the records of ${name} (${identifier}) do not lead to ${at}, the load balancer of ${what} on ${scope.green}. Take the annotation ${route.annotations}target off it there, then retry`,
      )
    const writers = await writersOn('green')
    const by = ownersOf(await txt(writers), identifier)
    const known = writers.map(({ owner }) => owner)
    if (by.length !== 1 || by[0] === route.owner || !known.includes(by[0]))
      throw contested(
        `the records of ${name} (${identifier}) are of owner ${by.join(' and ') || 'nobody'} by their TXT records, and external-dns of ${scope.green} is ${known.join(' or ')}. Agree who owns them, then retry`,
      )
  }

  /** Its owner would: others of the cluster leave it alone. */
  async function isDeleted(side: Side, identifier: string): Promise<boolean> {
    const writers = await writersOn(side)
    if (!writers.some((w) => w.deletes)) return false
    const owners = side === 'blue' ? [route.owner] : ownersOf(await txt(writers), identifier)
    return writers.some((w) => w.deletes && w.owner !== undefined && owners.includes(w.owner))
  }

  return { writersOn, txt, proveOwners, proveEntered, isDeleted }
}
