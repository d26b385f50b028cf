import { afterAll, beforeAll, describe } from 'vitest'
import { customVersionsContract } from '../../contract/custom-versions.ts'
import { serverUnderTest, type ServerUnderTest } from '../../contract/servers.ts'
import { argocdContract } from '../../contract/argocd.ts'
import { copiedVolumesContract } from '../../contract/copied-volumes.ts'
import { externalDeploymentsContract } from '../../contract/external-deployments.ts'
import { fluxContract } from '../../contract/flux.ts'
import { fencesContract } from '../../contract/fences.ts'
import { pointersContract } from '../../contract/pointers.ts'
import { readinessContract } from '../../contract/readiness.ts'
import { singletonsContract } from '../../contract/singletons.ts'
import { jobsContract } from '../../contract/jobs.ts'
import { kedaContract } from '../../contract/keda.ts'
import { endlessJobsContract } from '../../contract/endless-jobs.ts'
import { measuresContract } from '../../contract/measures.ts'
import { volumeFindingsContract } from '../../contract/volume-findings.ts'
import { volumesContract } from '../../contract/volumes.ts'
import { workloadActionsContract, type WorldUnderTest } from '../../contract/workload-actions.ts'
import { scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'

let clusters: TwoClusters
let world: WorldUnderTest
/** Where Argo CD is: neither blue nor green. */
let tools: ServerUnderTest
const TOOLS = 'tools-1-35'
beforeAll(async () => {
  clusters = await twoClusters()
  const { ports, activities } = clusters
  const side = async (which: 'blue' | 'green') => {
    const name = scope[which]
    const port = await ports.kubernetes(scope.region, name)
    return serverUnderTest(name, clusters.cluster(name).kubeconfig, { port, admin: port })
  }
  const { ec2, instances } = clusters.aws
  world = { activities, ports, ec2, instances, blue: await side('blue'), green: await side('green') }
  await clusters.aws.eks.seedCluster({ name: TOOLS, version: '1.35', nodegroups: [], addons: [], tags: {} })
  const port = await ports.kubernetes(scope.region, TOOLS)
  tools = serverUnderTest(TOOLS, clusters.cluster(TOOLS).kubeconfig, { port, admin: port })
})
afterAll(() => clusters.stop())

workloadActionsContract(() => world)
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
describe('an app that does not become ready', () => {
  readinessContract(() => world)
})
describe('a Job that nothing else makes', () => {
  jobsContract(() => world)
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
describe('what KEDA sizes', () => {
  kedaContract(() => world)
})
describe('volumes', () => {
  endlessJobsContract(() => world)
  measuresContract(() => world)
  volumesContract(() => world)
})
describe('copied volumes', () => {
  copiedVolumesContract(() => world)
})
describe('what is noticed of volumes', () => {
  volumeFindingsContract(() => world)
})
