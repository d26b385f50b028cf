import { formatProblems } from '../config/problem.ts'
import { readPlatformFile } from '../config/read.ts'
import type { PlatformFile } from '../domain/platform-file.ts'
import { invalidInput, notFound } from './errors.ts'
import type { Outside } from './outside.ts'

/**
 * The platform file that is meant: what was sent along, else the worker's own. Throws `invalidInput` with every problem
 * of it at once, and `notFound` where there is none.
 */
export async function platformFileOf(
  outside: Pick<Outside, 'platformFile'>,
  request: { readonly platform: string; readonly file?: string },
): Promise<PlatformFile> {
  const kept =
    request.file === undefined
      ? await outside.platformFile(request.platform)
      : { name: `${request.platform}.yaml`, text: request.file }
  if (!kept)
    throw notFound(
      `this worker keeps no platform file for ${request.platform}. Send it along (norikae start -f), or put ${request.platform}.yaml into the worker's folder of platforms`,
    )
  const read = readPlatformFile(kept.text, kept.name)
  if (!read.ok) throw invalidInput(formatProblems(read.problems))
  if (read.file.platform !== request.platform)
    throw invalidInput(
      `the request is for platform ${request.platform}, and ${kept.name} describes ${read.file.platform}. Nothing was started`,
    )
  return read.file
}
