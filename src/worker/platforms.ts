import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The platform files that a worker keeps: `<folder>/<platform>.yaml`. Names were checked before: no path is in them. */
export const platformFiles = (folder: string) => async (platform: string) => {
  const name = join(folder, `${platform}.yaml`)
  try {
    return { name, text: await readFile(name, 'utf8') }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
