import { afterAll, beforeAll } from 'vitest'
import { troubleContract, type Trouble } from '../../contract/trouble.ts'
import type { WorldUnderTest } from '../../contract/workload-actions.ts'
import type { Side } from '../../../src/domain/platform.ts'
import { Disturbances, type Rule } from '../../../src/sandbox/disturbances.ts'
import { anEksToken } from '../world/eks-tokens.ts'
import { scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'
import { worldOf } from './a-world.ts'

let clusters: TwoClusters
let world: WorldUnderTest
const disturbances = new Disturbances()
beforeAll(async () => {
  clusters = await twoClusters({ disturb: disturbances.of })
  world = await worldOf(clusters)
})
afterAll(() => clusters.stop())

/** Longer than it takes to ask again. */
const DOWN_MS = 100

const troubleOf = ({ aws, cluster }: TwoClusters): Trouble => {
  const at = (side: Side) => cluster(scope[side])
  const { accessKeyId, secretAccessKey } = aws.identity
  return {
    async busy(side) {
      const rule: Rule = (asked) =>
        asked.cluster === scope[side] && asked.operation === 'list limitranges' ? 'throttled' : undefined
      disturbances.add(rule)
      return async () => disturbances.remove(rule)
    },
    freeze(side) {
      at(side).silent = true
      return () => void (at(side).silent = false)
    },
    crash: (side) => at(side).crash(DOWN_MS),
    forget: async (side) => at(side).forget(),
    door(side) {
      const { url, ca } = at(side)
      const info = { endpoint: aws.endpoint, region: scope.region, accessKeyId, secretAccessKey }
      return {
        url,
        ca,
        credentials: async () => ({ accessKeyId, secretAccessKey }),
        workerToken: () => anEksToken(info, scope[side]),
      }
    },
  }
}

troubleContract(
  () => world,
  () => troubleOf(clusters),
)
