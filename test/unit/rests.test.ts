import { expect, test } from 'vitest'
import { GIVEN_UP } from '../../src/domain/annotations.ts'
import { givenUpOf, holds, isGivenUp, restOf } from '../../src/domain/rests.ts'
import { ref } from '../support/builders.ts'

test.for([
  { says: 'nothing was given up', rest: 1, givenUp: undefined, is: false },
  { says: 'as much', rest: 12, givenUp: 12, is: true },
  { says: 'less', rest: 3, givenUp: 12, is: true },
  { says: 'more', rest: 13, givenUp: 12, is: false },
  { says: 'what nobody knew, and nobody knows', rest: 'unknown', givenUp: 'unknown', is: true },
  { says: 'what nobody knew, and is known now', rest: 1, givenUp: 'unknown', is: false },
  { says: 'what was known, and nobody knows now', rest: 'unknown', givenUp: 12, is: false },
] as const)('$says: $is', ({ rest, givenUp, is }) => {
  expect(isGivenUp(rest, givenUp)).toBe(is)
})

test.for([
  ['12', 12],
  ['unknown', 'unknown'],
  ['much', undefined],
  [undefined, undefined],
] as const)('a note %s is read as %s', ([note, is]) => {
  const annotations = note === undefined ? {} : { [GIVEN_UP]: note }
  const workload = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'postfix', annotations } }
  expect(givenUpOf(workload)).toBe(is)
})

test('no number is not nothing', () => {
  expect(holds(ref('Deployment', 'postfix'), 'blue', restOf(null), 'queue')).toMatch(/^nobody tells how much/)
  expect(holds(ref('Deployment', 'postfix'), 'blue', restOf(2), 'queue')).toBe('postfix on blue still holds 2')
})
