import { describe } from 'vitest'
import { copiedVolumesContract } from '../../contract/copied-volumes.ts'
import { volumeFindingsContract } from '../../contract/volume-findings.ts'
import { volumesContract } from '../../contract/volumes.ts'
import { aWorldForAll } from './a-world.ts'

const world = aWorldForAll()

describe('volumes', () => {
  volumesContract(world)
})
describe('copied volumes', () => {
  copiedVolumesContract(world)
})
describe('what is noticed of volumes', () => {
  volumeFindingsContract(world)
})
