import { expect, test } from 'vitest'
import { cutoverId, upgradeId } from '../../src/domain/messages.ts'
import { aBed, PLATFORM, type Bed } from './bed.ts'
import { movementOf } from './movement.ts'
import { played } from './played.ts'

/** What the sweeps say of an upgrade that does not go on: whoever reads that has nothing else to go by. */
const said = (error: unknown): string => (error instanceof Error ? error.message : '')

test('an upgrade in which nothing happens any more hangs, at the step that it is at', async () => {
  await using bed = await aBed()
  const never = new Promise<never>(() => undefined)
  await bed.worker(({ type }) => (type === 'createCluster' ? never : undefined)).ready()
  await bed.begin()
  const end = await played(bed, { stillLooks: 3 }).catch(said)
  expect(end).toMatch(/^nothing has happened for 3 looks\nphase provision, moving\n/)
  expect(end).toMatch(/^cluster-upgrade\/chatwork-prod: cluster\/create, tried \d+ times/m)
})

test('a worker that ends by itself is told with what it said last', async () => {
  await using bed = await aBed()
  const worker = bed.worker(undefined, { env: { NORIKAE_LOG_LEVEL: 'loud' } })
  await expect(worker.ready()).rejects.toThrow('the worker ended with 1')
  await bed.begin()
  const end = await played(bed).catch(said)
  expect(end).toContain('a worker ended by itself, with 1; they said last:')
  expect(end).toContain('NORIKAE_LOG_LEVEL is "loud"')
})

test('a server that stays away moves nothing, and whatever the bed moves is looked at', async () => {
  const asked = new Set<string>()
  const getHandle = (id: string) => {
    asked.add(id)
    return { describe: () => Promise.reject(new Error('it is away')) }
  }
  const temporal = { client: { workflow: { getHandle } } } as unknown as Bed['temporal'] // of the rest nothing is asked
  const movement = movementOf({ temporal, apps: ['chat-api'] })
  expect([await movement.still(), await movement.still(), await movement.still()]).toEqual([1, 2, 3])
  expect([...asked]).toEqual([upgradeId(PLATFORM), cutoverId(PLATFORM, 'chat-api')])
})
