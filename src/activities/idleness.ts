import type { ActionInput } from '../domain/actions.ts'
import { few } from '../domain/few.ts'
import { targetFault } from '../domain/idle-target.ts'
import { closedIn, fenceParams } from '../domain/fence.ts'
import { asWritten } from '../domain/measures.ts'
import { givenUpOf, isGivenUp, restOf } from '../domain/rests.ts'
import { workloadName } from '../domain/platform.ts'
import { jobState } from '../domain/slots.ts'
import { fewAtATime } from './few-at-a-time.ts'
import { measure } from './measures.ts'
import { uncalled } from './api-callers.ts'
import { denied, notFound } from './errors.ts'
import { namingSurvey } from './names-blue.ts'
import { unled } from './unled.ts'
import { otherSide, proven, type Deed, type Outside, type Proven } from './outside.ts'
import { seenServing } from './seen-serving.ts'
import { rulesInWords, servingOf } from './serving.ts'
import { podsOf } from './pods.ts'
import { patience } from './quiet.ts'
import type { KubernetesPort } from './ports.ts'
import { notYet } from './waiting.ts'

export const idlenessActions = (outside: Outside) => {
  const proveIdle: Deed<'proveIdle'> = async ({ input, scope, run, choice }) => {
    const { cluster, namespaces, requests, buffers } = input
    const world = await proven(outside, scope)
    const { found, here } = await target(world, input, run)
    const budget = patience(input.for)
    const seen = await world.metrics.query(requests.url, requests.query)
    if (seen !== null && Math.ceil(seen) > 0)
      throw notYet(`${cluster} served ${Math.ceil(seen)} requests in the last ${input.for}`, budget)
    const side = cluster === scope.green ? 'green' : 'blue'
    const { here: rules, there } = await servingOf(world, scope, side)
    if (rules.length > 0)
      throw notYet(`listener rules would send requests to ${cluster}: ${rulesInWords(rules)}`, budget)
    if (there.length > 0)
      throw notYet(
        `load balancers that the controller of ${cluster} made send requests to ${scope[otherSide(side)]}, and go with its Ingresses and Gateways: ${rulesInWords(there)}. Move their names to a load balancer that stays, and remove these`,
        budget,
      )
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
    const running = await closedAndRunning(here, namespaces)
    if (running.length > 0)
      throw notYet(`what moved to the other cluster still runs on ${cluster}: ${few(running)}`, budget)
    const unseen = await seenServing(world.metrics, here, { ...input, counted: seen !== null, budget, choice })
    // Route 53 is asked slowly, and whoever keeps a name need not be told before all else is quiet.
    const ways = await unled(world, scope, here, { side, window: input.for, gateway: input.gateway, choice })
    // Last: it is the dearest question, and nobody need be told of callers before all else is quiet.
    const callers = await uncalled(world, here, {
      cluster,
      window: input.for,
      byArgocd: input.byArgocd === true,
      choice,
    })
    return {
      note: `no request in ${input.for}, no listener rule to it, ${ways.note}, no job, nothing closed that runs, nothing buffered on ${cluster} that was not given up; ${callers.note}`,
      findings: [...unseen, ...ways.findings, ...callers.findings, ...(await namingSurvey(world, found))],
    }
  }

  return { proveIdle }
}

/** Throws `denied` where this is not the cluster that everything was moved away from, before anything else is asked of it. */
async function target(world: Proven, { cluster, identity }: ActionInput<'proveIdle'>, run: string) {
  const found = await world.eks.findCluster(cluster)
  if (!found) throw notFound(`cluster ${cluster}, which is to be proven idle, is not there any more`)
  const fault = targetFault(found, { identity, run })
  if (fault !== undefined) throw denied(`${fault}. It was left alone`)
  return { found, here: await world.cluster(cluster) }
}

const AT_ONCE = 8

/**
 * Consumers, singletons and whatever else may run on one side only, as the fences of these namespaces name it: what still
 * has pods here, though it moved.
 */
async function closedAndRunning(here: KubernetesPort, namespaces: readonly string[]): Promise<readonly string[]> {
  const running: string[] = []
  await fewAtATime(namespaces, AT_ONCE, async (namespace) => {
    const { metadata } = fenceParams(namespace)
    for (const ref of closedIn(namespace, await here.find('ConfigMap', metadata.namespace, metadata.name))) {
      // Jobs of a schedule are counted with all others.
      const found = ref.kind === 'CronJob' ? undefined : await here.find(ref.kind, namespace, ref.name)
      const pods = found ? await podsOf(here, found) : []
      if (pods.length > 0)
        running.push(`${pods.length === 1 ? 'a pod' : `${pods.length} pods`} of ${workloadName(ref)}`)
    }
  })
  return running.toSorted()
}
