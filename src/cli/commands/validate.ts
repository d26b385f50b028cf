import type { Validation } from '../../client/shapes.ts'
import { formatProblems } from '../../config/problem.ts'
import { readPlatformFile } from '../../config/read.ts'
import { exit } from '../exit-codes.ts'
import { print, type Shape } from '../output.ts'
import { guessesIn } from '../../domain/draft.ts'
import { many } from '../render/words.ts'
import { textOf } from '../request.ts'
import { tell } from '../terminal.ts'

interface Options {
  readonly output: Shape
}

/** The platform file alone: no server is asked. Problems are the data of this command, so they go to stdout. */
export async function validate(file: string, { output }: Options): Promise<number> {
  const text = await textOf(file)
  const reading = readPlatformFile(text, file)
  const problems = reading.ok ? [] : reading.problems
  const it: Validation = { file, valid: reading.ok, problems }
  await print(it, output, {
    table: () => (reading.ok ? `✔ ${file} is a platform file of ${reading.file.platform}` : formatProblems(problems)),
    names: () => problems.map(({ line, column }) => `${file}:${line}:${column}`),
  })
  const guesses = guessesIn(text)
  if (reading.ok && guesses > 0)
    tell(`▲ ${many(guesses, 'line is', 'lines are')} still marked "# guess:", as norikae init wrote them: look at each`)
  return reading.ok ? exit.done : exit.badInput
}
