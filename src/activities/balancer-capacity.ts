import { RESERVED } from '../domain/annotations.ts'
import {
  keptCapacity,
  othersCapacity,
  peakAsking,
  peakQuery,
  peakUnits,
  releasing,
  reserving,
  unitsFor,
  zonesInWords,
} from '../domain/balancer-capacity.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import type { RecordRoute } from '../domain/platform.ts'
import { balancerDimension } from '../domain/quiet-balancers.ts'
import { isFailure, notFound, stuck, unreachable } from './errors.ts'
import { proven, type Deed, type Outside, type Proven } from './outside.ts'
import type { Balancer, KubernetesPort } from './ports.ts'
import { balancerOf } from './routes/route53.ts'
import { budgets, doneAt, hasWaited, noteDone, notYet } from './waiting.ts'

const ASKED = 'capacity asked for'
const SKIP = "retry: ask again. skip: go on with what it has, which is a new load balancer's"
/** On the way back nobody waits for long: what is reserved goes with its load balancer. */
const RELEASED_WITHIN = '10m'

export const capacityActions = (outside: Outside) => {
  const reserveCapacity: Deed<'reserveCapacity'> = async ({ input: { route }, scope }) => {
    const world = await proven(outside, scope)
    const green = await balancerOf(world, route, 'green')
    if (!green) throw notYet(`${route.target} of ${route.namespace} has no load balancer on green yet`, budgets.targets)
    const here = await world.on('green')
    const noted = await notedOn(here, route)
    const wanted = noted ?? (await wantedFor(world, route, green))
    const found = await world.loadBalancing.capacityOf(green.arn)
    switch (reserving(found, wanted, { noted, asked: doneAt(ASKED) !== undefined })) {
      case 'nothing':
        return { note: `nothing: blue's load balancer had no peak that a new one does not hold` }
      case 'theirs': {
        const findings = othersCapacity(route.name, found.units ?? 0, wanted)
        return { note: `${found.units} LCU are reserved by whoever made it`, ...(findings.length > 0 && { findings }) }
      }
      case 'ready':
        return { note: `${wanted} LCU reserved in ${zonesInWords(found)}` }
      case 'refused':
        throw stuck(
          `${wanted} LCU for the load balancer of ${route.name} were not there: ${zonesInWords(found)}. ${SKIP}`,
        )
      case 'wait':
        if (hasWaited(budgets.capacity))
          throw stuck(
            `${wanted} LCU for the load balancer of ${route.name} did not come within ${budgets.capacity}: ${zonesInWords(found)}. ${SKIP}`,
          )
        throw notYet(
          `${wanted} LCU for the load balancer of ${route.name}: ${zonesInWords(found)}`,
          budgets.capacity,
          '15s',
        )
      case 'ask':
        await note(here, route, wanted)
        try {
          await world.loadBalancing.reserve(green.arn, wanted)
        } catch (error) {
          if (!refused(error)) throw error
          throw stuck(`${wanted} LCU for the load balancer of ${route.name}: ${error.message}. ${SKIP}`)
        }
        noteDone(ASKED)
        throw notYet(`${wanted} LCU for the load balancer of ${route.name} were just asked for`, budgets.capacity, '5s')
    }
  }

  const releaseCapacity: Deed<'releaseCapacity'> = async ({ input: { route }, scope }) => {
    const world = await proven(outside, scope)
    const here = await world.ifThere('green')
    const noted = here && (await notedOn(here, route))
    const green = here && noted !== undefined ? await balancerOf(world, route, 'green') : undefined
    if (!here || noted === undefined) return { note: 'nothing is reserved' }
    if (!green) {
      await note(here, route, undefined)
      return { note: 'its load balancer is gone, and what was reserved with it' }
    }
    const found = await world.loadBalancing.capacityOf(green.arn)
    const kept = (why: string) => ({
      note: `${noted} LCU stay reserved`,
      findings: [keptCapacity(route.name, green.arn, noted, why)],
    })
    switch (releasing(found, noted)) {
      case 'theirs':
        await note(here, route, undefined)
        return { note: `${found.units} LCU were reserved by somebody else meanwhile, and are left` }
      case 'released':
      case 'nothing':
        await note(here, route, undefined)
        return { note: `${noted} LCU released` }
      case 'wait':
        if (hasWaited(RELEASED_WITHIN)) return kept(`its request is not done: ${zonesInWords(found)}`)
        throw notYet(`${noted} LCU are released once their request is done: ${zonesInWords(found)}`, RELEASED_WITHIN)
      case 'reset':
        try {
          await world.loadBalancing.reserve(green.arn, undefined)
        } catch (error) {
          // Twice a day is as often as AWS lets it go down: nobody waits a day for that.
          if (!refused(error)) throw error
          return kept(error.message)
        }
        throw notYet(`${noted} LCU were just released`, RELEASED_WITHIN, '1s')
    }
  }

  return { reserveCapacity, releaseCapacity }
}

/** What another try of the same does not mend: a quota, no capacity, or a load balancer that takes none. */
const refused = (error: unknown): error is Error =>
  isFailure(error) && ['QuotaExceeded', 'Failed', 'InvalidInput'].includes(error.type ?? '')

async function wantedFor(world: Proven, route: RecordRoute, green: Balancer): Promise<number> {
  if (route.capacity !== undefined) return route.capacity
  const blue = await balancerOf(world, route, 'blue')
  if (!blue) throw notFound(`${route.target} of ${route.namespace} has no load balancer on blue any more`)
  return unitsFor(balancerDimension(green.arn), green.zones, await peakOf(world, blue))
}

/** In units, of the last week. */
export async function peakOf(
  { cloudWatch }: Pick<Proven, 'cloudWatch'>,
  { arn }: Pick<Balancer, 'arn'>,
): Promise<number> {
  const dimension = balancerDimension(arn)
  return peakUnits(dimension, await cloudWatch.data(peakQuery(dimension), peakAsking(Date.now())))
}

const kindOf = ({ target }: RecordRoute) => (target.startsWith('Ingress/') ? 'Ingress' : 'Service')
const nameOf = ({ target }: RecordRoute): string => target.split('/')[1] ?? ''

async function objectOf(cluster: KubernetesPort, route: RecordRoute): Promise<KubernetesObject | undefined> {
  const all = await cluster.list(kindOf(route), { namespace: route.namespace })
  return all.find(({ metadata }) => metadata.name === nameOf(route))
}

async function notedOn(cluster: KubernetesPort, route: RecordRoute): Promise<number | undefined> {
  const units = Number((await objectOf(cluster, route))?.metadata.annotations?.[RESERVED] ?? NaN)
  return Number.isInteger(units) ? units : undefined
}

/** Before it is asked for: whoever goes on for a worker that died knows whose it is. */
async function note(cluster: KubernetesPort, route: RecordRoute, units: number | undefined): Promise<void> {
  if (!(await objectOf(cluster, route))) return
  const value = units === undefined ? null : String(units)
  await cluster.patch(kindOf(route), route.namespace, nameOf(route), {
    metadata: { annotations: { [RESERVED]: value } },
  })
  if ((await notedOn(cluster, route)) !== units)
    throw unreachable(`${route.target} of ${route.namespace} does not say yet what was noted: ${RESERVED}`)
}
