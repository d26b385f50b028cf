import { readFile } from 'node:fs/promises'
import { BadInput } from '../client/problems.ts'
import type { UpgradeRequest } from '../domain/messages.ts'
import type { PlatformFile } from '../domain/platform-file.ts'
import type { OutlookRequest } from '../domain/scheduled.ts'
import { isKubernetesVersion } from '../domain/kubernetes-version.ts'

export interface RequestOptions {
  readonly file?: string | undefined
  readonly to: string
}

/**
 * What `plan` and `start` send, validated as far as it can be here: the platform file with every problem and its place.
 * Without a file the worker reads its own.
 */
export async function requestFrom(
  named: string | undefined,
  { file, to }: RequestOptions,
  by: string,
): Promise<UpgradeRequest> {
  if (!isKubernetesVersion(to)) throw new BadInput(`--to ${to} is not a Kubernetes version; write it like 1.36`)
  return { ...(await platformFrom(named, file)), to, by }
}

/** `-` is what is piped in. */
export async function textOf(file: string): Promise<string> {
  try {
    if (file !== '-') return await readFile(file, 'utf8')
    const { text } = await import('node:stream/consumers')
    return await text(process.stdin)
  } catch (error) {
    throw new BadInput(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** What `next` asks about: a platform by its name, or by its file. */
export async function platformFrom(named: string | undefined, file: string | undefined): Promise<OutlookRequest> {
  if (file === undefined) {
    if (named === undefined) throw new BadInput('name a platform, or give its file with -f <file>')
    return { platform: named }
  }
  const text = await textOf(file)
  const { platform } = await fileOf(text, file)
  if (named !== undefined && named !== platform) throw otherPlatform(file, platform, named)
  return { platform, file: text }
}

const otherPlatform = (file: string, platform: string, named: string): BadInput =>
  new BadInput(`${file} is of platform ${platform}, not of ${named}; leave the name out`)

/** Throws `BadInput` with every problem of the file and its place. */
export async function fileOf(text: string, file: string): Promise<PlatformFile> {
  const { readPlatformFile } = await import('../config/read.ts')
  const { formatProblems } = await import('../config/problem.ts')
  const reading = readPlatformFile(text, file)
  if (!reading.ok) throw new BadInput(formatProblems(reading.problems))
  return reading.file
}
