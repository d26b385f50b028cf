import { GIVEN_UP } from '../domain/annotations.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { asWritten } from '../domain/measures.ts'
import {
  givenUpFinding,
  givenUpOf,
  holds,
  inFlight as inFlightSays,
  inFlightFinding,
  isGivenUp,
  restOf,
  waysOn,
  waysOnInFlight,
  type Rest,
} from '../domain/rests.ts'
import { undelivered } from './errors.ts'
import { measure, ofEachPod } from './measures.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { hasWaited, notYet } from './waiting.ts'

export const bufferActions = (outside: Outside) => {
  /** Empty as measured: a buffer that is there, and that nobody can see into, is not empty. */
  const drainBuffer: Deed<'drainBuffer'> = async ({ input, scope, choice }) => {
    const { workload, on, within, depth, flush } = input
    const { metrics, ifThere } = await proven(outside, scope)
    const here = await ifThere(on)
    const found = await here?.find(workload.kind, workload.namespace, workload.name)
    const { left, why } = await asked({ metrics, cluster: here, workload: found }, depth)
    if (left !== null && left <= 0) {
      if (here && found) await note(here, found, undefined)
      return { note: `${workload.name} on ${scope[on]} is empty` }
    }
    if (left === null && !found) return { note: `${workload.name} is not on ${scope[on]}, and holds nothing` }

    const rest = restOf(left)
    const says = `${holds(workload, scope[on], rest, asWritten(depth))}${why}`
    if (here && found && (choice === 'skip' || isGivenUp(rest, givenUpOf(found)))) {
      // As little as is left: should it fill again, that is more than people gave up.
      await note(here, found, rest)
      return { note: `${says}; it was given up`, findings: [givenUpFinding(workload, scope[on], rest)] }
    }
    const flushed = here && found && flush !== undefined ? await tellToFlush(here, found, flush) : ''
    if (hasWaited(within)) throw undelivered(`${says}, after ${within}${flushed}. ${waysOn(workload, scope[on])}`)
    throw notYet(`${says}${flushed}`, within)
  }

  /** What nobody tells is not zero: another that starts now would work on it a second time. */
  const awaitInFlight: Deed<'awaitInFlight'> = async ({ input, scope, choice }) => {
    const { workload, on, within, inFlight } = input
    const { metrics, ifThere } = await proven(outside, scope)
    const here = await ifThere(on)
    if (!here) return { note: `${scope[on]} is gone, and ${workload.name} with it` }
    const found = await here.find(workload.kind, workload.namespace, workload.name)
    const { left, why } = await asked({ metrics, cluster: here, workload: found }, inFlight)
    if (left !== null && left <= 0) return { note: `nothing of ${workload.name} on ${scope[on]} is in flight` }
    const rest = restOf(left)
    const says = `${inFlightSays(workload, scope[on], rest, asWritten(inFlight))}${why}`
    if (choice === 'skip')
      return { note: `${says}; it is not waited for`, findings: [inFlightFinding(workload, scope[on], rest)] }
    if (hasWaited(within)) throw undelivered(`${says}, after ${within}. ${waysOnInFlight(workload)}`)
    throw notYet(says, within)
  }

  return { drainBuffer, awaitInFlight }
}

/** Who does not answer tells nothing, and people may go on without: why is said, and nothing is taken for empty. */
async function asked(
  ...given: Parameters<typeof measure>
): Promise<{ readonly left: number | null; readonly why: string }> {
  try {
    return { left: await measure(...given), why: '' }
  } catch (error) {
    return { left: null, why: `: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/** Asked for, and not relied on: what it would keep for a while is delivered sooner. Empty where it was. */
async function tellToFlush(cluster: KubernetesPort, workload: KubernetesObject, flush: string): Promise<string> {
  try {
    await ofEachPod(cluster, workload, flush)
    return ''
  } catch (error) {
    return `; it could not be told to flush (${error instanceof Error ? error.message : String(error)})`
  }
}

async function note(cluster: KubernetesPort, found: KubernetesObject, rest: Rest | undefined): Promise<void> {
  if (givenUpOf(found) === rest) return
  const { namespace, name } = found.metadata
  const kind = found.kind as 'Deployment' // it was found as one of the kinds of workloads
  await cluster.patch(kind, namespace, name, {
    metadata: { annotations: { [GIVEN_UP]: rest === undefined ? null : String(rest) } },
  })
}
