import { formatProblems } from '../config/problem.ts'
import { readPlatformFile } from '../config/read.ts'
import { ownersWith, statesOf } from '../config/states.ts'
import type { DeclaredOwners } from '../domain/ownership.ts'
import type { PlatformFile } from '../domain/platform-file.ts'
import { trustFault, whichFaults } from '../domain/requests.ts'
import { invalidInput, notFound } from './errors.ts'
import type { Outside } from './outside.ts'

/** Which file is meant: that which was sent along, else the worker's own. Nobody has looked at it yet. */
interface Which {
  readonly platform: string
  readonly file?: string
}

interface Text {
  readonly name: string
  readonly text: string
}

/**
 * The platform file that is meant, and where it is from. Throws `invalidInput` with every problem of the question, or of
 * the file, at once, and `notFound` where there is none. Reads only.
 */
export async function meantFile(
  outside: Pick<Outside, 'platformFile'>,
  which: Which,
): Promise<{ readonly file: PlatformFile; readonly name: string }> {
  const faults = whichFaults(which)
  if (faults.length > 0) throw invalidInput(faults.join('\n'))
  const { platform, file: sent } = which
  const text = sent === undefined ? await outside.platformFile(platform) : { name: `${platform}.yaml`, text: sent }
  if (!text)
    throw notFound(
      `this worker keeps no platform file for ${platform}. Send it along (-f), or put ${platform}.yaml into the folder where it looks (its NORIKAE_PLATFORMS)`,
    )
  const read = fileIn(text, platform)
  if ('fault' in read) throw invalidInput(read.fault)
  return { file: read.file, name: sent === undefined ? text.name : `${text.name}, sent along` }
}

export const platformFileOf = async (outside: Pick<Outside, 'platformFile'>, which: Which): Promise<PlatformFile> =>
  (await meantFile(outside, which)).file

/**
 * Throws `invalidInput` where a file was sent along, and the worker keeps one that does not allow it. Whoever may start an
 * upgrade must not say by a file of their own whose word counts in it.
 */
export async function mayBeSent(outside: Pick<Outside, 'platformFile'>, sent: PlatformFile): Promise<void> {
  const own = await keptFile(outside, sent.platform)
  const why = own && trustFault(own.file, sent)
  if (own && why !== undefined)
    throw invalidInput(
      `this worker keeps ${own.name} for ${sent.platform}, ${why}. Start without -f, or change the worker's file first. Nothing was started`,
    )
}

/**
 * The file that an upgrade which was started long ago goes by now. One that was sent along said all that the worker's own
 * said, where that wants proof of who says something; since then the worker's own may have been changed, by the review
 * that it is kept under, and counts. Throws as `meantFile` and `keptFile`.
 */
export async function fileNow(outside: Pick<Outside, 'platformFile'>, which: Which): Promise<PlatformFile> {
  const own = which.file === undefined ? undefined : await keptFile(outside, which.platform)
  return own?.file.trust === undefined ? platformFileOf(outside, which) : own.file
}

/** The worker's own file as it is now; undefined where it keeps none. Throws `invalidInput` where it cannot be read. */
export async function keptFile(
  outside: Pick<Outside, 'platformFile'>,
  platform: string,
): Promise<{ readonly name: string; readonly file: PlatformFile } | undefined> {
  const kept = await outside.platformFile(platform)
  if (!kept) return undefined
  const own = fileIn(kept, platform)
  if ('fault' in own)
    throw invalidInput(
      `this worker keeps ${kept.name} for ${platform}, and it cannot be read. Mend it first. Nothing was changed\n${own.fault}`,
    )
  return { name: kept.name, file: own.file }
}

/**
 * What it says of owners, with what is in the state files that it names: those beside the worker's own files, also where
 * it was sent along, since a state may hold secrets, and nobody sends one. Throws `invalidInput` with every problem of all
 * of them. Reads only.
 */
export async function declaredOwners(outside: Pick<Outside, 'stateFile'>, file: PlatformFile): Promise<DeclaredOwners> {
  const texts = await Promise.all(statesOf(file).map(({ text }) => outside.stateFile(text)))
  const read = ownersWith(file, texts, 'the worker’s folder of platforms')
  if (!read.ok) throw invalidInput(formatProblems(read.problems))
  return read.owners
}

function fileIn({ name, text }: Text, platform: string): { readonly file: PlatformFile } | { readonly fault: string } {
  const read = readPlatformFile(text, name)
  if (!read.ok) return { fault: formatProblems(read.problems) }
  return read.file.platform === platform
    ? { file: read.file }
    : { fault: `the request is for platform ${platform}, and ${name} describes ${read.file.platform}` }
}
