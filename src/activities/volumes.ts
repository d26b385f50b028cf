import { isSuccessor, type ActionCall } from '../domain/actions.ts'
import { RUN } from '../domain/annotations.ts'
import { copiedFrom, isEarlierCopy } from '../domain/copied-volumes.ts'
import {
  attachedVolume,
  clash,
  DRIVER,
  givenBack,
  isAttached,
  isBound,
  isHeld,
  isRetained,
  paired,
  volumeFor,
  type Pair,
} from '../domain/volumes.ts'
import { contested, failed } from './errors.ts'
import { proven, type Deed, type Outside, type Proven } from './outside.ts'
import {
  attachmentsOf,
  bothSides,
  ebsVolumes,
  hold,
  idOf,
  proveAvailable,
  proveUnattached,
  refuseClashes,
  type Store,
} from './stores.ts'
import { bring, clear, copiesOn } from './volume-copies.ts'
import { budgets, notYet } from './waiting.ts'

export const volumeActions = (outside: Outside) => {
  const retainVolumes: Deed<'retainVolumes'> = async (call) => {
    const { input, scope } = call
    const { workload, on } = input
    const world = await proven(outside, scope)
    const { here, there } = await bothSides(world, scope, workload, on)
    const volumes = ebsVolumes(here)
    // What could not be attached on the other side is found before the workload is stopped.
    if (there && volumes.length > 0) {
      if (!(await there.cluster.find('CSIDriver', undefined, DRIVER)))
        throw failed(
          `${there.name} has no driver ${DRIVER}, so no volume of ${workload.name} could be attached there. Install the add-on aws-ebs-csi-driver, then retry`,
        )
      const pairs = paired(here.stores, there.stores)
      await refuseEarlierCopies(world, call, pairs, there.name)
      refuseClashes(pairs, here, there)
    }
    for (const volume of volumes) await hold(here, volume)
    return {
      note: `${volumes.length} volumes of ${workload.name} on ${here.name} stay, whatever becomes of their claims`,
    }
  }

  const unretainVolumes: Deed<'unretainVolumes'> = async ({ input: { workload, on }, scope }) => {
    const world = await proven(outside, scope)
    if (!(await world.ifThere(on))) return { note: `${scope[on]} is gone, and its claims with it` }
    const { here, there } = await bothSides(world, scope, workload, on)
    const held = ebsVolumes(here).filter(isHeld)
    const ids = new Set(held.map(idOf))
    // One side at most may delete a volume.
    for (const volume of there ? ebsVolumes(there) : []) if (there && ids.has(idOf(volume))) await hold(there, volume)
    for (const volume of held) {
      const { name } = volume.metadata
      const read = await here.cluster.patch('PersistentVolume', undefined, name, givenBack(volume))
      if (isHeld(read))
        throw notYet(`volume ${name} on ${here.name} has no reclaim policy of its own yet`, budgets.objects)
    }
    return { note: `${held.length} volumes of ${workload.name} on ${here.name} have their reclaim policy back` }
  }

  const detachVolumes: Deed<'detachVolumes'> = async ({ input: { workload, on }, scope }) => {
    const world = await proven(outside, scope)
    if (!(await world.ifThere(on))) return { note: `${scope[on]} is gone, and holds no volume` }
    const { here } = await bothSides(world, scope, workload, on)
    const volumes = ebsVolumes(here)
    for (const volume of volumes) await hold(here, volume)
    await proveUnattached(here)
    await proveAvailable(world, volumes, new Set())
    return { note: `${volumes.length} volumes of ${workload.name} are on no node of ${here.name}, and available` }
  }

  const attachVolumes: Deed<'attachVolumes'> = async ({ input: { workload, on }, scope, run }) => {
    const world = await proven(outside, scope)
    const { here, there, owns } = await bothSides(world, scope, workload, on)
    const pairs = paired(here.stores, there?.stores ?? [])
    if (there) {
      // What blue has is right where green was never given it: something else was started there before its turn.
      const copied = on === 'green' ? pairs : await copiesOn(there, workload, owns, run, pairs)
      refuseClashes(copied, here, there)
      await proveLetGo(there, pairs)
    }
    const volumes = pairs.flatMap((pair) => volumeFor(pair) ?? [])
    const attached = new Set((await attachmentsOf(here, ebsVolumes(here))).filter(isAttached).map(attachedVolume))
    const described = await proveAvailable(world, volumes, attached)
    for (const pair of pairs) await bring(here, pair, described, run)

    const { here: now } = await bothSides(world, scope, workload, on)
    const waiting = pairs.filter((pair) => !isThere(now, pair))
    if (waiting.length > 0)
      throw notYet(
        `${waiting.map((p) => p.name).join(', ')} on ${here.name} not bound to ${waiting.length === 1 ? 'its volume' : 'their volumes'} yet`,
        budgets.volumes,
        '1s',
      )
    if (on === 'blue' && there) await clear(there, workload, owns, run)
    return { note: `${pairs.length} claims of ${workload.name} on ${here.name} have their volumes` }
  }

  return { retainVolumes, unretainVolumes, detachVolumes, attachVolumes }
}

/** A claim that had no volume gets one when it is first mounted. */
function isThere(now: Store, { name, here, there }: Pair): boolean {
  const found = now.stores.find(({ claim }) => claim.metadata.name === name)
  return found !== undefined && (volumeFor({ name, here, there }) === undefined || isBound(found.claim, found.volume))
}

/** The other side neither writes to what is attached here, nor would it delete it. */
async function proveLetGo(side: Store, pairs: readonly Pair[]): Promise<void> {
  const wanted = new Set(pairs.flatMap((pair) => volumeFor(pair) ?? []).map(idOf))
  const volumes = ebsVolumes(side).filter((v) => wanted.has(idOf(v)))
  const loose = volumes.find((v) => !isRetained(v))
  if (loose)
    throw failed(
      `volume ${loose.metadata.name} on ${side.name} would be deleted with its claim: somebody has changed its reclaim policy since it was detached. Set persistentVolumeReclaimPolicy to Retain, then retry`,
    )
  await proveUnattached(side, volumes)
}

/** A copy that an earlier cutover has made is told as one: whether green wrote on it, and whether that counts, people know. */
async function refuseEarlierCopies(
  { blockStorage }: Proven,
  call: ActionCall<'retainVolumes'>,
  pairs: readonly Pair[],
  where: string,
): Promise<void> {
  if (!isSuccessor(call)) return
  const {
    run,
    asker,
    input: { workload },
  } = call
  const copies = pairs.filter(clash).flatMap(({ name, there }) => {
    const volume = there?.volume
    return volume && copiedFrom(volume) !== undefined && volume.metadata.labels?.[RUN] === run ? [{ name, volume }] : []
  })
  if (copies.length === 0) return
  const made = await blockStorage.volumes(copies.map(({ volume }) => idOf(volume)))
  const earlier = new Set(made.filter((volume) => isEarlierCopy(volume, asker)).map(({ id }) => id))
  const left = copies.filter(({ volume }) => earlier.has(idOf(volume)))
  if (left.length === 0) return
  const ids = left.map(({ volume }) => idOf(volume))
  const [claims, volumes] = [left.map((c) => c.name), left.map((c) => c.volume.metadata.name)]
  throw contested(
    `${claims.join(', ')} of ${workload.name} on ${where} ${left.length === 1 ? 'is' : 'are'} on ${ids.join(', ')}, copied by an earlier cutover of this app, which ended in mid-run: what ${where} has written there would be replaced by a new copy. See what of it is missed. Then, on ${where}: kubectl delete pvc ${claims.join(' ')} --namespace ${workload.namespace}, kubectl delete pv ${volumes.join(' ')}; then retry. ${ids.join(', ')} ${left.length === 1 ? 'stays' : 'stay'} in EC2 for people to delete`,
  )
}
