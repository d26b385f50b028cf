import { nameOf, type KubernetesObject } from './kubernetes-objects.ts'
import { imagesOf } from './workload-state.ts'

/** What a workload's pods are made of on each side; undefined where it is not there. */
export interface Difference {
  readonly workload: string
  readonly blue?: readonly string[]
  readonly green?: readonly string[]
}

/** The workloads whose images are not the same on both sides, in name order. Equal lists of images are the same release. */
export function imageDifferences(blue: readonly KubernetesObject[], green: readonly KubernetesObject[]): Difference[] {
  const [there, here] = [byName(blue), byName(green)]
  return [...new Set([...there.keys(), ...here.keys()])].toSorted().flatMap((workload) => {
    const [one, other] = [there.get(workload), here.get(workload)]
    if (one !== undefined && other !== undefined && one.join() === other.join()) return []
    return { workload, ...(one && { blue: one }), ...(other && { green: other }) }
  })
}

/** `Deployment/shop/web: web:2 on blue, web:1 on green` */
function differenceInWords({ workload, blue, green }: Difference): string {
  if (green === undefined) return `${workload} is not on green (${(blue ?? []).join(' ')} on blue)`
  if (blue === undefined) return `${workload} is not on blue (${green.join(' ')} on green)`
  return `${workload}: ${blue.join(' ')} on blue, ${green.join(' ')} on green`
}

/** So many are named; people look at the first, and count the rest. */
const NAMED = 5

export function differencesInWords(all: readonly Difference[]): string[] {
  const more = all.length - NAMED
  return [...all.slice(0, NAMED).map(differenceInWords), ...(more > 0 ? [`and ${more} more`] : [])]
}

const byName = (workloads: readonly KubernetesObject[]): ReadonlyMap<string, readonly string[]> =>
  new Map(workloads.map((w) => [nameOf(w), imagesOf(w)]))
