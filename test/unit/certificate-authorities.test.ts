import { expect, test } from 'vitest'
import { authorityFindings } from '../../src/domain/certificate-authorities.ts'

const first = { id: 'ca-1', signing: 'IN_USE', distribution: 'COMPLETE' }

test.for([
  ['the only one', [first], []],
  ['a successor on its way', [first, { id: 'ca-2', signing: 'NOT_USED', distribution: 'IN_PROGRESS' }], ['blocker']],
  [
    'a successor that takes over',
    [first, { id: 'ca-2', signing: 'ACTIVATING', distribution: 'COMPLETE' }],
    ['blocker'],
  ],
  ['one that goes', [first, { id: 'ca-0', signing: 'NOT_USED', distribution: 'DELETING' }], ['blocker']],
  ['a successor that waits', [first, { id: 'ca-2', signing: 'NOT_USED', distribution: 'COMPLETE' }], ['warning']],
  [
    'a successor that did not get there',
    [first, { id: 'ca-2', signing: 'NOT_USED', distribution: 'FAILED' }],
    ['warning'],
  ],
] as const)('%s', ([, found, levels]) => {
  const told = authorityFindings('demo-1-35', found)
  expect(told.map((f) => f.level)).toEqual(levels)
  for (const { code, about } of told) expect([code, about]).toEqual(['certificate-authority', 'demo-1-35'])
})

test('from when on EKS may activate it by itself is told', () => {
  const successor = {
    id: 'ca-2',
    signing: 'NOT_USED',
    distribution: 'COMPLETE',
    activatedFrom: '2026-12-26T00:00:00.000Z',
  }
  expect(authorityFindings('demo-1-35', [first, successor])[0]?.message).toMatch(/from 2026-12-26T00:00:00.000Z on$/)
})
