import { each } from './few-at-a-time.ts'
import { blueAmong } from '../domain/cluster-name.ts'
import { RUN_TAG } from '../domain/clone.ts'
import type { KubernetesVersion } from '../domain/kubernetes-version.ts'
import type { PlatformFile } from '../domain/platform-file.ts'
import { invalidInput, isDenied } from './errors.ts'
import type { EksPort } from './ports.ts'
import { sightOf, type Sight } from './sight.ts'

/**
 * The same, and what is noted of what the worker may not look at. Where it may not list clusters it is the one that the file
 * names, else a name by which only rights are asked for: `sight` has noted it then.
 */
export async function blueSeen(
  eks: EksPort,
  file: Pick<PlatformFile, 'platform' | 'blue' | 'adopts'>,
  to?: KubernetesVersion,
): Promise<{ readonly blue: string; readonly sight: Sight }> {
  try {
    const blue = await blueOf(eks, file, to)
    return { blue, sight: sightOf(blue) }
  } catch (error) {
    if (!isDenied(error)) throw error
    const blue = file.blue ?? file.platform
    const sight = sightOf(blue)
    await sight.at('clusters', () => Promise.reject(error), undefined)
    return { blue, sight }
  }
}

/**
 * The name of the cluster that serves now, looked for once before anything is made. `to`: what green is to be. Throws
 * `InvalidInput` where none is, and where it may be several, with what tells them apart: when each was made, and by which run.
 */
export async function blueOf(
  eks: EksPort,
  { platform, blue, adopts }: Pick<PlatformFile, 'platform' | 'blue' | 'adopts'>,
  to?: KubernetesVersion,
): Promise<string> {
  const all = await eks.clusterNames()
  const found = blueAmong(
    all.filter((name) => name !== adopts),
    platform,
    to,
    blue,
  )
  if (typeof found === 'string') return found
  if (adopts !== undefined && all.includes(adopts) && found.among === undefined)
    throw invalidInput(
      `${found.fault}. ${adopts} is there, and the platform file says that it is green (green.adopt): if it serves by now, take that out`,
    )
  const { fault, among = [] } = found
  const them = await each(among, (name) => eks.findCluster(name))
  const made = them.flatMap((cluster) => {
    if (!cluster) return []
    const { name, version, createdAt, tags } = cluster
    const run = tags[RUN_TAG]
    return [`${name} is at ${version}, made ${createdAt}${run === undefined ? '' : ` by run ${run} of Norikae`}`]
  })
  throw invalidInput([fault, ...made].join('. '))
}
