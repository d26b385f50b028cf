import { afterAll, beforeAll, describe } from 'vitest'
import { copiedVolumesContract } from '../../contract/copied-volumes.ts'
import { volumeFindingsContract } from '../../contract/volume-findings.ts'
import { volumesContract } from '../../contract/volumes.ts'
import type { WorldUnderTest } from '../../contract/workload-actions.ts'
import { twoClusters, type TwoClusters } from '../../support/small-world.ts'
import { worldOf } from './a-world.ts'

let clusters: TwoClusters
let world: WorldUnderTest
beforeAll(async () => {
  clusters = await twoClusters()
  world = await worldOf(clusters)
})
afterAll(() => clusters.stop())

describe('volumes', () => {
  volumesContract(() => world)
})
describe('copied volumes', () => {
  copiedVolumesContract(() => world)
})
describe('what is noticed of volumes', () => {
  volumeFindingsContract(() => world)
})
