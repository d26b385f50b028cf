import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { exit, exitOf } from '../../src/cli/exit-codes.ts'
import { program } from '../../src/cli/program.ts'

/** docs/reference/exit-codes.md, the code and the help say the same, in the same words. */

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
const page = read('docs/reference/exit-codes.md')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
const codes = rows.filter(([, code = '']) => /^\d+$/.test(code))
const endings = rows.filter(([, , code = '']) => /^\d+$/.test(code))

test('every code is there once, and no other', () => {
  const written = codes.map(([, code]) => Number(code))
  expect(written).toEqual([...new Set(Object.values(exit))].toSorted((a, b) => a - b))
})

test('where the code explains one, the page does in the same words', () => {
  const source = read('src/cli/exit-codes.ts')
  const explained = [...source.matchAll(/\/\*\* (.+) \*\/\n\s+(\w+): (\d+),/g)]
  expect(explained.length).toBeGreaterThan(0)
  for (const [, words = '', , code = ''] of explained) expect(codes.find((row) => row[1] === code)?.[3]).toBe(words)
})

test('the help calls them the same', () => {
  let help = ''
  program(() => Promise.resolve())
    .configureOutput({ writeOut: (text) => (help += text) })
    .outputHelp()
  const said = help.replaceAll(/\s+/g, ' ').replaceAll(/ \(or[^)]*\)/g, '')
  expect(said).toContain(`Exit codes: ${codes.map(([, code, is]) => `${code} ${is}`).join(', ')}.`)
})

test('how watch ends is the table of the code', () => {
  expect(Object.fromEntries(endings.map(([, is = '', code]) => [is, Number(code)]))).toEqual(exitOf)
})
