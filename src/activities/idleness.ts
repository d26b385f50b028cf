import { seconds, type Duration } from '../domain/duration.ts'
import { asWritten } from '../domain/measures.ts'
import { givenUpOf, isGivenUp, restOf } from '../domain/rests.ts'
import { jobState } from '../domain/slots.ts'
import { measure } from './measures.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import { rulesInWords, servingOf } from './serving.ts'
import { notYet } from './waiting.ts'

/** What was used a moment ago may be so again: several windows, and some patience, before people are asked. */
const patience = (window: Duration): Duration => `${10 * seconds(window) + 600}s`

export const idlenessActions = (outside: Outside) => {
  const confirmQuiet: Deed<'confirmQuiet'> = async ({ input, scope }) => {
    const { on, requests, question } = input
    const { metrics } = await proven(outside, scope)
    const seen = await metrics.query(question.url, question.query)
    const budget = patience(input.for)
    if (seen === null)
      throw notYet(
        `nobody tells how many requests ${input.app} served on ${scope[on]} (${question.query} gives nothing)`,
        budget,
      )
    if (Math.ceil(seen) > requests)
      throw notYet(`${input.app} served ${Math.ceil(seen)} requests on ${scope[on]} in the last ${input.for}`, budget)
    return { note: `${Math.ceil(seen)} requests on ${scope[on]} in ${input.for}` }
  }

  const proveIdle: Deed<'proveIdle'> = async ({ input, scope }) => {
    const { cluster, namespaces, requests, buffers } = input
    const world = await proven(outside, scope)
    const budget = patience(input.for)
    const seen = await world.metrics.query(requests.url, requests.query)
    if (seen === null)
      throw notYet(`nobody tells how many requests ${cluster} served (${requests.query} gives nothing)`, budget)
    if (Math.ceil(seen) > 0)
      throw notYet(`${cluster} served ${Math.ceil(seen)} requests in the last ${input.for}`, budget)
    const { here: rules } = await servingOf(world, scope, cluster === scope.green ? 'green' : 'blue')
    if (rules.length > 0)
      throw notYet(`listener rules would send requests to ${cluster}: ${rulesInWords(rules)}`, budget)
    const here = await world.cluster(cluster)
    for (const buffer of buffers) {
      const { workload } = buffer
      const found = await here.find(workload.kind, workload.namespace, workload.name)
      const depth = await measure({ ...world, cluster: here, workload: found }, buffer)
      if (depth !== null && depth <= 0) continue
      if (found && isGivenUp(restOf(depth), givenUpOf(found))) continue
      throw notYet(`a buffer of ${cluster} holds ${depth ?? 'nobody knows how much'} (${asWritten(buffer)})`, budget)
    }
    const jobs = (await here.list('Job')).filter(
      (j) => namespaces.includes(j.metadata.namespace ?? '') && jobState(j) === 'active',
    )
    if (jobs.length > 0)
      throw notYet(
        `${jobs.length} jobs run on ${cluster}: ${jobs
          .slice(0, 3)
          .map((j) => j.metadata.name)
          .join(', ')}`,
        budget,
      )
    return {
      note: `no request in ${input.for}, no listener rule to it, no job, nothing buffered on ${cluster} that was not given up`,
    }
  }

  return { confirmQuiet, proveIdle }
}
