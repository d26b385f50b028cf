/** A Kubernetes API server on loopback, with the controllers that matter: `startCluster` is all that others need. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Rule } from '../disturbances.ts'
import type { KubernetesCall, KubernetesObject, PodChange, RunningPod, StandInCluster } from '../types.ts'
import { addresses } from './addresses.ts'
import { certificate, kubeconfigOf } from './certificate.ts'
import { Clock, type ClusterTimes, defaultTimes } from './clock.ts'
import { startControllers } from './controllers/all.ts'
import { nodeSetter } from './controllers/nodes.ts'
import type { World } from './controllers/world.ts'
import { eventRecorder } from './events.ts'
import { jobRunsOf } from './job-runs.ts'
import { type Kind, k, kindNamed, kinds } from './kinds.ts'
import { Objects } from './objects.ts'
import { isRunning, runningPod, watchPods } from './pod-changes.ts'
import { mayAsk } from './rights.ts'
import { signerOf } from './service-account-tokens.ts'
import { Store } from './store.ts'
import { type User, listener } from './wire.ts'

export interface ClusterOptions {
  readonly name: string
  /** `1.35` */
  readonly version: string
  readonly port?: number
  readonly host?: string
  readonly authenticate: (bearer: string) => Promise<User | 'unauthorized' | 'forbidden'>
  /** What tokens of its service accounts name; left out: that of a cluster which nobody knows. */
  readonly issuer?: string
  /** What becomes of requests on their way; left out: nothing. */
  readonly disturb?: Rule
  /** Milliseconds since 1970: what objects are stamped with and CronJobs go by. */
  readonly now?: () => number
  readonly times?: Partial<ClusterTimes>
}

const keptCalls = 50_000
const admin: User = { username: 'kubernetes-admin', groups: ['system:masters'] }

function kindOf(apiVersion: string, kind: string): Kind {
  const found = kindNamed(apiVersion, kind)
  if (found === undefined) throw new Error(`the sandbox serves no ${kind} of ${apiVersion}`)
  return found
}

export async function startCluster(options: ClusterOptions): Promise<StandInCluster> {
  const { name, version, host = '127.0.0.1' } = options
  const times = { ...defaultTimes, ...options.times }
  const clock = new Clock(options.now ?? Date.now, times.lookMs)
  const store = new Store()
  const given = addresses()
  const objects = new Objects(store, clock, given)
  const { cert, key } = await certificate(host)
  const world: World = {
    cluster: name,
    store,
    objects,
    clock,
    times,
    addresses: given,
    ca: cert,
    event: eventRecorder(store, clock),
  }
  const signer = signerOf(options.issuer ?? 'https://kubernetes.default.svc')
  const runs = jobRunsOf(name, store, clock)
  const podListeners: PodChange[] = []
  watchPods(name, store, (pod, is) => podListeners.forEach((tell) => tell(pod, is)))
  startControllers(world)
  for (const namespace of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    objects.create(k.namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  }

  const calls: KubernetesCall[] = []
  const token = randomBytes(24).toString('base64url')
  const state = { silent: false }
  const server = createServer(
    { cert, key, keepAlive: true },
    listener({
      version,
      objects,
      signer,
      async authenticate(bearer) {
        if (bearer === token) return admin
        const user = await options.authenticate(bearer)
        return typeof user === 'string' || mayAsk(store, user) ? user : 'forbidden'
      },
      silent: () => state.silent,
      disturb: (asked) => options.disturb?.({ cluster: name, ...asked }),
      record: (call) => {
        calls.push({ at: new Date(clock.now()).toISOString(), cluster: name, ...call })
        // In lumps, so that a full record does not move for every call.
        if (calls.length > keptCalls * 1.1) calls.splice(0, calls.length - keptCalls)
      },
    }),
  )
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(options.port ?? 0, host)
  await once(server, 'listening')
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo
  const url = `https://${host}:${port}`
  const setNodes = nodeSetter(world)
  const closed = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      // Also those that are no HTTP yet, in the middle of their handshake.
      for (const socket of sockets) socket.destroy()
    })

  return {
    name,
    version,
    url,
    ca: cert,
    keys: signer.keys,
    kubeconfig: kubeconfigOf({ name, url, ca: cert, token }),
    list: (apiVersion, kind, namespace) => store.list(kindOf(apiVersion, kind), namespace),
    apply: (object) => seed(objects, object),
    update: (object) => replace(objects, object),
    remove(object) {
      const kind = kindOf(object.apiVersion, object.kind)
      const { namespace, name, uid } = object.metadata
      if (store.get(kind, namespace, name)?.metadata.uid === uid) objects.delete(kind, namespace, name)
    },
    setNodes,
    pods: (): readonly RunningPod[] =>
      store
        .list(k.pod)
        .filter(isRunning)
        .map((pod) => runningPod(name, pod)),
    jobRuns: runs,
    onPod: (tell) => void podListeners.push(tell),
    onChange: (kind, tell) => {
      if (!kinds.some((one) => one.kind === kind)) throw new Error(`the sandbox serves no kind ${kind}`)
      store.subscribe((change) => {
        if (change.kind.kind === kind) tell()
      })
    },
    calls: () => calls.slice(-keptCalls),
    get silent() {
      return state.silent
    },
    set silent(silent) {
      state.silent = silent
    },
    forget: () => store.forget(),
    async crash(downMs) {
      await closed()
      await sleep(downMs)
      server.listen(port, host)
      await once(server, 'listening')
    },
    async stop() {
      clock.stop()
      await closed()
    },
  }
}

/** As an operator with every right would put it there, status and all. */
function seed(objects: Objects, object: KubernetesObject): void {
  const kind = kindOf(object.apiVersion, object.kind)
  const namespaced = kind.namespaced ? { namespace: object.metadata.namespace ?? 'default' } : {}
  const placed = { ...object, metadata: { ...object.metadata, ...namespaced } }
  const { status, ...wanted } = placed
  const by = { manager: 'sandbox', force: true }
  if (!kind.subresources.includes('status')) return void objects.apply(kind, placed, by)
  const { object: stored } = objects.apply(kind, wanted, by)
  if (status !== undefined) objects.setStatus(kind, stored, status)
}

/** As a controller on the cluster that has read the object and writes it back. */
function replace(objects: Objects, object: KubernetesObject): void {
  const kind = kindOf(object.apiVersion, object.kind)
  const { name, namespace, uid } = object.metadata
  const live = objects.store.get(kind, namespace, name)
  if (live === undefined || (uid !== undefined && uid !== live.metadata.uid)) return
  const written = objects.update(kind, namespace, name, () => object, { manager: 'sandbox-controller' })
  if (object.status !== undefined && kind.subresources.includes('status'))
    objects.setStatus(kind, written, object.status)
}
