import { afterAll, beforeAll, describe } from 'vitest'
import { serverUnderTest } from '../../contract/servers.ts'
import { externalDeploymentsContract } from '../../contract/external-deployments.ts'
import { fluxContract } from '../../contract/flux.ts'
import { fencesContract } from '../../contract/fences.ts'
import { pointersContract } from '../../contract/pointers.ts'
import { kedaContract } from '../../contract/keda.ts'
import { volumesContract } from '../../contract/volumes.ts'
import { workloadActionsContract, type WorldUnderTest } from '../../contract/workload-actions.ts'
import { scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'

let clusters: TwoClusters
let world: WorldUnderTest
beforeAll(async () => {
  clusters = await twoClusters()
  const { ports, activities } = clusters
  const side = async (which: 'blue' | 'green') => {
    const name = scope[which]
    const port = await ports.kubernetes(scope.region, name)
    return serverUnderTest(name, clusters.cluster(name).kubeconfig, { port, admin: port })
  }
  world = { activities, ports, ec2: clusters.aws.ec2, blue: await side('blue'), green: await side('green') }
})
afterAll(() => clusters.stop())

workloadActionsContract(() => world)
describe('what somebody else deploys', () => {
  externalDeploymentsContract(() => world)
})
describe('what Flux deploys', () => {
  fluxContract(() => world)
})
describe('what pipelines are told', () => {
  pointersContract(() => world)
})
describe('a fence', () => {
  fencesContract(() => world)
})
describe('what KEDA sizes', () => {
  kedaContract(() => world)
})
describe('volumes', () => {
  volumesContract(() => world)
})
