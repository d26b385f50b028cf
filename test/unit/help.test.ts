import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { program } from '../../src/cli/program.ts'

const all = program(() => Promise.resolve())

const withTheirs = (command: CommandUnknownOpts): CommandUnknownOpts[] => [
  command,
  ...command.commands.flatMap(withTheirs),
]

/** As `--help` prints it, with what stands after it. */
function helpOf(command: CommandUnknownOpts): string {
  let said = ''
  command.configureOutput({ writeOut: (text) => (said += text), getOutHelpWidth: () => 80 }).outputHelp()
  return said
}

test.for(withTheirs(all).map((command) => ({ command, name: command.name() })))(
  'the help of $name has room on 80 columns',
  ({ command }) => {
    const wide = helpOf(command)
      .split('\n')
      .filter((line) => stringWidth(line) > 80)
    expect(wide).toEqual([])
  },
)

test('every command stands under what it is for', () => {
  expect(helpOf(all)).not.toContain('\nCommands:')
})
