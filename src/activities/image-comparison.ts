import { differencesInWords, imageDifferences } from '../domain/images.ts'
import type { Activities } from '../workflows/activities.ts'
import { ownWorkloads } from './discovery.ts'
import { proven, type Outside, type Proven } from './outside.ts'

export const imageActivities = (outside: Outside): Pick<Activities, 'compareImages'> => ({
  compareImages: async ({ subject, namespaces }) => differingImages(await proven(outside, subject), namespaces),
})

/** Which workloads run other images on blue than on green, in words; none where both run the same release. */
export async function differingImages(world: Pick<Proven, 'on'>, namespaces: readonly string[]): Promise<string[]> {
  const [blue, green] = await Promise.all(
    (['blue', 'green'] as const).map(async (side) => ownWorkloads(await world.on(side), namespaces)),
  )
  return differencesInWords(imageDifferences(blue ?? [], green ?? []))
}
