import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { find } from '../../scripts/temporal.mjs'
import { environmentOf, type SandboxInfo } from './command.ts'

const norikae = fileURLToPath(new URL('../../norikae', import.meta.url))

/**
 * Writes what makes a terminal know this world, with `norikae` and `temporal` among its commands: the path of a file to
 * be read by `.`, in any shell that knows `export`.
 */
export async function terminalFor(info: SandboxInfo, folder: string): Promise<string> {
  const bin = join(folder, 'bin')
  await mkdir(bin)
  await symlink(norikae, join(bin, 'norikae'))
  const temporal = find('temporal')
  if (temporal !== undefined) await symlink(temporal, join(bin, 'temporal'))
  const file = join(folder, 'env')
  // Nobody but the worker has AWS's keys.
  const known = Object.entries(environmentOf(info)).filter(
    ([name]) => !/^(AWS|NORIKAE_SLACK|NORIKAE_DATADOG)_/.test(name),
  )
  const lines = known.map(([name, value]) => `export ${name}=${value}`)
  await writeFile(file, `${[`export PATH="${bin}:$PATH"`, ...lines].join('\n')}\n`, { mode: 0o600 })
  return file
}
