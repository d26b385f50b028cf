import { nameOf, type KubernetesObject } from '../domain/kubernetes-objects.ts'
import { writerOf } from '../domain/managers.ts'
import { attachedInWords, isOutsider, outsiderKinds, outsidersInWords, type Outsider } from '../domain/outsiders.ts'
import { protectedAmong, protectedInWords } from '../domain/protected-balancers.ts'
import { ebsOf, goesWithItsClaim, isHeld } from '../domain/volumes.ts'
import type { Finding } from '../domain/findings.ts'
import type { Owned } from '../domain/weighted-records.ts'
import { hasVolumeClaims, replicasOf } from '../domain/workload-state.ts'
import { proveIdentity } from './clusters.ts'
import { contested, failed } from './errors.ts'
import { HEALED_MS, stopExternalDns } from './external-dns.ts'
import { stopFlux } from './flux-deployments.ts'
import { otherSide, proven, type Deed, type Outside, type Proven } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { rulesInWords, servingOf } from './serving.ts'
import { hold } from './stores.ts'
import { NOTHING_REMOVED, refuseWhereLed, refuseWhereNamed } from './unled.ts'
import { nothingUnseen } from './unentered.ts'
import { budgets, doneWithin, firstDoneAtMs, noteAside, notedAside, noteDone, notYet } from './waiting.ts'
import type { Scope, Side } from '../domain/platform.ts'

const LED = 'looked for ways'
const OWNED = 'owners of records'
const REMOVED = 'removed'
const UNSEEN = 'what nobody sees'
const BEGUN = 'began to remove'
/** Who makes it anew for longer than this does so on and on. */
const ANEW_MS = 60_000
/** Attempts follow one another within seconds while load balancers go, and Route 53 is asked slowly. */
const LED_MS = 600_000

/**
 * What controllers made outside a cluster goes while they still run; what the other cluster needs stays, and is looked for
 * before anything is removed.
 */
export const emptyingActions = (outside: Outside) => {
  const emptyCluster: Deed<'emptyCluster'> = async (call) => {
    const { cluster: name, identity, gateway } = call.input
    const world = await proven(outside, call.scope)
    const found = await world.eks.findCluster(name)
    // It runs on while it is updated, and can be emptied then too.
    if (!found || !['ACTIVE', 'UPDATING'].includes(found.status))
      return { note: `${name} is ${found?.status ?? 'gone'}: nothing to empty` }
    proveIdentity(found, identity, call.run)
    if (identity === 'made-by-this-run') {
      const note = await nothingUnseen(world, call.scope, name)
      if (note !== undefined) return { note }
    }
    const side: Side = name === call.scope.green ? 'green' : 'blue'
    const cluster = await world.cluster(name)
    const other = await world.ifThere(otherSide(side))
    // What blue's load balancers, volumes and names lead to is on green by now, or nowhere.
    if (!other && side === 'blue')
      throw contested(
        `${call.scope.green} is not there (any more), and ${name} may be all that is left of the platform. ${removedSoFar()}. Find out what became of ${call.scope.green}; once it is back, retry`,
      )
    await refuseWhereServing(world, call.scope, side)
    if (!doneWithin(LED, LED_MS)) {
      const asked = { side, gateway, removed: removedSoFar() }
      if (side === 'blue') noteAside(OWNED, await refuseWhereLed(world, call.scope, cluster, asked))
      else noteAside(UNSEEN, await refuseWhereNamed(world, call.scope, asked))
      noteDone(LED)
    }
    await refuseProtected({ cluster, name })
    // It would make anew what is removed, and a load balancer outlive its cluster.
    await stopFlux(cluster)
    // It would delete names that the other cluster is reached by, as soon as their Ingresses here go.
    const owned = notedAside(OWNED) as Owned | undefined // only this action notes under that name
    const stopped = await stopExternalDns({ cluster, name }, other, {
      all: identity !== 'made-by-this-run',
      owned,
      removed: removedSoFar(),
    })
    const unseen = notedAside(UNSEEN) as readonly Finding[] | undefined // as above
    const findings = [...(unseen ?? []), ...stopped]
    const kept = await keepWhatIsUsed({ cluster, name }, other)
    await removeOutsiders({ cluster, name })
    await awaitVolumes({ cluster, name })
    return {
      note: `${name} has no load balancers, bindings or volume claims${await staying(world, kept)}`,
      ...(findings.length > 0 && { findings }),
    }
  }
  return { emptyCluster }
}

interface Emptied {
  readonly cluster: KubernetesPort
  readonly name: string
}

/** What attempts of this step have removed, in words: they look again while load balancers go. */
function removedSoFar(): string {
  const noted = notedAside(REMOVED) as string | undefined // only `removeOutsiders` notes under that name
  return noted === undefined ? NOTHING_REMOVED : `Gone already, or going: ${noted}`
}

/** Throws `contested` where removing what this cluster has outside would drop requests. Reads only. */
async function refuseWhereServing(world: Proven, scope: Scope, side: Side): Promise<void> {
  const { here, there } = await servingOf(world, scope, side)
  const [name, other] = [scope[side], scope[otherSide(side)]]
  if (here.length > 0)
    throw contested(
      `listener rules still send requests to ${name}: ${rulesInWords(here)}. ${removedSoFar()}. Have them forward to ${other} alone, then retry`,
    )
  if (there.length > 0)
    throw contested(
      `load balancers that the controller of ${name} made send requests to ${other}: ${rulesInWords(there)}. They would go with the Ingresses and Gateways of ${name}. ${removedSoFar()}. Move these rules to a load balancer that stays, then retry`,
    )
}

/** Volumes that the other cluster has too, by Norikae or by somebody else, outlive their claims here. Answers their EBS ids. */
async function keepWhatIsUsed({ cluster, name }: Emptied, other: KubernetesPort | undefined): Promise<string[]> {
  const used = new Set((await other?.list('PersistentVolume'))?.flatMap((v) => ebsOf(v)?.id ?? []))
  const shared = (volume: KubernetesObject) => used.has(ebsOf(volume)?.id ?? '')
  const volumes = (await cluster.list('PersistentVolume')).filter((v) => isHeld(v) || shared(v))
  for (const volume of volumes) await hold({ cluster, name }, volume)
  return volumes.filter(shared).flatMap((v) => ebsOf(v)?.id ?? [])
}

const outsidersOn = async ({ cluster }: Pick<Emptied, 'cluster'>): Promise<Outsider[]> =>
  (await Promise.all(outsiderKinds.map((kind) => cluster.list(kind)))).flat().filter(isOutsider)

/** Throws `contested` where a load balancer could not go: its controller would hold all that it is for. Reads only. */
async function refuseProtected({ cluster, name }: Emptied): Promise<void> {
  const [outsiders, configurations] = await Promise.all([
    outsidersOn({ cluster }),
    cluster.list('LoadBalancerConfiguration'),
  ])
  const held = protectedAmong(outsiders, configurations)
  if (held.length > 0)
    throw contested(`${protectedInWords(name, held)}. ${removedSoFar()}. Take that out where it is written, then retry`)
}

/**
 * Ends when all of it is gone, and nobody has made it anew meanwhile; throws `contested` where somebody does so again and
 * again: what came after the last look would outlive the cluster.
 */
async function removeOutsiders({ cluster, name }: Emptied): Promise<void> {
  const outsiders = await outsidersOn({ cluster })
  if (outsiders.length === 0) {
    if (doneWithin(REMOVED, HEALED_MS))
      throw notYet(
        `what ${name} had outside is gone, and is to stay so: whoever makes it anew does by then`,
        budgets.targets,
      )
    return
  }
  const begunAtMs = firstDoneAtMs(BEGUN)
  const again = outsiders.find((it) => isNewerThan(begunAtMs, it))
  if (notedAside(REMOVED) !== undefined && again) throw contested(madeAnew(again, name))
  if (outsiders.some((o) => o.kind === 'PersistentVolumeClaim')) await stopWhatMounts(cluster)
  const named = outsidersInWords(outsiders)
  // The first time it is all of them.
  if (notedAside(REMOVED) === undefined) noteAside(REMOVED, named)
  noteDone(REMOVED)
  for (const { kind, metadata } of outsiders) {
    if (metadata.deletionTimestamp === undefined)
      await cluster.remove(kind, metadata.namespace, metadata.name, metadata.uid)
  }
  throw notYet(
    `${outsiders.length} objects with something outside ${name} are going: ${named}${attachedInWords(outsiders)}`,
    budgets.targets,
  )
}

/** Once may be a controller that had not heard of it. */
const isNewerThan = (begunAtMs: number, { metadata }: KubernetesObject): boolean =>
  metadata.deletionTimestamp === undefined && Date.parse(metadata.creationTimestamp ?? '') > begunAtMs + ANEW_MS

const madeAnew = (object: Outsider, cluster: string): string =>
  `${nameOf(object)} of ${cluster} was removed, and ${writerOf(object, ['spec']) ?? 'somebody'} makes it anew: what it has outside would outlive ${cluster}. ${removedSoFar()}. Have whoever deploys it leave ${cluster} alone (Argo CD: take it out of the Application’s destinations, or turn automated sync off), then retry`

/**
 * A claim stays for as long as a pod mounts it, and a StatefulSet would make it anew.
 * https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection
 */
async function stopWhatMounts(cluster: KubernetesPort): Promise<void> {
  const workloads = await Promise.all((['Deployment', 'StatefulSet'] as const).map((kind) => cluster.list(kind)))
  for (const workload of workloads.flat().filter((w) => hasVolumeClaims(w) && replicasOf(w) > 0)) {
    const { namespace, name, resourceVersion } = workload.metadata
    await cluster.patch(workload.kind as 'Deployment', namespace, name, {
      metadata: { resourceVersion },
      spec: { replicas: 0 },
    })
  }
}

/** Its driver deletes what a claim leaves, in its own time; once its pods are gone nobody does. */
async function awaitVolumes({ cluster, name }: Emptied): Promise<void> {
  const going = (await cluster.list('PersistentVolume')).filter(goesWithItsClaim)
  if (going.length === 0) return
  throw notYet(
    `${going.length} volumes of ${name} are being deleted by their driver: ${going
      .slice(0, 3)
      .map((v) => [v.metadata.name, ebsOf(v)?.id, v.status?.['message']].filter(Boolean).join(' '))
      .join(', ')}. One that is to stay gets the reclaim policy Retain`,
    budgets.volumes,
  )
}

/** What was kept is there, in words. Throws `failed` where EC2 does not have it any more. */
async function staying({ blockStorage }: Proven, ids: readonly string[]): Promise<string> {
  if (ids.length === 0) return ''
  const there = new Set((await blockStorage.volumes(ids)).map((v) => v.id))
  const gone = ids.filter((id) => !there.has(id))
  if (gone.length > 0)
    throw failed(
      `EC2 does not have ${gone.join(', ')} any more, which both clusters name. Look what became of them before anything else is deleted`,
    )
  return `; ${ids.length} volumes that the other cluster has are there: ${ids.join(', ')}`
}
