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
import type { NameRoute } from '../domain/platform.ts'
import { balancerDimension } from '../domain/quiet-balancers.ts'
import { isDenied, isFailure, notFound, stuck, unreachable } from './errors.ts'
import { proven, type Deed, type Outside, type Proven } from './outside.ts'
import type { Balancer, KubernetesPort } from './ports.ts'
import { balancerOf, objectOn, targetOf } from './routes/own-balancers.ts'
import { budgets, doneAt, hasWaited, noteDone, notYet } from './waiting.ts'

const ASKED = 'capacity asked for'
const RESET = 'reset'
const SKIP = "retry: ask again. skip: go on with what it has, which is a new load balancer's"
const RIGHT =
  'The worker may do so where a load balancer has tag elbv2.k8s.aws/cluster, as deploy/iam/move.json says: tag it, or grant it'
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
          const right = isDenied(error) ? `. ${RIGHT}` : ''
          throw stuck(`${wanted} LCU for the load balancer of ${route.name}: ${error.message}${right}. ${SKIP}`)
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
        // It may be told late, and each one that is sent is one of the two of a day.
        if (doneAt(RESET) !== undefined) {
          if (hasWaited(RELEASED_WITHIN)) return kept(`it was let go, and is still told after ${RELEASED_WITHIN}`)
          throw notYet(`${noted} LCU were released, and AWS still tells them`, RELEASED_WITHIN)
        }
        try {
          await world.loadBalancing.reserve(green.arn, undefined)
        } catch (error) {
          // Twice a day is as often as AWS lets it go down: nobody waits a day for that.
          if (!refused(error)) throw error
          return kept(isDenied(error) ? `${error.message}. ${RIGHT}` : error.message)
        }
        noteDone(RESET)
        throw notYet(`${noted} LCU were just released`, RELEASED_WITHIN, '1s')
    }
  }

  return { reserveCapacity, releaseCapacity }
}

/** What another try of the same does not mend: a quota, no capacity, a load balancer that takes none, or no right to it. */
const refused = (error: unknown): error is Error =>
  isFailure(error) && ['QuotaExceeded', 'Failed', 'InvalidInput', 'Denied'].includes(error.type ?? '')

async function wantedFor(world: Proven, route: NameRoute, green: Balancer): Promise<number> {
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

async function notedOn(cluster: KubernetesPort, route: NameRoute): Promise<number | undefined> {
  const units = Number((await objectOn(cluster, route))?.metadata.annotations?.[RESERVED] ?? NaN)
  return Number.isInteger(units) ? units : undefined
}

/** Before it is asked for: whoever goes on for a worker that died knows whose it is. */
async function note(cluster: KubernetesPort, route: NameRoute, units: number | undefined): Promise<void> {
  if (!(await objectOn(cluster, route))) return
  const { kind, name } = targetOf(route)
  const value = units === undefined ? null : String(units)
  await cluster.patch(kind, route.namespace, name, { metadata: { annotations: { [RESERVED]: value } } })
  if ((await notedOn(cluster, route)) !== units)
    throw unreachable(`${route.target} of ${route.namespace} does not say yet what was noted: ${RESERVED}`)
}
