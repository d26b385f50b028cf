import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Validation } from '../../client/shapes.ts'
import { formatProblems, type Problem } from '../../config/problem.ts'
import { readPlatformFile } from '../../config/read.ts'
import { ownersWith, statesOf } from '../../config/states.ts'
import type { PlatformFile } from '../../domain/platform-file.ts'
import { exit } from '../exit-codes.ts'
import { print, type Shape } from '../output.ts'
import { guessesIn } from '../../domain/draft.ts'
import { many } from '../render/words.ts'
import { textOf } from '../request.ts'
import { tell } from '../terminal.ts'

interface Options {
  readonly output: Shape
}

/**
 * The platform file, and the state files that it names beside it: no server is asked. One that is not there may be where
 * the worker is. Problems are the data of this command, so they go to stdout.
 */
export async function validate(file: string, { output }: Options): Promise<number> {
  const text = await textOf(file)
  const reading = readPlatformFile(text, file)
  const { problems, missing } = reading.ok ? await statesBeside(reading.file, file) : { ...reading, missing: [] }
  const valid = problems.length === 0
  const it: Validation = { file, valid, problems }
  await print(it, output, {
    table: () =>
      reading.ok && valid ? `✔ ${file} is a platform file of ${reading.file.platform}` : formatProblems(problems),
    names: () => problems.map((problem) => `${problem.file}:${problem.line}:${problem.column}`),
  })
  for (const state of missing)
    tell(`▲ ${state} is not beside it, and was not looked at; the worker needs it beside its own files`)
  const guesses = guessesIn(text)
  if (valid && guesses > 0)
    tell(`▲ ${many(guesses, 'line is', 'lines are')} still marked "# guess:", as norikae init wrote them: look at each`)
  return valid ? exit.done : exit.badInput
}

async function statesBeside(
  file: PlatformFile,
  name: string,
): Promise<{ readonly problems: readonly Problem[]; readonly missing: readonly string[] }> {
  const texts = await Promise.all(
    statesOf(file).map(async ({ text: path }) => {
      const at = join(dirname(name), path)
      return existsSync(at) ? { name: at, text: await textOf(at) } : undefined
    }),
  )
  const missing = statesOf(file).flatMap(({ text }, i) => (texts[i] ? [] : [text]))
  const read = ownersWith(file, texts, undefined)
  return { problems: read.ok ? [] : read.problems, missing }
}
