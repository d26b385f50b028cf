import { expect, test } from 'vitest'
import { relatedTo, unrelatedBreaches } from '../../src/domain/troubles.ts'
import { anApp } from '../support/builders.ts'

const NOW = '2026-11-25T12:00:00Z'
const standing = (app: string, breachedAt?: string) => ({
  app,
  team: 'scala',
  environments: [{ name: 'production', is: 'trouble' as const }],
  ...(breachedAt !== undefined && { breachedAt }),
})

test.for([
  ['one that breached a moment ago', [standing('web', '2026-11-25T11:59:50Z')], [], ['web']],
  ['one that waits on blue, and never breached', [standing('web')], [], []],
  ['one that breached five minutes ago', [standing('web', '2026-11-25T11:55:00Z')], [], ['web']],
  ['one that breached longer ago', [standing('web', '2026-11-25T11:54:59Z')], [], []],
  ['one that breached an hour ago', [standing('web', '2026-11-25T11:00:00Z')], [], []],
  ['one that has to do with it', [standing('web', '2026-11-25T11:59:50Z')], ['web'], []],
  ['itself', [standing('api', NOW)], [], []],
] as const)('%s', ([, apps, related, expected]) => {
  expect(unrelatedBreaches(apps, 'api', related, NOW)).toEqual(expected)
})

test('related is what it depends on or moves with, and what says so of it', () => {
  const apps = [
    anApp('api', { dependsOn: ['db'] }),
    anApp('db'),
    anApp('web', { dependsOn: ['api'] }),
    anApp('push', { movesWith: ['api'] }),
    anApp('mail'),
  ]
  expect(relatedTo('api', apps)).toEqual(['db', 'web', 'push'])
})
