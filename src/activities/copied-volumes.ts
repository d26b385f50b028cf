import type { ActionCall } from '../domain/actions.ts'
import { RUN } from '../domain/annotations.ts'
import { PLATFORM_TAG, RUN_TAG } from '../domain/clone.ts'
import {
  ASKER_TAG,
  isEarlierCopy,
  copiedFrom,
  copyAmong,
  copyLike,
  copyTags,
  isKept,
  KEPT_TAG,
  onCopy,
  snapshotDescription,
  snapshotsWaitedFor,
  WORKLOAD_TAG,
} from '../domain/copied-volumes.ts'
import type { VolumeDescription } from '../domain/ec2-objects.ts'
import { info } from '../domain/findings.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { workloadName, type WorkloadRef } from '../domain/platform.ts'
import { isBound, paired } from '../domain/volumes.ts'
import { contested, failed, notFound } from './errors.ts'
import { otherSide, proven, type Deed, type Outside, type Proven } from './outside.ts'
import type { BlockStoragePort } from './ports.ts'
import {
  bothSides,
  ebsVolumes,
  hold,
  idOf,
  proveAvailable,
  proveUnattached,
  refuseClashes,
  type Store,
} from './stores.ts'
import { tagsOf, tokenOf } from './tokens.ts'
import { bring, clear } from './volume-copies.ts'
import { askedOnce, budgets, notYet, onceEach, remember, soonKnown, unlessGone } from './waiting.ts'

export const copiedVolumeActions = (outside: Outside) => {
  const copyVolumes: Deed<'copyVolumes'> = async (call) => {
    const { input, scope, run, asker } = call
    const { workload, from, to } = input
    const world = await proven(outside, scope)
    const { here, there } = await bothSides(world, scope, workload, to)
    if (!there) throw notFound(`${scope[from]} is gone, and the volumes of ${workload.name} with it`)
    const volumes = ebsVolumes(there)
    for (const volume of volumes) await hold(there, volume)
    // Nothing writes to them while they are copied, whoever starts what meanwhile.
    await proveUnattached(there)
    const originals = await proveAvailable(world, volumes, new Set())

    const copies = new Map(copiedBefore(here, run))
    await refuseOlder(world, [...copies.values()], asker, scope)
    const left = [...originals.values()].filter(({ id }) => !copies.has(id))
    for (const [id, copy] of await made(world, call, left)) copies.set(id, copy.id)
    const described = new Map((await world.blockStorage.volumes([...copies.values()])).map((v) => [v.id, v]))
    const onCopies = there.stores.map((stored) => onCopy(stored, new Map(copiesIn(copies, described))))
    const pairs = paired(here.stores, onCopies).filter((pair) => pair.there !== undefined)
    refuseClashes(pairs, here, there)
    for (const pair of pairs) await bring(here, pair, described, run)

    const { here: now } = await bothSides(world, scope, workload, to)
    const waiting = onCopies.filter(({ claim, volume }) => volume && !isBoundIn(now, claim.metadata.name))
    if (waiting.length > 0)
      throw notYet(
        `${waiting.map(({ claim }) => claim.metadata.name).join(', ')} on ${here.name} not bound to ${waiting.length === 1 ? 'its copy' : 'their copies'} yet`,
        budgets.copy,
        '1s',
      )
    return { note: `${pairs.length} claims of ${workload.name} on ${here.name} have copies of what ${there.name} had` }
  }

  const keepCopies: Deed<'keepCopies'> = async ({ input: { workload, on }, scope, run }) => {
    const { blockStorage } = await proven(outside, scope)
    const mine = belonging(scope.platform, run, workload)
    const all = await blockStorage.volumesTagged(mine)
    const loose = all.filter((v) => !isKept(v)).map((v) => v.id)
    if (loose.length > 0) {
      await blockStorage.tagVolumes(loose, { [KEPT_TAG]: scope[on] })
      // What comes next deletes what is not kept, so it is seen to be.
      throw notYet(`${loose.join(', ')} not kept yet`, budgets.objects, '1s')
    }
    const ids = all.map((v) => v.id)
    if (ids.length === 0) return { note: `${workload.name} has no copied volumes` }
    return {
      note: `${ids.join(', ')} stay: ${scope[on]} wrote on them`,
      findings: [copyKept(workload, all, `it went back without what it wrote on ${scope[on]}, which is on`)],
    }
  }

  const discardVolumes: Deed<'discardVolumes'> = async ({ input: { workload, on }, scope, run, asker }) => {
    const world = await proven(outside, scope)
    const { blockStorage } = world
    const { there, owns } = await bothSides(world, scope, workload, otherSide(on))
    if (there) {
      // A driver that is told to detach needs to find them.
      await proveUnattached(there, copiesOn(there))
      await clear(there, workload, owns, run)
    }
    const mine = belonging(scope.platform, run, workload)
    const all = await blockStorage.volumesTagged(mine)
    // Green may have run on what an earlier cutover made, and nobody has said that it may be lost.
    const earlier = all.filter((v) => isEarlierCopy(v, asker))
    const loose = earlier.filter((v) => !isKept(v)).map((v) => v.id)
    if (loose.length > 0) await blockStorage.tagVolumes(loose, { [KEPT_TAG]: scope[on] })
    const going = all.filter((v) => !isKept(v) && !isEarlierCopy(v, asker))
    for (const { id, state } of going)
      if (['available', 'error'].includes(state))
        await unlessGone(
          id,
          budgets.volumes,
          async () => (await blockStorage.volumes([id])).every((v) => v.state === 'deleting'),
          () => blockStorage.deleteVolume(id),
        )
    const snapshots = await dropped(blockStorage, mine)
    const left = [...going.map((v) => `${v.id} (${v.state})`), ...(snapshots > 0 ? [`${snapshots} snapshots`] : [])]
    if (left.length > 0) throw notYet(`going: ${left.join(', ')}`, budgets.volumes, '1s')
    const kept = all.length === 0 ? '' : `; ${all.map((v) => v.id).join(', ')} stay, tagged ${KEPT_TAG}`
    return {
      note: `no copied volume of ${workload.name} is on ${scope[on]}${kept}`,
      ...(earlier.length > 0 && {
        findings: [
          copyKept(
            workload,
            earlier,
            `an earlier cutover has copied it to ${scope[on]}, ended in mid-run, and may have left it running there: what it wrote is on`,
          ),
        ],
      }),
    }
  }

  const dropSnapshots: Deed<'dropSnapshots'> = async ({ input: { workload }, scope, run }) => {
    const { blockStorage } = await proven(outside, scope)
    const left = await dropped(blockStorage, belonging(scope.platform, run, workload))
    if (left > 0) throw notYet(`${left} snapshots of ${workload.name} are going`, budgets.volumes, '1s')
    return { note: `no snapshot of ${workload.name} is left` }
  }

  return { copyVolumes, keepCopies, discardVolumes, dropSnapshots }
}

/** The volumes that people may want to read, and then delete. */
const copyKept = (workload: WorkloadRef, volumes: readonly VolumeDescription[], why: string) => {
  const ids = volumes.map((v) => v.id)
  return info(
    'copy-kept',
    workloadName(workload),
    `${why} ${ids.join(', ')}`,
    `take from there what is missed, then: ${ids.map((id) => `aws ec2 delete-volume --volume-id ${id}`).join('; ')}`,
  )
}

/** What this run made for a workload, in whichever try. */
const belonging = (platform: string, run: string, workload: WorkloadRef) => ({
  [PLATFORM_TAG]: platform,
  [RUN_TAG]: run,
  [WORKLOAD_TAG]: workloadName(workload),
})

/** How many there are still. One that is not complete yet goes as soon as it is: EC2 has heard it, and may take hours. */
async function dropped(blockStorage: BlockStoragePort, tags: Readonly<Record<string, string>>): Promise<number> {
  const all = await blockStorage.snapshotsTagged(tags)
  for (const { id } of all)
    await unlessGone(
      id,
      budgets.volumes,
      async () => !(await blockStorage.snapshotsTagged(tags)).some((s) => s.id === id),
      () => blockStorage.deleteSnapshot(id),
    )
  return all.filter((s) => s.state !== 'pending').length
}

/**
 * Copies that this side has already, from an earlier attempt or from a try that people had done again, as pairs of ids.
 * Blue was not started in between: going back discards them, and where that was skipped, keeping blue's volumes refused to
 * begin.
 */
const copiedBefore = (side: Store, run: string): [original: string, copy: string][] =>
  ebsVolumes(side).flatMap((volume): [string, string][] => {
    const original = volume.metadata.labels?.[RUN] === run ? copiedFrom(volume) : undefined
    return original === undefined ? [] : [[original, idOf(volume)]]
  })

/** A cutover that has ended without going back says nothing of what its blue has written since. */
async function refuseOlder(
  { blockStorage }: Proven,
  ids: readonly string[],
  asker: string,
  scope: ActionCall['scope'],
): Promise<void> {
  if (ids.length === 0) return
  const older = (await blockStorage.volumes([...ids])).filter((v) => isEarlierCopy(v, asker))
  if (older.length === 0) return
  throw contested(
    `${older.map((v) => v.id).join(', ')} on ${scope.green} ${older.length === 1 ? 'is a copy' : 'are copies'} of an earlier cutover, which ended in mid-run: ${scope.blue} may have written since. rollback takes ${older.length === 1 ? 'it' : 'them'} off ${scope.green} and keeps ${older.length === 1 ? 'it' : 'them'} for people; then retry`,
  )
}

const copiesOn = ({ stores }: Store): KubernetesObject[] =>
  stores.flatMap(({ volume }) => (volume && copiedFrom(volume) !== undefined ? volume : []))

const copiesIn = (
  copies: ReadonlyMap<string, string>,
  described: ReadonlyMap<string, VolumeDescription>,
): [string, VolumeDescription][] =>
  [...copies].map(([original, id]) => {
    const found = described.get(id)
    if (!found) throw failed(`EC2 has no volume ${id}, which is to be the copy of ${original}`)
    return [original, found]
  })

const isBoundIn = ({ stores }: Store, name: string): boolean =>
  stores.some(({ claim, volume }) => claim.metadata.name === name && isBound(claim, volume))

/**
 * A volume for each of these, made from a snapshot of this try: an earlier try's may be older than what blue has written
 * since. Throws `notYet` until all can be attached.
 */
async function made(
  { blockStorage }: Proven,
  call: ActionCall<'copyVolumes'>,
  originals: readonly VolumeDescription[],
): Promise<ReadonlyMap<string, VolumeDescription>> {
  if (originals.length === 0) return new Map()
  const { input, scope } = call
  const { workload, from, to } = input
  const mine = { ...tagsOf(call), [ASKER_TAG]: call.asker, [WORKLOAD_TAG]: workloadName(workload) }
  const listedAtMs = Date.now()
  const before = await blockStorage.snapshotsTagged(mine)
  const description = snapshotDescription(scope, workload)
  // There is no token for it: what was begun is remembered, and found by its tags where that was lost.
  const taken = await onceEach(
    originals,
    ({ id }) => id,
    async ({ id }) =>
      before.find((s) => s.volume === id)?.id ??
      (await askedOnce(`snapshot of ${id}`, listedAtMs, budgets.copy, () =>
        blockStorage.createSnapshot(id, description, { ...mine, ...copyTags(id, workload) }),
      )),
  )
  remember([...taken])
  const snapshots = await blockStorage.snapshotsTagged(mine)
  for (const { id, volume, problem = 'EC2 says no more' } of snapshots.filter((s) => s.state === 'error'))
    throw failed(`the snapshot ${id} of ${volume} went wrong: ${problem}`)
  const waited = snapshotsWaitedFor([...taken.values()], snapshots)
  if (waited !== undefined) throw notYet(`snapshots of ${workload.name} are being taken: ${waited}`, budgets.copy)

  const volumes = await blockStorage.volumesTagged(mine)
  const copies = new Map<string, VolumeDescription>()
  for (const original of originals) {
    const { id } = original
    const copy = copyAmong(volumes, id)
    const own = { ...mine, ...copyTags(id, workload) }
    const like = { snapshot: taken.get(id) ?? '', from: scope[from], to: scope[to], own }
    if (!copy)
      await soonKnown(`snapshot ${like.snapshot}`, budgets.objects, () =>
        blockStorage.createVolume(copyLike(original, like), tokenOf(call, id)),
      )
    else if (copy.state === 'error') throw failed(`the copy ${copy.id} of ${id} could not be made by EC2`)
    else if (copy.state !== 'creating') copies.set(id, copy)
  }
  if (copies.size < originals.length)
    throw notYet(
      `${originals.length - copies.size} volumes of ${workload.name} are being made from snapshots`,
      budgets.copy,
      '1s',
    )
  return copies
}
