import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import type { ArgumentKind, Flag, Verb } from './completions.ts'

/** What stands at each place that the program itself does not list. */
const places: Readonly<Record<string, readonly ArgumentKind[]>> = {
  validate: ['file'],
  preflight: ['platform'],
  plan: ['platform'],
  start: ['platform'],
  watch: ['platform'],
  status: ['platform'],
  report: ['platform'],
  requested: ['platform'],
  where: ['app', 'environment'],
  approve: ['gate', 'environment'],
  reject: ['gate', 'environment'],
  retry: ['gate', 'environment'],
  skip: ['gate', 'environment'],
  rerun: ['gate', 'environment'],
  rollback: ['app', 'environment'],
  doctor: ['platform'],
  explain: ['field', 'app', 'environment'],
  completion: ['shell'],
  withdraw: ['app', 'environment'],
  replan: ['app'],
  next: ['platform'],
  show: ['platform'],
  pause: ['platform'],
  resume: ['platform'],
  trigger: ['platform'],
  delete: ['platform'],
}

const values: Readonly<Record<string, ArgumentKind>> = {
  '--platform': 'platform',
  '--as': 'person',
  '--file': 'file',
  '--info': 'file',
  '--out': 'file',
}

/** The commands and options that help shows, as completion needs them. */
export const verbsOf = (program: CommandUnknownOpts | null): Verb[] => {
  if (program === null) return []
  const help = program.createHelp()
  const visible = help.visibleCommands(program).filter((command) => command.name() !== 'help')
  return visible.map((command) => ({
    name: command.name(),
    says: command.description(),
    takes: command.registeredArguments.map(
      ({ argChoices }, n) => argChoices ?? places[command.name()]?.[n] ?? ('text' as const),
    ),
    under: verbsOf(command),
    options: help
      .visibleOptions(command)
      .flatMap(({ long, short, description, argChoices, required, optional }): Flag[] =>
        long === undefined
          ? []
          : [
              {
                long,
                short: short ?? undefined,
                says: description,
                ...((required || optional) && { takes: argChoices ?? values[long] ?? 'text' }),
              },
            ],
      ),
  }))
}
