import type { Question } from '../domain/actions.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import type { MetricsPort } from './ports.ts'
import { notYet } from './waiting.ts'

export const bufferActions = (outside: Outside) => {
  /** Empty as measured: a buffer that is there, and that nobody can see into, is not empty. */
  const drainBuffer: Deed<'drainBuffer'> = async ({ input, scope }) => {
    const { workload, on, within, depth } = input
    const { metrics, ifThere } = await proven(outside, scope)
    const left = await ask(metrics, depth)
    if (left === null) {
      const found = await (await ifThere(on))?.find(workload.kind, workload.namespace, workload.name)
      if (!found) return { note: `${workload.name} is not on ${scope[on]}, and holds nothing` }
      throw notYet(
        `nobody tells how much ${workload.name} on ${scope[on]} still holds (${depth.query} gives nothing)`,
        within,
      )
    }
    if (left > 0) throw notYet(`${workload.name} on ${scope[on]} still holds ${left}`, within)
    return { note: `${workload.name} on ${scope[on]} is empty` }
  }

  return { drainBuffer }
}

export const ask = (metrics: MetricsPort, { url, query }: Question): Promise<number | null> => metrics.query(url, query)
