import { hindranceFinding, hindranceInWords, hindrancesOf, lasting, type Hindrance } from '../domain/hindrances.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { faulty } from './errors.ts'
import { podsOf } from './pods.ts'
import type { KubernetesPort } from './ports.ts'

/**
 * Why these workloads are not ready, as their pods and whoever makes them tell, to be put behind what is waited for; empty
 * where nothing tells. `ends`: throws, with findings, where it will not come right by itself.
 */
export async function hindrancesIn(
  cluster: KubernetesPort,
  workloads: readonly KubernetesObject[],
  where: string,
  { ends }: { readonly ends: boolean },
): Promise<string> {
  const all = await Promise.all(workloads.map(async (w) => hindrancesOf(w, await podsOf(cluster, w))))
  const hindrances = all.flat()
  const last = ends ? lasting(hindrances, Date.now()) : []
  if (last.length > 0)
    throw faulty(
      `${where} cannot run ${inWords(last)}`,
      last.map((h) => hindranceFinding(h, where)),
    )
  return hindrances.length === 0 ? '' : `: ${inWords(hindrances)}`
}

const FEW = 3

function inWords(hindrances: readonly Hindrance[]): string {
  const more = hindrances.length - FEW
  return [...hindrances.slice(0, FEW).map(hindranceInWords), ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}
