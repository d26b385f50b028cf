import { afterAll, beforeAll, describe } from 'vitest'
import { endlessJobsContract } from '../../contract/endless-jobs.ts'
import { jobsContract } from '../../contract/jobs.ts'
import { measuresContract } from '../../contract/measures.ts'
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

describe('a Job that nothing else makes', () => {
  jobsContract(() => world)
})
describe('a job that does not end', () => {
  endlessJobsContract(() => world)
})
describe('what is measured', () => {
  measuresContract(() => world)
})
