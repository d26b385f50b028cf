import { raised } from '../domain/floors.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { isPaused } from '../domain/pauses.ts'
import { workloadName, type Scope, type WorkloadRef } from '../domain/platform.ts'
import type { Scaler } from '../domain/scalers.ts'
import { readinessOf, replicasOf } from '../domain/workload-state.ts'
import { hindrancesIn } from './hindrances.ts'
import { orWhy } from './in-time.ts'
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
  /** Norikae may raise it, and it is lower than what is needed. */
  readonly toRaise: boolean
  readonly scaled: boolean
}

/** Green's size by workload, as it was when the way back began: what fails on green may grow by that alone. */
export type Sizes = Readonly<Record<string, number>>

export interface BlueSize {
  /** How much of it is ready, 0 to 1: the least of them. Undefined: who has to tell does not answer in time. */
  readonly share: number | undefined
  /** Then why. */
  readonly silent?: string
  readonly all: readonly Grown[]
}

/** What these have on green; of what does not answer in time nothing. */
export async function sizesOnGreen(world: World, workloads: readonly WorkloadRef[]): Promise<Sizes> {
  const all = await Promise.all(
    workloads.map(async (ref) => [workloadName(ref), await known(sizeOnGreen(world, ref), undefined)] as const),
  )
  return Object.fromEntries(all.flatMap(([name, size]) => (size === undefined ? [] : [[name, size]])))
}

/**
 * How much of what these need on blue to serve alone is ready there. Needed is green's size, within what a scaler may have; where
 * green does not answer in time it is the scaler's floor, or what blue has written: a green that is gone must hold nobody there.
 */
export async function blueSize(world: World, workloads: readonly WorkloadRef[], sizes?: Sizes): Promise<BlueSize> {
  const [blue, green] = await Promise.all([
    toldOf(world.on('blue').then((it) => Promise.all(workloads.map((ref) => onBlue(it, ref))))),
    sizes ?? sizesOnGreen(world, workloads),
  ])
  if ('why' in blue) return { share: undefined, silent: blue.why, all: [] }
  const all = blue.told.map((it) => grown(it, green[workloadName(it.ref)]))
  return { share: Math.min(1, ...all.map(({ ready, needed }) => (needed === 0 ? 1 : ready / needed))), all }
}

interface OnBlue extends Pick<Grown, 'ref' | 'found'> {
  readonly scaler: Scaler | undefined
}

async function onBlue(blue: KubernetesPort, ref: WorkloadRef): Promise<OnBlue> {
  const [scaler, found] = await Promise.all([scalerOf(blue, ref), blue.find(ref.kind, ref.namespace, ref.name)])
  return { ref, found, scaler }
}

async function sizeOnGreen(world: World, { kind, namespace, name }: WorkloadRef): Promise<number | undefined> {
  const green = await world.on('green')
  const found = await green.find(kind, namespace, name)
  // Its team has taken it away since it was planned.
  return found ? replicasOf(found) : 0
}

function grown({ ref, found, scaler }: OnBlue, size: number | undefined): Grown {
  const ready = found ? readinessOf(found).ready : 0
  // Its controller may not have seen the floor yet, nor have been told.
  if (scaler && !isPaused(scaler)) {
    const { floor, patch } = raised(scaler, size ?? 0)
    return { ref, found, ready, needed: floor, scaled: true, toRaise: patch !== undefined }
  }
  return { ref, found, ready, needed: size ?? (found ? replicasOf(found) : 1), scaled: false, toRaise: false }
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
      return `${workloadName(it.ref)} ${has}${grows}${await known(Promise.resolve(why(it)), '')}`
    }),
  )
  return told.length === 0 ? `the load balancer finds too few targets of ${scope.blue} healthy` : told.join('; ')
}

/** What a side told in the time that the way back has for it, or why it did not. */
export const toldOf = <T>(asked: Promise<T>): ReturnType<typeof orWhy<T>> => orWhy(asked, SILENT_MS, 'no answer')

/** What cannot be asked, or is not answered in that time, is not known. */
export const known = async <T>(asked: Promise<T>, otherwise: T): Promise<T> => {
  const it = await toldOf(asked)
  return 'told' in it ? it.told : otherwise
}
