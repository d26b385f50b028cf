import type { BothSides } from '../domain/both-sides.ts'
import { isFrozen } from '../domain/flux.ts'
import { differencesInWords, imageDifferences } from '../domain/images.ts'
import { nameOf, type KubernetesObject } from '../domain/kubernetes-objects.ts'
import type { Activities } from '../workflows/activities.ts'
import { hazardsSeen } from './argocd-watch.ts'
import { ownWorkloads } from './discovery.ts'
import { orWhy } from './in-time.ts'
import { proven, type Outside, type Proven } from './outside.ts'

export const imageActivities = (outside: Outside): Pick<Activities, 'compareImages'> => ({
  async compareImages({ subject, namespaces, argocd }) {
    const world = await proven(outside, subject)
    const [images, hazards] = await Promise.all([
      imagesSeen(world, namespaces),
      argocd ? hazardsSeen(world, subject, { ...argocd, namespaces }) : [],
    ])
    return { ...images, hazards }
  },
})

/** Throws nothing: where a side does not answer in time, what is seen beside it is told all the same. */
export async function imagesSeen(
  world: Pick<Proven, 'on'>,
  namespaces: readonly string[],
  lookMs?: number,
): Promise<Pick<BothSides, 'differing' | 'unseen'>> {
  const seen = await orWhy(differingImages(world, namespaces), lookMs)
  return 'told' in seen ? { differing: seen.told } : { differing: [], unseen: seen.why }
}

/**
 * Which workloads run other images on blue than on green, in words; none where both run the same release. What sleeps
 * and Flux leaves alone meanwhile gets its release when it wakes up, and does not count.
 */
export async function differingImages(world: Pick<Proven, 'on'>, namespaces: readonly string[]): Promise<string[]> {
  const [blue, green] = await Promise.all(
    (['blue', 'green'] as const).map(async (side) => ownWorkloads(await world.on(side), namespaces)),
  )
  const frozen = new Set([...(blue ?? []), ...(green ?? [])].filter(isFrozen).map(nameOf))
  const counts = (object: KubernetesObject) => !frozen.has(nameOf(object))
  return differencesInWords(imageDifferences((blue ?? []).filter(counts), (green ?? []).filter(counts)))
}
