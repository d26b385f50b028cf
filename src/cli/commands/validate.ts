import type { Validation } from '../../client/shapes.ts'
import { formatProblems } from '../../config/problem.ts'
import { readPlatformFile } from '../../config/read.ts'
import { exit } from '../exit-codes.ts'
import { print, type Shape } from '../output.ts'
import { textOf } from '../request.ts'

interface Options {
  readonly output: Shape
}

/** The platform file alone: no server is asked. Problems are the data of this command, so they go to stdout. */
export async function validate(file: string, { output }: Options): Promise<number> {
  const reading = readPlatformFile(await textOf(file), file)
  const problems = reading.ok ? [] : reading.problems
  const it: Validation = { file, valid: reading.ok, problems }
  await print(it, output, {
    table: () => (reading.ok ? `✔ ${file} is a platform file of ${reading.file.platform}` : formatProblems(problems)),
    names: () => problems.map(({ line, column }) => `${file}:${line}:${column}`),
  })
  return reading.ok ? exit.done : exit.badInput
}
