import { blueAmong } from '../domain/cluster-name.ts'
import { RUN_TAG } from '../domain/clone.ts'
import type { KubernetesVersion } from '../domain/kubernetes-version.ts'
import type { PlatformFile } from '../domain/platform-file.ts'
import { invalidInput } from './errors.ts'
import type { EksPort } from './ports.ts'

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
  const each = await Promise.all(among.map((name) => eks.findCluster(name)))
  const made = each.flatMap((cluster) => {
    if (!cluster) return []
    const { name, version, createdAt, tags } = cluster
    const run = tags[RUN_TAG]
    return [`${name} is at ${version}, made ${createdAt}${run === undefined ? '' : ` by run ${run} of Norikae`}`]
  })
  throw invalidInput([fault, ...made].join('. '))
}
