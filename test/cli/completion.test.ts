import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
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

test('bash takes what it is told, and evaluates nothing of what is typed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'norikae-completion-'))
  const fake = join(folder, 'norikae')
  writeFileSync(
    fake,
    String.raw`#!/bin/sh
printf 'production/gate@3f9a2c1b.1\tscala: a:b\nproduction/gate@3f9a2c1b.2\t\naoki@example.com\tsre\n'`,
  )
  chmodSync(fake, 0o755)
  const script = fileURLToPath(new URL('../../src/cli/shells/norikae.bash', import.meta.url))
  const offers = (line: string): string[] =>
    execFileSync(
      'bash',
      [
        '-uc',
        String.raw`source "$1"; COMP_LINE="$2"; COMP_POINT=${'$'}{#2}; _norikae; printf '%s\n' "${'$'}{COMPREPLY[@]-}"; ls "$3"`,
        '_',
        script,
        line,
        folder,
      ],
      {
        env: { ...clean, PATH: `${folder}:${clean['PATH'] ?? ''}` },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    )
      .trim()
      .split('\n')
  const [gate, other, person] = ['production/gate@3f9a2c1b.1', 'production/gate@3f9a2c1b.2', 'aoki@example.com']
  expect(offers('norikae approve ')).toEqual([gate, other, person, 'norikae'])
  expect(offers('norikae approve pro')).toEqual([gate, other, 'norikae'])
  expect(offers('norikae approve production/gate@3'), 'it replaces only what is behind @').toEqual([
    '3f9a2c1b.1',
    '3f9a2c1b.2',
    'norikae',
  ])
  expect(offers(`norikae approve $(touch ${folder}/evil) a`)).toEqual([person, 'norikae'])
})

test.for(['bash', 'zsh', 'fish', 'powershell'])('%s has its script', async (shell) => {
  const { code, out } = await run(['completion', shell])
  expect(code).toBe(0)
  expect(out).toContain('norikae complet')
})
