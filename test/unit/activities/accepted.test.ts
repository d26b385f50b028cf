import { expect, test } from 'vitest'
import { acceptedOn, noteAccepted, noteTold, toldOn } from '../../../src/activities/accepted.ts'
import type { KubernetesPort } from '../../../src/activities/ports.ts'

type Kept = Readonly<Record<string, string>>

/** A cluster as far as it is asked here; while it is behind it tells what was before. */
function aCluster() {
  let [kept, behind]: [Kept, boolean] = [{}, false]
  const port = {
    find: async () => ({ metadata: { annotations: kept } }),
    apply: async () => undefined,
    create: async () => true,
    patch: async (_k: string, _n: string, _name: string, of: { metadata: { annotations: Kept } }) => {
      if (!behind) kept = { ...kept, ...of.metadata.annotations }
    },
  }
  return {
    port: port as unknown as KubernetesPort, // of the rest nothing is asked
    stays: () => (behind = true),
  }
}

test('what people are told of one matter takes the place of what they were told before', async () => {
  const { port } = aCluster()
  await noteTold(port, 'callers', ['ci'])
  await noteTold(port, 'ways', ['b.example.com', 'a.example.com'])
  expect([await toldOn(port, 'ways'), await toldOn(port, 'callers')]).toEqual([['a.example.com', 'b.example.com'], []])
})

test.for([
  { says: 'longer', names: ['a', 'b', 'c'] },
  { says: 'shorter', names: ['a'] },
  { says: 'empty', names: [] },
])('a list that is $says, and reads as before, was not written yet', async ({ names }) => {
  const it = aCluster()
  await noteAccepted(it.port, 'ways', ['b', 'a'])
  it.stays()
  await expect(noteAccepted(it.port, 'ways', names)).rejects.toThrow('does not say yet what was written')
  await noteAccepted(it.port, 'ways', ['a', 'b'])
  expect(await acceptedOn(it.port, 'ways')).toEqual(['a', 'b'])
})
