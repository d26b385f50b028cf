import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { platformJsonSchema } from '../../../src/config/json-schema.ts'
import { aPlatformFile, changed } from './a-platform-file.ts'

const here = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const valid = new Ajv({ strict: false, formats: { uri: true } }).compile(JSON.parse(platformJsonSchema()) as object)

test('schema/platform.json is what the code makes; else: node src/config/json-schema.ts', () =>
  expect(here('schema/platform.json')).toBe(platformJsonSchema()))

test('every key has a description', () => {
  const without: string[] = []
  const look = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [key, value] of Object.entries(node)) {
      if (key === 'properties')
        for (const [name, property] of Object.entries(value as Record<string, { description?: string }>))
          if ((property.description ?? '') === '') without.push(`${path}/${name}`)
      look(value, `${path}/${key}`)
    }
  }
  look(JSON.parse(platformJsonSchema()), '')
  expect(without).toEqual([])
})

test.for(['examples/demo.yaml', 'examples/chatwork-prod.yaml'])('editors accept %s', (path) => {
  expect(here(path)).toMatch(/^# yaml-language-server: \$schema=\.\.\/schema\/platform\.json\n/)
  expect(valid(parse(here(path))), JSON.stringify(valid.errors)).toBe(true)
})

test.for([
  ['an unknown key', changed('platformTeam: sre', 'platformTeam: sre\nfoo: 1')],
  ['a duration without a unit', changed('budget: 2h', 'budget: 60')],
  ["another class's key", changed('idempotent: true', 'idempotent: true, downtime: 1s')],
  ['no limit', changed(', atMost: 0.1', '')],
  ['two sources', changed('atMost: 0.1', 'atMost: 0.1, probe: {}')],
  ['a name in capitals', changed('  api:', '  API:')],
  ['no environments', changed(/environments:[^]*(?=apps:)/, 'environments: {}\n')],
] as const)('editors refuse %s', ([, text]) => {
  expect(valid(parse(aPlatformFile)), JSON.stringify(valid.errors)).toBe(true)
  expect(valid(parse(text))).toBe(false)
})
