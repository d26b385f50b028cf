import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { administrator, type Administrator } from './ask.ts'
import { kubeconfigOf } from '../cluster/certificate.ts'
import { freePort } from '../free-port.ts'
import { writeFiles, type Files } from './files.ts'
import { programsIn, type Program, type Programs } from './programs.ts'
import { definitions, nodeNamed, nodes } from './seeds.ts'
import type { Stages } from './stages.ts'

/** A real control plane on this machine: etcd, API server, controllers, scheduler, and nodes on which nothing runs (kwok). */
export interface ControlPlane {
  readonly name: string
  /** What it serves; the program itself may be newer. */
  readonly version: '1.35' | '1.36'
  readonly url: string
  /** PEM. */
  readonly ca: string
  /** What tokens of its service accounts are signed by. */
  readonly keys: readonly JsonWebKey[]
  /** An administrator's. */
  readonly kubeconfig: string
  /** The same as a file, for kubectl. */
  readonly kubeconfigFile: string
  /** A file with a JSON object a line: calls of everybody but the control plane itself. */
  readonly auditLog: string
  readonly pids: Readonly<Record<Program, number>>
  readonly admin: Administrator
  /** Its API server dies in the middle of whatever it does. Ends when it is up again, at the same place. */
  crash(): Promise<void>
  /** Its etcd keeps nothing but what is there now. */
  compact(): Promise<void>
  stop(): Promise<void>
}

interface Options {
  readonly name: string
  readonly version: ControlPlane['version']
  /** What tokens of service accounts name. */
  readonly issuer?: string
  /** How many nodes are there from the beginning; left out: 2. */
  readonly nodes?: number
  /** Where its pods get their addresses from; left out: kwok's own, the same for every control plane. */
  readonly podCidr?: string
  /** How its pods live; left out: they are ready and end as soon as they can. */
  readonly stages?: Stages
  /** For `--authentication-token-webhook-config-file`: who tells whom a token stands for. */
  readonly tokenWebhookConfig?: string
}

const BOOT_MS = 60_000

/** About eight seconds. Nothing of it outlives this process, however that ends. */
export async function startControlPlane(options: Options): Promise<ControlPlane> {
  const folder = await mkdtemp(join(tmpdir(), `norikae-${options.name}-`))
  const programs = programsIn(folder)
  try {
    return await boot(programs, await writeFiles(folder, options), options)
  } catch (error) {
    await programs.stop()
    throw error
  }
}

async function boot(programs: Programs, files: Files, options: Options): Promise<ControlPlane> {
  const { name, version, nodes: wanted = 2, podCidr, issuer = 'https://kubernetes.default.svc' } = options
  const [client, peer, secure] = [await freePort(), await freePort(), await freePort()]
  const etcd = `http://127.0.0.1:${client}`
  const url = `https://127.0.0.1:${secure}`
  const emulated = `--emulated-version=${version}`
  const etcdPid = await programs.start('etcd', [
    `--data-dir=${join(files.folder, 'etcd')}`,
    '--unsafe-no-fsync',
    `--listen-client-urls=${etcd}`,
    `--advertise-client-urls=${etcd}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-cluster=default=http://127.0.0.1:${peer}`,
    '--log-level=warn',
  ])
  const startServer = () => programs.start('kube-apiserver', [...apiServer(files, etcd, secure, issuer), emulated])
  const serverPid = await startServer()
  const { admin, ca } = await orTail(programs, 'kube-apiserver', async () => {
    const ca = await readFile(files.ca, 'utf8')
    const admin = administrator({ url, ca, token: files.adminToken })
    await admin.ask({ method: 'GET', path: '/readyz' }).catch(async (error: unknown) => {
      await admin.close()
      throw error
    })
    return { admin, ca }
  })
  const kubeconfig = kubeconfigOf({ name, url, ca, token: files.adminToken })
  const file = join(files.folder, 'admin.kubeconfig')
  await writeFile(file, kubeconfig, { mode: 0o600 })
  const pids = {
    etcd: etcdPid,
    'kube-apiserver': serverPid,
    'kube-controller-manager': await programs.start('kube-controller-manager', [...controllers(files, file), emulated]),
    'kube-scheduler': await programs.start('kube-scheduler', [...(await scheduler(files, file)), emulated]),
    kwok: await programs.start('kwok', kwok(files, file, podCidr)),
  }
  for (const body of definitions) await admin.ask({ method: 'POST', path: DEFINITIONS, body })
  await orTail(programs, 'kube-controller-manager', () =>
    admin.ask({ method: 'GET', path: '/api/v1/namespaces/default/serviceaccounts/default' }),
  )
  for (const body of nodes(wanted)) await admin.ask({ method: 'POST', path: '/api/v1/nodes', body })
  if (wanted > 0)
    await orTail(programs, 'kwok', async () => {
      const node = await admin.ask({ method: 'GET', path: `/api/v1/nodes/${nodeNamed(1)}` })
      if (!isReady(node)) throw new Error(`${nodeNamed(1)} is not ready`)
    })
  return {
    name,
    version,
    url,
    ca,
    keys: [createPublicKey(await readFile(files.publicKey)).export({ format: 'jwk' })],
    kubeconfig,
    kubeconfigFile: file,
    auditLog: files.auditLog,
    pids,
    admin,
    async crash() {
      process.kill(pids['kube-apiserver'], 'SIGKILL')
      // Its port is its own until it is gone.
      await gone(pids['kube-apiserver'])
      pids['kube-apiserver'] = await startServer()
      await orTail(programs, 'kube-apiserver', () => admin.ask({ method: 'GET', path: '/readyz' }))
    },
    compact: () => compacted(etcd),
    async stop() {
      await programs.stop()
      await admin.close()
    },
  }
}

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

interface Node {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}
const isReady = (node: Node): boolean =>
  node.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false

const apiServer = (files: Files, etcd: string, port: number, issuer: string): string[] => [
  `--etcd-servers=${etcd}`,
  '--bind-address=127.0.0.1',
  `--secure-port=${port}`,
  `--cert-dir=${files.certificates}`,
  `--service-account-issuer=${issuer}`,
  `--service-account-key-file=${files.publicKey}`,
  `--service-account-signing-key-file=${files.signingKey}`,
  '--service-cluster-ip-range=10.0.0.0/16',
  '--authorization-mode=RBAC',
  `--token-auth-file=${files.tokens}`,
  '--allow-privileged=true',
  `--audit-policy-file=${files.auditPolicy}`,
  `--audit-log-path=${files.auditLog}`,
  ...(files.webhook === undefined
    ? []
    : [
        `--authentication-token-webhook-config-file=${files.webhook}`,
        '--authentication-token-webhook-version=v1',
        // Left to itself, two minutes: whoever was just let in would not be.
        '--authentication-token-webhook-cache-ttl=1s',
      ]),
]

/** By themselves they ask 20 times a second, and tests wait for their turn. */
const unthrottled = ['--kube-api-qps=500', '--kube-api-burst=1000']

const controllers = (files: Files, kubeconfig: string): string[] => [
  `--kubeconfig=${kubeconfig}`,
  `--service-account-private-key-file=${files.signingKey}`,
  `--root-ca-file=${files.ca}`,
  '--leader-elect=false',
  '--secure-port=0',
  '--controllers=*,-nodeipam,-route,-service',
  // On a busy machine kwok's nodes are late, and pods would be taken from them.
  '--node-monitor-grace-period=8760h',
  '--horizontal-pod-autoscaler-sync-period=2s',
  // Left to itself a claim that missed its volume is looked at again after 15 s.
  '--pvclaimbinder-sync-period=1s',
  ...unthrottled,
]

/** A configuration file is taken instead of flags: only it knows how long a pod that found no node is left alone. */
async function scheduler(files: Files, kubeconfig: string): Promise<string[]> {
  const config = {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    leaderElection: { leaderElect: false },
    clientConnection: { kubeconfig, qps: 500, burst: 1000 },
    // Ten, by itself: a pod that came before its volume would be waited for.
    podMaxBackoffSeconds: 1,
  }
  const file = join(files.folder, 'scheduler.json')
  await writeFile(file, JSON.stringify(config))
  return [`--config=${file}`, '--secure-port=0']
}

const kwok = (files: Files, kubeconfig: string, cidr: string | undefined): string[] => [
  `--kubeconfig=${kubeconfig}`,
  // Any other node is one that nobody answers for: a lost one.
  '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
  ...(cidr === undefined ? [] : [`--cidr=${cidr}`]),
  ...(files.stages === undefined ? [] : [`--config=${files.stages}`]),
]

async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Over etcd's JSON gateway: https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/ */
async function compacted(etcd: string): Promise<void> {
  const ask = async (path: string, body: object): Promise<unknown> => {
    const answer = await fetch(`${etcd}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`etcd ${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
  // Whatever is asked for, the revision is told with it.
  const { header } = (await ask('range', { key: btoa('any') })) as { readonly header: { readonly revision: string } }
  await ask('compaction', { revision: header.revision, physical: true })
}

/** Until `look` throws no more; where it always does, what it threw and the last that the program said. */
async function orTail<T>(programs: Programs, program: Program, look: () => Promise<T>): Promise<T> {
  const until = Date.now() + BOOT_MS
  for (;;) {
    try {
      return await look()
    } catch (error) {
      if (Date.now() > until)
        throw new Error(
          `${program} does not work after ${BOOT_MS / 1000} s: ${String(error)}\n${await programs.tail(program)}`,
          { cause: error },
        )
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
