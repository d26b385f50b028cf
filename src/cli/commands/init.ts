import { access, writeFile } from 'node:fs/promises'
import { BadInput } from '../../client/problems.ts'
import { exit } from '../exit-codes.ts'
import { drafted } from '../planning.ts'
import { many } from '../render/words.ts'
import { withTemporal } from '../run.ts'
import { out, tell } from '../terminal.ts'

interface Options {
  readonly region?: string | undefined
  readonly out?: string | undefined
}

/** Writes a platform file from a living cluster, to stdout or where nothing is yet. Changes nothing outside. */
export async function init(cluster: string, { region, out: path }: Options): Promise<number> {
  if (region === undefined || region === '') throw new BadInput('in which region? Say it with --region, or AWS_REGION')
  if (path !== undefined && (await isThere(path))) throw taken(path)
  const { platform, text, guesses } = await withTemporal((temporal) => drafted(temporal, { cluster, region }))
  if (path === undefined) out(text.trimEnd())
  else await written(path, text)
  const file = path ?? `${platform}.yaml`
  tell(`${path === undefined ? '' : `✔ wrote ${path}. `}${many(guesses, 'line is', 'lines are')} marked "# guess:": look at each
then: norikae validate ${file}, and norikae preflight -f ${file}`)
  return exit.done
}

/** What came there meanwhile stays, too. */
async function written(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw taken(path)
    throw new BadInput(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const taken = (path: string): BadInput => new BadInput(`${path} is there already, and is not overwritten`)

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
