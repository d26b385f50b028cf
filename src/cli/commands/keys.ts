import type { KeyShown } from '../../client/shapes.ts'
import { exit } from '../exit-codes.ts'
import { createKey, keyFile, publicPart, readKey } from '../../client/key-file.ts'
import { print, type Shape } from '../output.ts'
import { tell } from '../terminal.ts'

interface Options {
  readonly as?: string | undefined
  readonly output: Shape
}

/** Makes the private key of this machine, or shows the public part of the one that is there. */
export async function keys(verb: 'create' | 'show', { as, output }: Options): Promise<number> {
  const file = keyFile()
  const key = verb === 'create' ? await createKey(file) : await readKey(file)
  const shown: KeyShown = { file, publicKey: publicPart(key) }
  if (verb === 'create') tell(`made ${file}, which only you can read; nobody can make it again`)
  await print(shown, output, { table: () => lines(shown, as), names: () => [shown.publicKey] })
  if (output === 'table') tell('for people in the platform file, where trust is signed')
  return exit.done
}

/** As the platform file has it. */
const lines = ({ publicKey }: KeyShown, as = '<you>@example.com'): string => `  ${as}: { keys: ["${publicKey}"] }`
