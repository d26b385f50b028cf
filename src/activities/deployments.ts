import { ApplicationFailure } from '@temporalio/common'
import { isSuccessor } from '../domain/actions.ts'
import { carriedKinds, copyOf, isCarried, madeBy, sleeps } from '../domain/copying.ts'
import { copiedAside } from '../domain/dns-weights.ts'
import type { Kind, KubernetesObject } from '../domain/kubernetes-objects.ts'
import { couldNotStart, type Need } from '../domain/needs.ts'
import { isRepeatable } from '../domain/one-shot-jobs.ts'
import type { DnsRoute } from '../domain/platform.ts'
import { isReady, readinessOf, selectorOf } from '../domain/workload-state.ts'
import { transformed } from '../domain/transforms.ts'
import { workloadKinds } from './discovery.ts'
import { contested } from './errors.ts'
import { closeAll } from './fences.ts'
import { hindrancesIn } from './hindrances.ts'
import { otherSide, proven, type Deed, type Outside } from './outside.ts'
import { movedAmong, refuseLastOne, refuseLeft, refuseServing } from './left-on-green.ts'
import type { KubernetesPort } from './ports.ts'
import { namesOf } from './surveys.ts'
import { budgets, notYet, onceEach } from './waiting.ts'

export const deploymentActions = (outside: Outside) => {
  const deploy: Deed<'deploy'> = async (call) => {
    const { input, scope, run } = call
    const world = await proven(outside, scope)
    const [here, there] = [await world.on(input.on), await world.on(otherSide(input.on))]
    const wanted = [
      ...(await carried(there, input.namespaces)),
      ...(await everything(there, input.namespaces, ['Job'])).filter((job) => isRepeatable(job, input.jobs ?? {})),
    ]
    await refuseStrangers(here, input.namespaces, wanted, run, scope[input.on])
    await refuseLeft(world, call, input.on, input.asleep)
    await closeAll(here, scope, input.on, input.asleep)
    const published = await publishedOn(here, input.routes)
    await onceEach(wanted, nameOf, async (object) => {
      const whole = copyOf(transformed(object, input.transforms ?? []), run, sleeps(object, input.asleep))
      const route = routeOf(object, input.routes)
      const copy = route ? copiedAside(whole, published.get(nameOf(object)), route) : whole
      await here.apply(copy, { force: true }).catch((error: unknown) => notSeenYet(object, error))
    })
    return { note: `${wanted.length} objects on ${scope[input.on]}, ${input.asleep.length} of them asleep` }
  }

  const withdraw: Deed<'withdraw'> = async (call) => {
    const { input, scope, run } = call
    const world = await proven(outside, scope)
    const [here, there] = [await world.ifThere(input.on), await world.ifThere(otherSide(input.on))]
    if (!here) return { note: `${scope[input.on]} is gone, and ${input.app} with it` }
    const all = await everything(here, input.namespaces, [...carriedKinds, 'Job'])
    const found = all.filter((o) => madeBy(o) === run)
    await refuseServing(world, here, call)
    // Where nobody was here before, only what is stopped there counts.
    const mine = isSuccessor(call) ? found : []
    await refuseLastOne(world, call, input.on, await movedAmong(mine, there, input.namespaces))
    // What makes others goes first.
    for (const { kind, metadata } of found.toReversed()) {
      if (metadata.deletionTimestamp === undefined)
        await here.remove(kind as 'Deployment', metadata.namespace, metadata.name, metadata.uid)
    }
    const pods = await podsOfNoneOf(
      here,
      input.namespaces,
      all.filter((o) => isRunner(o) && madeBy(o) !== run),
    )
    if (found.length + pods.length > 0)
      throw notYet(
        `${found.length} objects and ${pods.length} pods of ${input.app} are going: ${[...found, ...pods].slice(0, 3).map(whatHolds).join(', ')}`,
        budgets.objects,
      )
    return { note: `${input.app} is gone from ${scope[input.on]}` }
  }

  const checkReady: Deed<'checkReady'> = async ({ input, scope }) => {
    const here = await (await proven(outside, scope)).on(input.on)
    const found = await everything(here, input.namespaces, workloadKinds)
    const workloads = found.filter((o) => isRunner(o) && !sleeps(o, input.asleep))
    const waiting = workloads.filter((w) => !isReady(readinessOf(w)))
    const [first] = waiting
    if (first) {
      const why = await hindrancesIn(here, waiting, scope[input.on], { ends: true })
      const { ready, wanted } = readinessOf(first)
      throw notYet(
        `${waiting.map((w) => `${w.metadata.namespace ?? ''}/${w.metadata.name}`).join(', ')} not ready on ${scope[input.on]} (${ready} of ${wanted} pods)${why}`,
        budgets.pods,
      )
    }
    const lacking = await lackingAmong(
      here,
      input.namespaces,
      found.filter((o) => sleeps(o, input.asleep)),
    )
    if (lacking.length > 0)
      throw notYet(`could not start at its turn on ${scope[input.on]}: ${lacking.join('; ')}`, budgets.pods)
    return { note: `${workloads.length} workloads ready on ${scope[input.on]}` }
  }

  return { deploy, withdraw, checkReady }
}

/** What sleeps has no pod that would tell what it lacks; at its turn the other side has been stopped. */
async function lackingAmong(
  cluster: KubernetesPort,
  namespaces: readonly string[],
  asleep: readonly KubernetesObject[],
): Promise<string[]> {
  if (asleep.length === 0) return []
  const lists = needed.flatMap((kind) =>
    namespaces.map(async (at) => [`${kind}/${at}`, await namesOf(cluster, kind, at)] as const),
  )
  const all = new Map(await Promise.all(lists))
  return couldNotStart(asleep, (kind, namespace) => all.get(`${kind}/${namespace}`) ?? new Set())
}
const needed = ['Secret', 'ConfigMap', 'ServiceAccount'] as const satisfies readonly Need['kind'][]

const isRunner = ({ kind }: KubernetesObject): boolean => ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind)

/** Pods that a controller made, but none of these: what somebody else runs beside the app does not go with it. */
async function podsOfNoneOf(
  cluster: KubernetesPort,
  namespaces: readonly string[],
  workloads: readonly KubernetesObject[],
): Promise<KubernetesObject[]> {
  const theirs = await Promise.all(
    workloads.map((w) => cluster.list('Pod', { namespace: w.metadata.namespace ?? '', labels: selectorOf(w) })),
  )
  const known = new Set(theirs.flat().map((pod) => pod.metadata.uid))
  return (await everything(cluster, namespaces, ['Pod'])).filter(
    ({ metadata: { uid, ownerReferences = [] } }) => ownerReferences.some((o) => o.controller) && !known.has(uid),
  )
}

/** What keeps it from going is for whoever put its finalizers there. */
const whatHolds = (object: KubernetesObject): string => {
  const { finalizers = [] } = object.metadata
  return `${nameOf(object)}${finalizers.length > 0 ? ` (held by ${finalizers.join(', ')})` : ''}`
}

const nameOf = ({ kind, metadata }: KubernetesObject): string => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`

async function everything(
  cluster: KubernetesPort,
  namespaces: readonly string[],
  kinds: readonly Kind[] = carriedKinds,
): Promise<KubernetesObject[]> {
  const lists = await Promise.all(
    kinds.flatMap((kind) => namespaces.map((namespace) => cluster.list(kind, { namespace }))),
  )
  return lists.flat()
}

const carried = async (cluster: KubernetesPort, namespaces: readonly string[]): Promise<KubernetesObject[]> =>
  (await everything(cluster, namespaces)).filter(isCarried)

/**
 * KEDA's webhook looks for what a ScaledObject scales in its cache, which may not have it yet.
 * https://github.com/kedacore/keda/blob/v2.20.0/apis/keda/v1alpha1/scaledobject_webhook.go (verifyCPUMemoryScalers)
 */
function notSeenYet(object: KubernetesObject, error: unknown): never {
  if (object.kind !== 'ScaledObject' || !(error instanceof ApplicationFailure) || error.type !== 'NotFound') throw error
  throw notYet(error.message, budgets.objects)
}

/** Of what external-dns publishes, as it is there already: an earlier cutover may have left it serving. */
async function publishedOn(
  here: KubernetesPort,
  routes: readonly DnsRoute[] = [],
): Promise<ReadonlyMap<string, KubernetesObject>> {
  const places = [...new Set(routes.map(({ namespace }) => namespace))]
  return new Map((await everything(here, places, ['Service'])).map((object) => [nameOf(object), object]))
}

const routeOf = ({ kind, metadata }: KubernetesObject, routes: readonly DnsRoute[] = []): DnsRoute | undefined =>
  routes.find(({ namespace, target }) => namespace === metadata.namespace && target === `${kind}/${metadata.name}`)

/** What somebody else put there is not overwritten. */
async function refuseStrangers(
  here: KubernetesPort,
  namespaces: readonly string[],
  wanted: readonly KubernetesObject[],
  run: string,
  cluster: string,
): Promise<void> {
  const there = (await everything(here, namespaces, [...carriedKinds, 'Job'])).filter(
    (o) => isCarried(o) && madeBy(o) !== run,
  )
  const names = there.filter((o) =>
    wanted.some(
      (w) => w.kind === o.kind && w.metadata.name === o.metadata.name && w.metadata.namespace === o.metadata.namespace,
    ),
  )
  if (names.length === 0) return
  throw contested(`${names.map(nameOf).join(', ')} on ${cluster} were not made by this run. Remove them, then retry`)
}
