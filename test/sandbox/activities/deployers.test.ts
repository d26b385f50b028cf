import { afterAll, beforeAll, describe } from 'vitest'
import { argocdContract } from '../../contract/argocd.ts'
import { externalDeploymentsContract } from '../../contract/external-deployments.ts'
import { fluxContract } from '../../contract/flux.ts'
import { kedaContract } from '../../contract/keda.ts'
import { pointersContract } from '../../contract/pointers.ts'
import type { WorldUnderTest } from '../../contract/workload-actions.ts'
import { twoClusters, type TwoClusters } from '../../support/small-world.ts'
import { serverOf, worldOf } from './a-world.ts'
import type { ServerUnderTest } from '../../contract/servers.ts'

let clusters: TwoClusters
let world: WorldUnderTest
/** Where Argo CD is: neither blue nor green. */
let tools: ServerUnderTest
const TOOLS = 'tools-1-35'
beforeAll(async () => {
  clusters = await twoClusters()
  world = await worldOf(clusters)
  await clusters.aws.eks.seedCluster({ name: TOOLS, version: '1.35', nodegroups: [], addons: [], tags: {} })
  tools = await serverOf(clusters, TOOLS)
})
afterAll(() => clusters.stop())

describe('what somebody else deploys', () => {
  externalDeploymentsContract(() => world)
})
describe('what Argo CD deploys', () => {
  argocdContract(
    () => world,
    () => tools,
  )
})
describe('what Flux deploys', () => {
  fluxContract(() => world)
})
describe('what pipelines are told', () => {
  pointersContract(() => world)
})
describe('what KEDA sizes', () => {
  kedaContract(() => world)
})
