import { REPLICAS } from '../domain/annotations.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import type { Side } from '../domain/platform.ts'
import { isStarting, mostRestarts, restartsSeen, slowestScheduling, type Restarts } from '../domain/running-pods.ts'
import type { CheckSource, Sample } from '../domain/verdict.ts'
import { readinessOf } from '../domain/workload-state.ts'
import type { Proven } from './outside.ts'
import { noteAside, notedAside } from './waiting.ts'

type Reading = Pick<Sample, 'value' | 'saw'>
type Asked = Extract<CheckSource, { readonly kind: 'kubernetes' }>

/** What is built in: asked of the cluster itself, with the rights that the worker has in any case. */
export async function toldByKubernetes(world: Proven, { of, namespaces }: Asked, side: Side): Promise<Reading> {
  switch (of) {
    case 'restarts': {
      // Several environments may be asked about in one activity.
      const key = `restarts ${side} ${namespaces.join(' ')}`
      const pods = await podsIn(world, namespaces, side)
      const seen = restartsSeen(pods, notedAside(key) as Restarts | undefined, Date.now()) // only this notes there
      noteAside(key, seen)
      return mostRestarts(seen)
    }
    case 'scheduling':
      return slowestScheduling(await podsIn(world, namespaces, side), Date.now())
    case 'api-server':
      return { value: await answerSeconds(world, namespaces[0] ?? 'default', side) }
  }
}

/** Of one object, and there where the worker is: both sides from the same place, and in the same moment. */
async function answerSeconds(world: Proven, namespace: string, side: Side): Promise<number> {
  const cluster = await world.on(side)
  const began = performance.now()
  await cluster.find('Namespace', undefined, namespace)
  return (performance.now() - began) / 1000
}

/**
 * How many pods should be ready and are not; what sleeps on purpose is left out. On green what is new and still starts is too,
 * as when the app grows there or is deployed. Not on blue: whoever is to take everything back has to be ready now.
 */
export async function unready(world: Proven, namespaces: readonly string[], side: Side): Promise<number> {
  const cluster = await world.on(side)
  const lists = await Promise.all(
    (['Deployment', 'StatefulSet'] as const).flatMap((kind) =>
      namespaces.map((namespace) => cluster.list(kind, { namespace })),
    ),
  )
  const missing = lists
    .flat()
    .filter((w) => w.metadata.annotations?.[REPLICAS] === undefined)
    .flatMap((workload) => {
      const { wanted, ready } = readinessOf(workload)
      return wanted > ready ? [{ workload, count: wanted - ready }] : []
    })
  if (missing.length === 0) return 0
  const pods = side === 'green' ? await podsIn(world, namespaces, side) : []
  const now = Date.now()
  return missing.reduce(
    (sum, { workload, count }) => sum + Math.max(0, count - pods.filter((p) => isStarting(workload, p, now)).length),
    0,
  )
}

/** Of one attempt, by side and namespace: several checks ask for the same, and all of them at once. */
const listed = new WeakMap<Proven, Map<string, Promise<readonly KubernetesObject[]>>>()

async function podsIn(world: Proven, namespaces: readonly string[], side: Side): Promise<KubernetesObject[]> {
  const known = listed.get(world) ?? new Map<string, Promise<readonly KubernetesObject[]>>()
  listed.set(world, known)
  const lists = namespaces.map((namespace) => {
    const key = `${side} ${namespace}`
    const pods = known.get(key) ?? world.on(side).then((cluster) => cluster.list('Pod', { namespace }))
    known.set(key, pods)
    return pods
  })
  return (await Promise.all(lists)).flat()
}
