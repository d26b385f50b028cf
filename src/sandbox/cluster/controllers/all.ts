/** The controllers of a cluster, each in its own file. */
import { attachments } from './attachments.ts'
import { autoscalers } from './autoscalers.ts'
import { budgets } from './budgets.ts'
import { claimProtectionController } from './claim-protection.ts'
import { claims } from './claims.ts'
import { cronJobs } from './cron-jobs.ts'
import { daemonSets } from './daemon-sets.ts'
import { deployments } from './deployments.ts'
import { endpoints } from './endpoints.ts'
import { garbage } from './garbage.ts'
import { jobs } from './jobs.ts'
import { keda } from './keda.ts'
import { kubelet } from './kubelet.ts'
import { namespaces } from './namespaces.ts'
import { replicaSets } from './replica-sets.ts'
import { scheduler } from './scheduler.ts'
import { statefulSets } from './stateful-sets.ts'
import { volumes } from './volumes.ts'
import { type MakeController, type World, run } from './world.ts'

const all: readonly MakeController[] = [
  attachments,
  autoscalers,
  budgets,
  claimProtectionController,
  claims,
  cronJobs,
  daemonSets,
  deployments,
  endpoints,
  garbage,
  jobs,
  keda,
  kubelet,
  namespaces,
  replicaSets,
  scheduler,
  statefulSets,
  volumes,
]

export function startControllers(world: World): void {
  for (const make of all) run(make, world)
}
