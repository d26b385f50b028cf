import { readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { ApplicationFailure } from '@temporalio/common'
import { invalidInput } from '../activities/errors.ts'
import { isPlatformName } from '../domain/requests.ts'

/**
 * The platform files that a worker keeps: `<folder>/<platform>.yaml`; undefined where there is none. Throws
 * `invalidInput` for a name that is none, which could lead out of the folder, and for a file that is there and cannot be
 * read: trying again would not help, a person has to.
 */
export const platformFiles = (folder: string) => async (platform: string) => {
  if (!isPlatformName(platform)) throw invalidInput(`"${platform.slice(0, 80)}" is no name of a platform`)
  return textAt(join(folder, `${platform}.yaml`))
}

/**
 * What platform files name beside them: `<folder>/<path>`; undefined where there is none. The shape of a path was checked
 * with the file that names it; one that leads out of the folder is refused here all the same. Throws likewise.
 */
export const stateFiles = (folder: string) => async (path: string) => {
  if (isAbsolute(path) || path.split('/').includes('..')) throw invalidInput(`"${path.slice(0, 80)}" leads elsewhere`)
  return textAt(join(folder, path))
}

async function textAt(name: string): Promise<{ readonly name: string; readonly text: string } | undefined> {
  try {
    return { name, text: await readFile(name, 'utf8') }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    if (code === 'ENOENT') return undefined
    if (code === undefined || passing.has(code)) throw error
    throw unreadable(name, code)
  }
}

/** The machine's trouble, not the file's: tried again. */
const passing: ReadonlySet<string> = new Set([
  'EAGAIN',
  'EBUSY',
  'EINTR',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ESTALE',
])

const inWords: Readonly<Record<string, string>> = {
  EACCES: 'the worker may not read it. Let its user read it (in the image: node, 1000), then start again',
  EISDIR: 'it is a folder. Put a file there, then start again',
  ELOOP: 'its link leads back to itself. Mend the link, then start again',
  ENOTDIR: 'a part of its path is no folder. Set NORIKAE_PLATFORMS to the folder of the platform files',
  EPERM: 'the worker may not read it. Let its user read it (in the image: node, 1000), then start again',
}

export const unreadable = (name: string, code: string): ApplicationFailure =>
  invalidInput(
    `${name}: cannot be read (${code}): ${inWords[code] ?? 'mend it, then start again'}. Nothing was started`,
  )
