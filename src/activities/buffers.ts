import type { Question } from '../domain/actions.ts'
import { GIVEN_UP } from '../domain/annotations.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { givenUpFinding, givenUpOf, holds, isGivenUp, restOf, waysOn, type Rest } from '../domain/rests.ts'
import { undelivered } from './errors.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import type { KubernetesPort, MetricsPort } from './ports.ts'
import { hasWaited, notYet } from './waiting.ts'

export const bufferActions = (outside: Outside) => {
  /** Empty as measured: a buffer that is there, and that nobody can see into, is not empty. */
  const drainBuffer: Deed<'drainBuffer'> = async ({ input, scope, choice }) => {
    const { workload, on, within, depth } = input
    const { metrics, ifThere } = await proven(outside, scope)
    const left = await ask(metrics, depth)
    const here = await ifThere(on)
    const found = await here?.find(workload.kind, workload.namespace, workload.name)
    if (left !== null && left <= 0) {
      if (here && found) await note(here, found, undefined)
      return { note: `${workload.name} on ${scope[on]} is empty` }
    }
    if (left === null && !found) return { note: `${workload.name} is not on ${scope[on]}, and holds nothing` }

    const rest = restOf(left)
    const says = holds(workload, scope[on], rest, depth.query)
    if (here && found && (choice === 'skip' || isGivenUp(rest, givenUpOf(found)))) {
      // As little as is left: should it fill again, that is more than people gave up.
      await note(here, found, rest)
      return { note: `${says}; it was given up`, findings: [givenUpFinding(workload, scope[on], rest)] }
    }
    if (hasWaited(within)) throw undelivered(`${says}, after ${within}. ${waysOn(workload, scope[on])}`)
    throw notYet(says, within)
  }

  return { drainBuffer }
}

async function note(cluster: KubernetesPort, found: KubernetesObject, rest: Rest | undefined): Promise<void> {
  if (givenUpOf(found) === rest) return
  const { namespace, name } = found.metadata
  const kind = found.kind as 'Deployment' // it was found as one of the kinds of workloads
  await cluster.patch(kind, namespace, name, {
    metadata: { annotations: { [GIVEN_UP]: rest === undefined ? null : String(rest) } },
  })
}

export const ask = (metrics: MetricsPort, { url, query }: Question): Promise<number | null> => metrics.query(url, query)
