import { BadInput } from '../../client/problems.ts'
import { explain as explained, NoSuchField, type Explanation } from '../../config/explain.ts'
import { exit } from '../exit-codes.ts'
import { print, type Shape } from '../output.ts'
import { explanation } from '../render/explanation.ts'
import { textOf } from '../request.ts'
import { screenOn } from '../terminal.ts'

interface Options {
  readonly file?: string | undefined
  readonly output: Shape
  readonly color: boolean
}

/** What a field of the platform file means, and with a file what it is now and where that comes from. No server is asked. */
export async function explain(path = '', more: string | undefined, options: Options): Promise<number> {
  if (more !== undefined)
    throw new BadInput(`${more} is one word too many: a field is one word, and an app stands after health alone`)
  const { file, output } = options
  const it = looked(path, file === undefined ? undefined : { name: file, text: await textOf(file) })
  await print(it, output, {
    table: () => explanation(it, screenOn(process.stdout, options)),
    names: () => it.fields.map((f) => f.name),
  })
  return exit.done
}

function looked(path: string, file: { readonly name: string; readonly text: string } | undefined): Explanation {
  try {
    return explained(path, file)
  } catch (error) {
    if (error instanceof NoSuchField) throw new BadInput(error.message)
    throw error
  }
}
