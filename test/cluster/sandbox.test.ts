import { afterAll, beforeAll } from 'vitest'
import { startWorld, type World } from '../../src/sandbox/world.ts'
import { worldContract } from '../contract/world.ts'

let world: World

beforeAll(async () => {
  const aws = { clusterMs: 200, nodegroupMs: 100, deletionMs: 100 }
  world = await startWorld({ kubernetes: 'real', times: { aws } })
}, 120_000)
afterAll(() => world?.stop())

worldContract(() => world)
