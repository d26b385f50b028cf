import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { wanted, type Verb } from '../../src/cli/completions.ts'
import { clean, run } from './stage.ts'

const verbs: readonly Verb[] = [
  {
    name: 'approve',
    says: 'approve it',
    takes: ['gate', 'environment'],
    options: [
      { long: '--yes', says: 'do not ask' },
      { long: '--output', short: '-o', says: 'how', takes: ['json', 'yaml'] },
      { long: '--as', says: 'who', takes: 'person' },
    ],
    under: [],
  },
  { name: 'abort', says: 'take it back', takes: [], options: [], under: [] },
  { name: 'keys', says: 'your key', takes: [['create', 'show']], options: [], under: [] },
  {
    name: 'schedule',
    says: 'each quarter',
    takes: [],
    options: [],
    under: [{ name: 'show', says: 'its dates', takes: ['platform'], options: [], under: [] }],
  },
]
const asked = (typed: string) => {
  const it = wanted(verbs, typed.split(' '))
  return 'fixed' in it ? it.fixed.map((s) => s.value) : [it.kind, ...it.before]
}

test.for([
  ['', ['approve', 'abort', 'keys', 'schedule']],
  ['ab', ['abort']],
  ['approve ', ['gate']],
  ['approve api ', ['environment', 'api']],
  ['approve api production ', []],
  ['approve --yes ', ['gate']],
  ['approve --as ', ['person']],
  ['approve --as chiba ', ['gate']],
  ['approve --as chiba api ', ['environment', 'api']],
  ['approve -o ', ['json', 'yaml']],
  ['approve -o y', ['yaml']],
  ['approve --', ['--yes', '--output', '--as']],
  ['approve --yes --', ['--output', '--as']],
  ['abort ', []],
  ['keys s', ['show']],
  ['schedule ', ['show']],
  ['schedule show ', ['platform']],
  ['nope ', []],
] as const)('%j → %j', ([typed, values]) => {
  expect(asked(typed)).toEqual(values)
})

test('the program’s own words, without a server, quickly and in silence', async () => {
  const away = { TEMPORAL_ADDRESS: '127.0.0.1:1' }
  const of = async (...words: string[]) => (await run(['complete', '--', ...words], away)).out.split('\n')
  expect(await of('app')).toEqual([expect.stringMatching(/^approve\t/), ''])
  expect(await of('explain', 'teams.x.')).toEqual([
    expect.stringMatching(/^teams\.x\.approvers\t/),
    expect.stringMatching(/^teams\.x\.notify\t/),
    expect.stringMatching(/^teams\.x\.deadline\t/),
    expect.stringMatching(/^teams\.x\.escalatesTo\t/),
    expect.stringMatching(/^teams\.x\.remindEvery\t/),
    '',
  ])
  expect(await of('validate', '')).toEqual([':files', ''])
  expect(await of('plan', '-f', '')).toEqual([':files', ''])
  expect(await of('schedule', 'tr')).toEqual([expect.stringMatching(/^trigger\t/), ''])
  const began = Date.now()
  expect(await run(['complete', '--', 'approve', ''], away)).toEqual({ code: 0, out: '', err: '' })
  expect(Date.now() - began).toBeLessThan(5000)
})

const [gate, other, person] = ['production/gate@3f9a2c1b.1', 'production/gate@3f9a2c1b.2', 'aoki@example.com']
/** A program of that name that tells these three whatever it is asked, and a folder in which something evil would be seen. */
function told(): { readonly folder: string; readonly env: NodeJS.ProcessEnv } {
  const folder = mkdtempSync(join(tmpdir(), 'norikae-completion-'))
  const fake = join(folder, 'norikae')
  writeFileSync(
    fake,
    String.raw`#!/bin/sh
printf '${gate}\tscala: a:b\n${other}\t\n${person}\tsre\n'`,
  )
  chmodSync(fake, 0o755)
  return { folder, env: { ...clean, PATH: `${folder}:${clean['PATH'] ?? ''}` } }
}
const scriptOf = (shell: string): string =>
  fileURLToPath(new URL(`../../src/cli/shells/norikae.${shell}`, import.meta.url))
const printed = (shell: string, args: readonly string[], env: NodeJS.ProcessEnv): string[] =>
  execFileSync(shell, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    .trim()
    .split('\n')

test('bash takes what it is told, and evaluates nothing of what is typed', () => {
  const { folder, env } = told()
  const typing = String.raw`source "$1"; COMP_LINE="$2"; COMP_POINT=${'$'}{#2}; _norikae; printf '%s\n' "${'$'}{COMPREPLY[@]-}"; ls "$3"`
  const offers = (line: string): string[] => printed('bash', ['-uc', typing, '_', scriptOf('bash'), line, folder], env)
  expect(offers('norikae approve ')).toEqual([gate, other, person, 'norikae'])
  expect(offers('norikae approve pro')).toEqual([gate, other, 'norikae'])
  expect(offers('norikae approve production/gate@3'), 'it replaces only what is behind @').toEqual([
    '3f9a2c1b.1',
    '3f9a2c1b.2',
    'norikae',
  ])
  expect(offers(`norikae approve $(touch ${folder}/evil) a`)).toEqual([person, 'norikae'])
})

/** What each prints as it would offer it, and how it is asked to; these need not be on a machine as bash is. */
const others = {
  fish: {
    asks: (...words: readonly string[]) => [
      '--no-config',
      '-c',
      'source $argv[1]; complete -C $argv[2]',
      scriptOf('fish'),
      words.join(' '),
    ],
    offers: [`${gate}\tscala: a:b`, other, `${person}\tsre`],
  },
  zsh: {
    // Its own completion system is a terminal's: the two functions of it that are used are played.
    asks: (...words: readonly string[]) => [
      '-fc',
      'compdef() { : }; _describe() { print -rl -- "${(@P)3}" }; source $1; words=("${@[2,-1]}"); CURRENT=$#words; _norikae',
      '_',
      scriptOf('zsh'),
      ...words,
    ],
    offers: [`${gate}:scala: a:b`, `${other}:`, `${person}:sre`],
  },
  pwsh: {
    // What a Tab would show.
    asks: (...words: readonly string[]) => [
      '-NoLogo',
      '-NoProfile',
      '-NonInteractive',
      '-File',
      asFile(
        '. $args[0]; (TabExpansion2 -inputScript $args[1] -cursorColumn $args[1].Length).CompletionMatches | ' +
          'ForEach-Object { "{0}`t{1}" -f $_.CompletionText, $_.ToolTip }',
      ),
      scriptOf('ps1'),
      words.join(' '),
    ],
    offers: [`${gate}\tscala: a:b`, `${other}\t${other}`, `${person}\tsre`],
  },
} as const
const isThere = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0
function asFile(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'norikae-pwsh-')), 'ask.ps1')
  writeFileSync(file, text)
  return file
}

test.for((['fish', 'zsh', 'pwsh'] as const).filter(isThere))(
  '%s takes what it is told, and evaluates nothing of what is typed',
  (shell) => {
    const { folder, env } = told()
    const { asks, offers } = others[shell]
    expect(printed(shell, asks('norikae', 'approve', ''), env)).toEqual(offers)
    const evil = `${shell === 'fish' ? '' : '$'}(touch ${folder}/evil)`
    expect(printed(shell, asks('norikae', 'approve', evil, 'a'), env)).toContain(offers[2])
    expect(readdirSync(folder)).toEqual(['norikae'])
  },
)

test.for(['bash', 'zsh', 'fish', 'powershell'])('%s has its script', async (shell) => {
  const { code, out } = await run(['completion', shell])
  expect(code).toBe(0)
  expect(out).toContain('norikae complet')
})
