import { CommanderError } from '@commander-js/extra-typings'
import type { Complaint } from '../client/shapes.ts'
import { exit } from './exit-codes.ts'
import { program } from './program.ts'
import type { Go } from './syntax/parts.ts'
import { out } from './terminal.ts'

/** What was typed after `norikae`, done: answers the exit code. Whatever goes wrong was said by then. */
export async function commandLine(args: readonly string[]): Promise<number> {
  let code: number = exit.done
  const go: Go = async (options, nothing, work) => {
    try {
      code = await work()
    } catch (error) {
      const { complain } = await import('./run.ts')
      code = complain(error, options, nothing)
    }
  }
  const commands = program(go).exitOverride()
  for (const command of [...commands.commands, ...commands.commands.flatMap((c) => c.commands)]) command.exitOverride()
  try {
    await commands.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Help and version end here too, with 0; commander has said what is wrong.
    if (error.exitCode === 0) return exit.done
    if (wantsJson(args)) {
      const message = error.message.replace(/^error: /, '')
      const complaint: Complaint = { error: { code: 'bad-input', message, exit: exit.badInput } }
      out(JSON.stringify(complaint, null, 2))
    }
    return exit.badInput
  }
}

/** Read by hand: the options could not be. */
function wantsJson(args: readonly string[]): boolean {
  return args.some(
    (arg, n) => /^(-o=?|--output=)json$/.test(arg) || (arg === 'json' && /^(-o|--output)$/.test(args[n - 1] ?? '')),
  )
}
