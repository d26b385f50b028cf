import { expect, test } from 'vitest'
import { hazardsSeen } from '../../../src/activities/argocd-watch.ts'
import { byArgo } from '../../support/builders.ts'
import { scope } from '../../support/small-world.ts'

const watched = { ...byArgo, namespaces: ['shop'], asleep: [] }

test.for([
  { says: 'does not answer', cluster: () => new Promise<never>(() => undefined), why: 'it was not read in 0.02s' },
  { says: 'is refused', cluster: () => Promise.reject(new Error('secrets is forbidden')), why: 'secrets is forbidden' },
])('an Argo CD that $says may do anything, and is not waited for', async ({ cluster, why }) => {
  const world = { cluster, on: cluster, eks: { findCluster: async () => undefined } as never } // asked for later
  expect(await hazardsSeen(world, scope, watched, 20)).toEqual([`what it does by itself is not known: ${why}`])
})
