import { describe } from 'vitest'
import { builtInChecksContract } from '../../contract/built-in-checks.ts'
import { checkJobsContract } from '../../contract/check-jobs.ts'
import { endlessJobsContract } from '../../contract/endless-jobs.ts'
import { failingJobsContract } from '../../contract/failing-jobs.ts'
import { jobsContract } from '../../contract/jobs.ts'
import { measuresContract } from '../../contract/measures.ts'
import { aWorldForAll } from './a-world.ts'

const world = aWorldForAll()

describe('a Job that nothing else makes', () => {
  jobsContract(world)
})
describe('a job that does not end', () => {
  endlessJobsContract(world)
})
failingJobsContract(world)
checkJobsContract(world)
builtInChecksContract(world)
describe('what is measured', () => {
  measuresContract(world)
})
