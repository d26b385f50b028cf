/**
 * A cluster of the sandbox whose control plane is a real one: etcd, API server, controllers, scheduler, and nodes that kwok
 * plays. Pods, traffic, buffers and the judge are the sandbox's own, and see it through a mirror.
 */
import { GATEWAY_API, ROUTES } from '../balanced.ts'
import { podBlock } from '../cluster/addresses.ts'
import { runsFor } from '../cluster/controllers/containers.ts'
import { stopsAfter } from '../cluster/controllers/kubelet.ts'
import { Clock } from '../cluster/clock.ts'
import { jobRunsOf } from '../cluster/job-runs.ts'
import { k, kindNamed, known, type Kind } from '../cluster/kinds.ts'
import { isRunning, runningPod, watchPods } from '../cluster/pod-changes.ts'
import { Store } from '../cluster/store.ts'
import type { User } from '../cluster/wire.ts'
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.ts'
import type { Stages } from '../control-plane/stages.ts'
import { tokenWebhook, webhookConfig } from '../control-plane/token-webhook.ts'
import type { PodChange, SandboxCluster } from '../types.ts'
import { auditedCalls } from './audit.ts'
import { mirror } from './mirror.ts'
import { nodeSetter } from './nodes.ts'
import { writesTo } from './writes.ts'

interface RealClusterOptions {
  readonly name: string
  readonly version: string
  readonly issuer?: string
  readonly authenticate: (bearer: string) => Promise<User | 'unauthorized' | 'forbidden'>
}

const versions: readonly ControlPlane['version'][] = ['1.35', '1.36']

/** Longer to end than the load balancer needs to hear of it. */
const stages: Stages = {
  readyMs: 300,
  deletedMs: 2_500,
  stopAnnotation: stopsAfter,
  jobMs: 1_500,
  jobAnnotation: runsFor,
}

/** What the sandbox's own rooms look at. */
const mirrored: readonly Kind[] = [
  k.attachment,
  k.autoscaler,
  k.claim,
  k.cronJob,
  k.deployment,
  k.endpointSlice,
  k.gateway,
  ...ROUTES.map((kind) => known(GATEWAY_API, kind)),
  k.ingress,
  k.job,
  k.node,
  k.pod,
  k.scaledObject,
  k.service,
  k.statefulSet,
  k.storageClass,
  k.binding,
  k.volume,
]

/** About ten seconds. Throws where no control plane of this version can be had. */
export async function startRealCluster({
  name,
  version,
  issuer,
  authenticate,
}: RealClusterOptions): Promise<SandboxCluster> {
  const emulated = versions.find((v) => v === version)
  if (!emulated) throw new Error(`there are real control planes of ${versions.join(' and ')}, and none of ${version}`)
  const ends: (() => unknown)[] = []
  const stop = async () => {
    for (const end of ends.splice(0).toReversed()) await end()
  }
  try {
    const webhook = await tokenWebhook(async (_, token) => knownAs(await authenticate(token)))
    ends.push(() => webhook.stop())
    const plane = await startControlPlane({
      name,
      version: emulated,
      tokenWebhookConfig: webhookConfig(webhook.url, name),
      ...(issuer !== undefined && { issuer }),
      nodes: 0,
      podCidr: `${podBlock()}.0.1/16`,
      stages,
    })
    ends.push(() => plane.stop())
    return await seenThrough(plane, ends, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

/** Whoever has no access entry is known, and has no rights. */
function knownAs(answer: User | 'unauthorized' | 'forbidden') {
  if (answer === 'unauthorized') return undefined
  if (answer === 'forbidden') return { username: 'without-access-entry', groups: [] }
  return { username: answer.username, groups: answer.groups }
}

async function seenThrough(
  plane: ControlPlane,
  ends: (() => unknown)[],
  stop: () => Promise<void>,
): Promise<SandboxCluster> {
  const { name, version, url, ca, kubeconfig, pids } = plane
  const store = new Store()
  const clock = new Clock(Date.now, 1_000)
  ends.push(() => clock.stop())
  const listeners: PodChange[] = []
  watchPods(name, store, (pod, is) => listeners.forEach((tell) => tell(pod, is)))
  const jobRuns = jobRunsOf(name, store, clock)
  const watching = await mirror(plane, mirrored, store)
  ends.push(() => watching.stop())
  let silent = false
  return {
    name,
    version,
    url,
    ca,
    keys: () => plane.keys,
    kubeconfig,
    list: (apiVersion, kind, namespace) => store.list(mirroredKind(apiVersion, kind), namespace),
    ...writesTo(plane.admin, store),
    setNodes: nodeSetter(plane.admin, store),
    pods: () =>
      store
        .list(k.pod)
        .filter(isRunning)
        .map((pod) => runningPod(name, pod)),
    jobRuns,
    onPod: (tell) => void listeners.push(tell),
    onChange(kind, tell) {
      if (!mirrored.some((one) => one.kind === kind)) throw new Error(`no ${kind} is mirrored`)
      store.subscribe((change) => {
        if (change.kind.kind === kind) tell()
      })
    },
    calls: auditedCalls(name, plane.auditLog),
    stop,
    get silent() {
      return silent
    },
    set silent(is) {
      silent = is
      // A process that is halted takes connections, and answers none.
      process.kill(pids['kube-apiserver'], is ? 'SIGSTOP' : 'SIGCONT')
    },
  }
}

function mirroredKind(apiVersion: string, kind: string): Kind {
  const found = kindNamed(apiVersion, kind)
  if (!found || !mirrored.includes(found)) throw new Error(`no ${kind} of ${apiVersion} is mirrored`)
  return found
}
