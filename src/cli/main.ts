import { CommanderError } from '@commander-js/extra-typings'
import type { Complaint } from '../client/shapes.ts'
import { exit } from './exit-codes.ts'
import { program, type Go } from './program.ts'
import { out } from './terminal.ts'

// Whoever reads has read enough: norikae status | head -1
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exit.done)
  throw error
})

const go: Go = async (options, nothing, work) => {
  try {
    process.exitCode = await work()
  } catch (error) {
    const { complain } = await import('./run.ts')
    process.exitCode = complain(error, options, nothing)
  }
}

const commands = program(go).exitOverride()
for (const command of commands.commands) command.exitOverride()
try {
  await commands.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // Help and version end here too, with 0; commander has said what is wrong.
  process.exitCode = error.exitCode === 0 ? exit.done : exit.badInput
  if (error.exitCode !== 0 && wantsJson(process.argv)) {
    const message = error.message.replace(/^error: /, '')
    const complaint: Complaint = { error: { code: 'bad-input', message, exit: exit.badInput } }
    out(JSON.stringify(complaint, null, 2))
  }
}

/** Read by hand: the options could not be. */
function wantsJson(args: readonly string[]): boolean {
  return args.some(
    (arg, n) => /^(-o=?|--output=)json$/.test(arg) || (arg === 'json' && /^(-o|--output)$/.test(args[n - 1] ?? '')),
  )
}
