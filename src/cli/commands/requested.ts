import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BadInput, NotReady } from '../../client/problems.ts'
import { platformMeant } from '../../client/where.ts'
import { documentsOf, outdated } from '../../domain/requested-changes.ts'
import { exit } from '../exit-codes.ts'
import { print, type Shape } from '../output.ts'
import { requestedNow } from '../planning.ts'
import { requested as drawRequested } from '../render/requested.ts'
import { many } from '../render/words.ts'
import { platformFrom } from '../request.ts'
import { withTemporal } from '../run.ts'
import { screenOn, tell } from '../terminal.ts'

interface Options {
  readonly file?: string | undefined
  readonly out?: string | undefined
  readonly output: Shape
  readonly color: boolean
}

/** What others are asked for, whole. Changes nothing outside; with a folder it writes a file for each role there. */
export async function requested(named: string | undefined, options: Options): Promise<number> {
  const { file } = options
  const it = await withTemporal(async (temporal) => {
    const which = await platformFrom(file === undefined ? await platformMeant(temporal, named, unsure) : named, file)
    return requestedNow(temporal, which)
  })
  if (options.out !== undefined) await written(options.out, documentsOf(it))
  await print(it, options.output, {
    table: () => drawRequested(it, screenOn(process.stdout, options), options.out),
    names: () => [...it.roles.map(({ arn }) => arn), ...it.others.map(({ about }) => about)],
  })
  return exit.done
}

const unsure = (why: string) =>
  new NotReady('not-found', `of which platform? ${why}: name it, or send its file along (-f)`)

/** Over what was written there before: it is made of how everything is now. */
async function written(folder: string, documents: ReturnType<typeof documentsOf>): Promise<void> {
  let old: readonly string[] = []
  try {
    if (documents.length > 0) await mkdir(folder, { recursive: true })
    for (const { file, document } of documents) await writeFile(join(folder, file), `${document}\n`)
    old = outdated(await readdir(folder).catch(() => []), documents)
  } catch (error) {
    throw new BadInput(`${folder} cannot be written to: ${error instanceof Error ? error.message : String(error)}`)
  }
  tell(`✔ wrote ${many(documents.length, 'file')} to ${folder}`)
  if (old.length > 0) tell(`! not of this answer, so do not apply them: ${old.join(', ')}`)
}
