import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { sourceOf } from '../../src/domain/finding-sources.ts'

/** docs/reference/findings.md names every code there is, and no other. */

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = readFileSync(`${root}docs/reference/findings.md`, 'utf8')
const sources = ['src/domain', 'src/activities'].flatMap((folder) =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(`${root}${folder}/${name}`, 'utf8')),
)

// The first argument of what makes a finding, on its line or on the next.
const CODE = /\b(?:blocker|warning|info|refuse|missing)\)?\(\s*'([a-z][a-z\d-]+)',/g
const codes = new Set(
  sources
    .filter((text) => text.includes('findings.ts'))
    .flatMap((text) => [...text.matchAll(CODE)].map(([, c = '']) => c)),
)

test('every code has a row, and every row a code', () => {
  const rows = [...page.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, names = '']) => [
    ...names.matchAll(/`([a-z\d-]+)`/g),
  ])
  const named = new Set([...rows.map(([, code = '']) => code), 'report-shortened'])
  expect([...codes].filter((code) => !named.has(code))).toEqual([])
  expect([...named].filter((code) => !codes.has(code))).toEqual([])
})

test('every code tells what was read, once', () => {
  expect([...codes].filter((code) => sourceOf(code) === undefined)).toEqual([])
  const table = readFileSync(`${root}src/domain/finding-sources.ts`, 'utf8')
  const listed = [...table.matchAll(/'([a-z\d-]+)'(?=[,\]])/g)].map(([, code = '']) => code)
  expect(listed.filter((code, n) => listed.indexOf(code) !== n)).toEqual([])
  expect(listed.filter((code) => !codes.has(code) && code !== 'report-shortened')).toEqual([])
})
