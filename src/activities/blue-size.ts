import { setTimeout } from 'node:timers/promises'
import { raised } from '../domain/floors.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { isPaused } from '../domain/pauses.ts'
import { workloadName, type Scope, type WorkloadRef } from '../domain/platform.ts'
import { readinessOf, replicasOf } from '../domain/workload-state.ts'
import { hindrancesIn } from './hindrances.ts'
import type { Proven } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { scalerOf } from './scalers.ts'

/** How long the way back waits for the size of a side that may not answer. */
const SILENT_MS = 3_000

type World = Pick<Proven, 'on'>

/** One workload on blue, held against what it needs to be alone. */
interface Grown {
  readonly ref: WorkloadRef
  readonly found: KubernetesObject | undefined
  readonly ready: number
  readonly needed: number
  /** Norikae may raise it. */
  readonly scaled: boolean
}

export interface BlueSize {
  /** How much of it is ready, 0 to 1: the least of them. Undefined: blue does not answer in time, and nobody can tell. */
  readonly share: number | undefined
  readonly all: readonly Grown[]
}

/**
 * How much of what these need on blue to serve alone is ready there. Needed is green's size, within what a scaler may have; where
 * green does not answer it is the scaler's floor, or what blue has written.
 */
export async function blueSize(world: World, workloads: readonly WorkloadRef[]): Promise<BlueSize> {
  const all = await inTime(
    world.on('blue').then((blue) => Promise.all(workloads.map((ref) => grown(world, blue, ref)))),
    undefined,
  )
  return {
    share: all && Math.min(1, ...all.map(({ ready, needed }) => (needed === 0 ? 1 : ready / needed))),
    all: all ?? [],
  }
}

async function grown(world: World, blue: KubernetesPort, ref: WorkloadRef): Promise<Grown> {
  const { kind, namespace, name } = ref
  const green = world.on('green').then((it) => it.find(kind, namespace, name))
  const [scaler, found, like] = await Promise.all([
    scalerOf(blue, ref),
    blue.find(kind, namespace, name),
    inTime(green, undefined),
  ])
  const ready = found ? readinessOf(found).ready : 0
  const size = like && replicasOf(like)
  // Its controller may not have seen the floor yet, nor have been told.
  if (scaler && !isPaused(scaler)) return { ref, found, ready, needed: raised(scaler, size ?? 0).floor, scaled: true }
  return { ref, found, ready, needed: size ?? (found ? replicasOf(found) : 1), scaled: false }
}

/** What is missing, and why: for people, who wait for it. */
export async function missingIn(world: World, { all }: BlueSize, scope: Scope): Promise<string> {
  const small = all.filter(({ ready, needed }) => ready < needed)
  const why = (it: Grown) =>
    it.found ? world.on('blue').then((blue) => hindrancesIn(blue, it.found ? [it.found] : [], '', { ends: false })) : ''
  const told = await Promise.all(
    small.map(async (it) => {
      const has = it.found ? `has ${it.ready} of ${it.needed} pods ready` : 'is not there'
      const grows = it.scaled || !it.found || replicasOf(it.found) >= it.needed ? '' : ', and nothing scales it'
      return `${workloadName(it.ref)} ${has}${grows}${await inTime(Promise.resolve(why(it)), '')}`
    }),
  )
  return told.length === 0 ? `the load balancer finds too few targets of ${scope.blue} healthy` : told.join('; ')
}

/** What cannot be asked, or is not answered in time, is not known. */
export const inTime = <T>(asked: Promise<T>, otherwise: T): Promise<T> =>
  Promise.race([asked.catch(() => otherwise), setTimeout(SILENT_MS, otherwise)])
