import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adoptionContract } from '../contract/adoption.ts'
import { builtInChecksContract } from '../contract/built-in-checks.ts'
import { checkJobsContract } from '../contract/check-jobs.ts'
import { argocdContract } from '../contract/argocd.ts'
import { copiedVolumesContract } from '../contract/copied-volumes.ts'
import { kubernetesPortContract } from '../contract/kubernetes-port.ts'
import { accessContract } from '../contract/access.ts'
import { customVersionsContract } from '../contract/custom-versions.ts'
import { externalDeploymentsContract } from '../contract/external-deployments.ts'
import { fluxContract } from '../contract/flux.ts'
import { gatewayRoutesContract } from '../contract/gateway-routes.ts'
import { httpRoutesContract } from '../contract/http-routes.ts'
import { ingressRoutesContract } from '../contract/ingress-routes.ts'
import { fencesContract } from '../contract/fences.ts'
import { pointersContract } from '../contract/pointers.ts'
import { nodesElsewhereContract } from '../contract/nodes-elsewhere.ts'
import { readinessContract } from '../contract/readiness.ts'
import { singletonsContract } from '../contract/singletons.ts'
import { pipelinesMay } from './pipelines.ts'
import { jobsContract } from '../contract/jobs.ts'
import { kedaContract } from '../contract/keda.ts'
import { endlessJobsContract } from '../contract/endless-jobs.ts'
import { failingJobsContract } from '../contract/failing-jobs.ts'
import { measuresContract } from '../contract/measures.ts'
import { volumeFindingsContract } from '../contract/volume-findings.ts'
import { volumesContract } from '../contract/volumes.ts'
import { workloadActionsContract } from '../contract/workload-actions.ts'
import { referencesContract } from '../contract/references.ts'
import { rolesContract } from '../contract/roles.ts'
import { granted } from './granted.ts'
import { runKeda } from './keda.ts'
import { quotasContract } from '../contract/quotas.ts'
import { troubleContract } from '../contract/trouble.ts'
import { troubleOfReal } from './trouble.ts'
import { aRealWorld, type RealWorld } from './real-world.ts'

let world: RealWorld
let keda: ReturnType<typeof runKeda> | undefined
beforeAll(async () => {
  world = await aRealWorld()
  keda = runKeda(world.blue, world.green)
}, 180_000)
afterAll(async () => {
  await keda?.stop()
  await world?.stop()
})

describe('a real server that serves 1.36', () => {
  kubernetesPortContract(() => world.green, { version: '1.36' })
})
describe('a real server that serves 1.35', () => {
  kubernetesPortContract(() => world.blue, { version: '1.35' })
})
describe('a real server', () => {
  troubleContract(
    () => world,
    () => troubleOfReal(world),
  )
})
describe('on real controllers', () => {
  accessContract(() => world)
  rolesContract(() => world)
  workloadActionsContract(() => world)
  quotasContract(() => world)
  readinessContract(() => world)
  nodesElsewhereContract(() => world)
  singletonsContract(() => world)
  jobsContract(() => world)
  customVersionsContract(() => world)
  fencesContract(() => world)
  externalDeploymentsContract(() => world)
  argocdContract(() => world)
  fluxContract(() => world)
  httpRoutesContract(() => world)
  ingressRoutesContract(() => world)
  gatewayRoutesContract(() => world)
  pointersContract(() => world)
  kedaContract(() => world)
  endlessJobsContract(() => world)
  failingJobsContract(() => world)
  checkJobsContract(() => world)
  builtInChecksContract(() => world)
  measuresContract(() => world)
  volumesContract(() => world)
  copiedVolumesContract(() => world)
  volumeFindingsContract(() => world)
  referencesContract(() => world)
})

test('a pipeline may read where to deploy, and no more', async () => {
  const may = await pipelinesMay(world.green)
  expect(await may('get', 'norikae', 'norikae-where')).toBe(true)
  expect(await may('update', 'norikae', 'norikae-where')).toBe(false)
  expect(await may('get', 'norikae', 'norikae-fence-shop')).toBe(false)
})

describe('a green that others made', () => {
  adoptionContract(() => world)
})

test('no call was denied, and what is granted is asked for', async () => {
  const { unused, denied } = await granted(world)
  expect(denied).toEqual([])
  expect(unused).toEqual([])
})
