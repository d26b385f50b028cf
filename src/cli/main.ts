import { commandLine } from './command-line.ts'
import { exit } from './exit-codes.ts'

// Whoever reads has read enough: norikae status | head -1
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exit.done)
  throw error
})

process.exitCode = await commandLine(process.argv.slice(2))
