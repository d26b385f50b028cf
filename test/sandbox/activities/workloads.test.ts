import { afterAll, beforeAll, describe } from 'vitest'
import { customVersionsContract } from '../../contract/custom-versions.ts'
import { fencesContract } from '../../contract/fences.ts'
import { readinessContract } from '../../contract/readiness.ts'
import { singletonsContract } from '../../contract/singletons.ts'
import { workloadActionsContract, type WorldUnderTest } from '../../contract/workload-actions.ts'
import { twoClusters, type TwoClusters } from '../../support/small-world.ts'
import { worldOf } from './a-world.ts'

let clusters: TwoClusters
let world: WorldUnderTest
beforeAll(async () => {
  clusters = await twoClusters()
  world = await worldOf(clusters)
})
afterAll(() => clusters.stop())

workloadActionsContract(() => world)
describe('an app that does not become ready', () => {
  readinessContract(() => world)
})
describe('custom resources', () => {
  customVersionsContract(() => world)
})
describe('a singleton', () => {
  singletonsContract(() => world)
})
describe('a fence', () => {
  fencesContract(() => world)
})
