import { isThere } from '../domain/adoption.ts'
import { greenName } from '../domain/cluster-name.ts'
import { isKubernetesVersion } from '../domain/kubernetes-version.ts'
import type { PlatformFile } from '../domain/platform-file.ts'
import { blueOf } from './blue.ts'
import { proven, type Outside } from './outside.ts'

/** Those of the upgrade that is open, where it has planned; else blue, and the green that the file or an upgrade names. Without `green`: none is there yet. */
export async function clustersOf(
  outside: Outside,
  file: PlatformFile,
): Promise<{ readonly blue: string; readonly green?: string }> {
  const { eks } = await proven(outside, { ...file, blue: '', green: '' })
  const open = await outside.openUpgrade(file.platform)
  const subject = open && (await outside.upgradeStatus(file.platform))?.run?.subject
  const to = open?.to !== undefined && isKubernetesVersion(open.to) ? open.to : undefined
  const blue = subject?.blue ?? (await blueOf(eks, file, to))
  const named = subject?.green ?? file.adopts ?? (to && greenName(file.platform, to, blue))
  const found = named === undefined ? undefined : await eks.findCluster(named)
  return { blue, ...(found && isThere(found) && { green: found.name }) }
}
