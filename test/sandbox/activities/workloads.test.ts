import { describe } from 'vitest'
import { adoptionContract } from '../../contract/adoption.ts'
import { customVersionsContract } from '../../contract/custom-versions.ts'
import { fencesContract } from '../../contract/fences.ts'
import { quotasContract } from '../../contract/quotas.ts'
import { nodesElsewhereContract } from '../../contract/nodes-elsewhere.ts'
import { readinessContract } from '../../contract/readiness.ts'
import { singletonsContract } from '../../contract/singletons.ts'
import { workloadActionsContract } from '../../contract/workload-actions.ts'
import { aWorldForAll } from './a-world.ts'

const world = aWorldForAll()

workloadActionsContract(world)
quotasContract(world)
describe('an app that does not become ready', () => {
  readinessContract(world)
  nodesElsewhereContract(world)
})
describe('custom resources', () => {
  customVersionsContract(world)
})
describe('a singleton', () => {
  singletonsContract(world)
})
describe('a fence', () => {
  fencesContract(world)
})
describe('a green that others made', () => {
  adoptionContract(world)
})
