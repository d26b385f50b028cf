import { BadInput } from '../client/problems.ts'
import { isInteractive } from './terminal.ts'

/** Somebody was asked, and said no. */
export class SaidNo extends Error {
  override readonly name = 'SaidNo'
  readonly code = 'said-no'
}

/** Asks on a terminal; elsewhere `--yes` must have said it. Returns when the answer is yes. */
export async function agree(question: string, yes: boolean | undefined): Promise<void> {
  if (yes) return
  if (!isInteractive()) throw new BadInput(`${question} Nobody can be asked here: say it with --yes`)
  const { confirm } = await import('@clack/prompts')
  const answer = await confirm({ message: question, initialValue: false, output: process.stderr, withGuide: false })
  if (answer !== true) throw new SaidNo('you said no')
}

/** What must be typed in full: by option, or on a terminal. */
export async function typing(question: string, given: string | undefined, option: string): Promise<string> {
  if (given !== undefined) return given
  if (!isInteractive()) throw new BadInput(`${question}: say it with ${option}`)
  const { isCancel, text } = await import('@clack/prompts')
  const answer = await text({ message: question, output: process.stderr, withGuide: false })
  if (isCancel(answer)) throw new SaidNo('nothing was typed')
  return answer
}
