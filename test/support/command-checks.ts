import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { find } from '../../scripts/temporal.mjs'
import { program } from '../../src/cli/program.ts'
import { demoOptions } from '../../src/demo/options.ts'
import { answers, badShape, commands, WITHDRAW, type MessageName } from '../../src/domain/messages.ts'
import { root } from './pages.ts'

/** Whether a command that a page shows is one: held against what would read it. Answers what is wrong, or undefined. */

/** A mention may leave out what must be said: `norikae rollback`. */
const leftOut: ReadonlySet<string> = new Set([
  'commander.missingArgument',
  'commander.missingMandatoryOptionValue',
  'commander.optionMissingArgument',
  'commander.help',
])

export async function norikaeProblem(args: readonly string[], mention = false): Promise<string | undefined> {
  const all = program(() => Promise.resolve())
  const quiet = (command: CommandUnknownOpts): void => {
    command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    for (const it of command.commands) quiet(it)
  }
  quiet(all)
  try {
    await all.parseAsync(args, { from: 'user' })
    return undefined
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0 || (mention && leftOut.has(error.code))) return undefined
    return error.message
  }
}

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
const measurements = /const all = \[([^\]]+)\]/.exec(readFileSync(join(root, 'scripts/bench.mjs'), 'utf8'))?.[1] ?? ''

/** npm's own. */
const builtIn: ReadonlySet<string> = new Set(['ci', 'install'])

export async function npmProblem([verb = '', ...rest]: readonly string[]): Promise<string | undefined> {
  if (builtIn.has(verb)) return undefined
  const [name = '', ...more] = verb === 'run' ? rest : [verb, ...rest]
  if (!Object.hasOwn(scripts, name)) return `package.json has no script ${name}`
  const args = more[0] === '--' ? more.slice(1) : more
  if (name === 'sandbox') return norikaeProblem(['sandbox', ...args])
  if (name === 'demo') return demoProblem(args)
  const [first] = args
  if (name === 'bench' && first !== undefined && !measurements.includes(`'${first}'`)) return `no measurement ${first}`
  return args.filter((a) => /^(src|test)\//.test(a) && !existsSync(join(root, a))).map((a) => `no ${a}`)[0]
}

function demoProblem(args: readonly string[]): string | undefined {
  try {
    parseArgs({ args: [...args], options: demoOptions })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const helps = new Map<string, Promise<string>>()
const helpOf = (words: readonly string[]): Promise<string> => {
  const path = words.join(' ')
  const known = helps.get(path)
  const help =
    known ??
    new Promise<string>((done) => {
      execFile(find('temporal') ?? 'temporal', [...words, '--help'], (_, out, err) => done(`${out}${err}`))
    })
  helps.set(path, help)
  return help
}

const workflowTypes = /export \{[^}]*\}/g
const types = [...readFileSync(join(root, 'src/workflows/index.ts'), 'utf8').matchAll(workflowTypes)].join(' ')
const said: ReadonlySet<string> = new Set([...answers, ...commands, WITHDRAW])
const isMessage = (name: string): name is MessageName => said.has(name)

/** Of the `temporal` command: its own help knows the command and each option; what is sent to Norikae is what it takes. */
export async function temporalProblem(args: readonly string[]): Promise<string | undefined> {
  const n = args.findIndex((a) => a.startsWith('-'))
  const path = n < 0 ? args : args.slice(0, n)
  const help = await helpOf(path)
  if (!help.includes(`temporal ${path.join(' ')}`)) return `temporal has no command ${path.join(' ')}`
  const unknown = args.filter((a) => a.startsWith('--') && !new RegExp(`\\s${a}\\b`).test(help))
  if (unknown.length > 0) return `temporal ${path.join(' ')} has no ${unknown.join(', ')}`
  const value = (option: string): string | undefined => args[args.indexOf(option) + 1 || args.length]
  const type = value('--type')
  if (path.includes('start') && !types.includes(type ?? '-')) return `no workflow ${type ?? ''}`
  return path.includes('update') || path.includes('signal')
    ? messageProblem(value('--name'), value('--input'))
    : undefined
}

/** One of the messages, with the fields that it must have. */
export function messageProblem(name = '', input = ''): string | undefined {
  if (!isMessage(name)) return `no message ${name}`
  return badShape(name, JSON.parse(input))?.message
}
