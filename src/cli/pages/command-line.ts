import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { program } from '../program.ts'
import { code, inTable, table } from './markdown.ts'

/** docs/reference/command-line.md: what each `--help` says, from the program alone. */
export function commandLinePage(): string {
  const all = program(() => Promise.resolve())
  return `${[HEAD, ...sectionsOf(all, [])].join('\n\n')}\n`
}

const HEAD = `# The command line

<!-- Written by \`npm run schema\`. -->

\`norikae <command> --help\` says the same. Temporal is found as the \`temporal\` command finds it: \`TEMPORAL_ADDRESS\`, \`TEMPORAL_NAMESPACE\`, \`TEMPORAL_PROFILE\`, and its configuration file. Data goes to stdout, everything said beside it to stderr; how a command ends is told by its [exit code](exit-codes.md), and each shape of \`-o json\` has a schema in [schema/](../../schema).

Who you are is \`--as\` or \`NORIKAE_AS\`. Commands that change something show what they are about to do and ask; \`--yes\` does not ask, and a script needs it.`

/** What every command has, and what `HEAD` says of all of them. */
const usual: ReadonlySet<string> = new Set(['--no-color', '--help', '--version'])

function sectionsOf(command: CommandUnknownOpts, above: readonly string[]): string[] {
  const help = command.createHelp()
  return help.visibleCommands(command).flatMap((it) => {
    const path = [...above, it.name()]
    return it.name() === 'help' ? [] : [section(it, path), ...sectionsOf(it, path)]
  })
}

function section(command: CommandUnknownOpts, path: readonly string[]): string {
  const help = command.createHelp()
  const takes = command.registeredArguments.map((a) => [
    code(a.required ? `<${a.name()}>` : `[${a.name()}]`),
    inTable([a.description, choices(a.argChoices)].filter((text) => text !== '').join('; ')),
  ])
  const options = help
    .visibleOptions(command)
    .filter((o) => !usual.has(o.long ?? ''))
    .map((o) => [
      code(o.flags),
      inTable(
        [
          `${o.description}${o.mandatory ? ' (must be said)' : ''}`,
          choices(o.argChoices),
          ...(o.defaultValue === undefined || typeof o.defaultValue === 'boolean'
            ? []
            : [`default: ${String(o.defaultValue)}`]),
          ...(o.envVar === undefined ? [] : [`or ${o.envVar}`]),
        ]
          .filter((text) => text !== '')
          .join('; '),
      ),
    ])
  const usage = [
    'norikae',
    ...path,
    ...command.registeredArguments.map((a) => (a.required ? `<${a.name()}>` : `[${a.name()}]`)),
  ]
  return [
    `${'#'.repeat(path.length + 1)} ${path.join(' ')}`,
    sentence(command.description()),
    ...(command.commands.length > 0 ? [] : [code(usage.join(' '))]),
    ...(takes.length + options.length === 0 ? [] : [table(['argument or option', ''], [...takes, ...options])]),
  ].join('\n\n')
}

const choices = (all: readonly string[] | undefined): string => (all === undefined ? '' : all.join(', '))

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${inTable(text.slice(1))}.`
