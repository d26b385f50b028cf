import { afterAll, beforeAll } from 'vitest'
import { deniedForLong } from './fence.ts'
import { aRealWorld, type RealWorld } from './real-world.ts'
import { schedulesThatAlternate } from './schedules.ts'

/** What takes minutes of controllers' own time and little of the machine's, side by side in one world. */
let world: RealWorld
beforeAll(async () => {
  world = await aRealWorld()
}, 180_000)
afterAll(() => world?.stop())

schedulesThatAlternate(() => world)
deniedForLong(() => world)
