import { expect, test } from 'vitest'
import { configurationFindings } from '../../src/domain/addon-configuration.ts'

const addon = { name: 'coredns', version: 'v1' }

test.for([
  ['nothing where it fits', [], []],
  ['each fault', ['a is none of its settings', 'b must be string'], ['blocker', 'blocker']],
  ['that nobody could look', undefined, ['warning']],
] as const)('of a configuration is told %s', ([, faults, levels]) => {
  const found = configurationFindings([{ addon, target: 'v2', faults }])
  expect(found.map((f) => f.level)).toEqual(levels)
  for (const { code, about } of found) expect([code, about]).toEqual(['addon-configuration', 'coredns'])
  faults?.forEach((fault, n) => expect(found[n]?.message).toBe(`v2 would not take its configuration: ${fault}`))
})
