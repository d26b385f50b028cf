import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, fetch } from 'undici'
import { eventually } from '../../support/eventually.ts'
import { kubeconfigOf, writeFiles, type Files } from './files.ts'
import { programsIn, type Programs } from './programs.ts'
import { seeds } from './seeds.ts'

/** A real control plane on this machine: etcd, API server, controllers, scheduler, and nodes on which nothing runs (kwok). */
export interface ControlPlane {
  readonly name: string
  /** What it serves; the program itself may be newer. */
  readonly version: '1.35' | '1.36'
  readonly url: string
  /** PEM. */
  readonly ca: string
  /** An administrator's. */
  readonly kubeconfig: string
  /** The same as a file, for kubectl. */
  readonly kubeconfigFile: string
  /** A file with a JSON object a line: calls of everybody but the control plane itself. */
  readonly auditLog: string
  readonly pids: readonly number[]
  stop(): Promise<void>
}

interface Options {
  readonly name: string
  readonly version: ControlPlane['version']
  /** For `--authentication-token-webhook-config-file`: who tells whom a token stands for. */
  readonly tokenWebhookConfig?: string
}

const BOOT = { withinMs: 60_000, everyMs: 100 }

/** About eight seconds. Nothing of it outlives this process, however that ends. */
export async function startControlPlane({ name, version, tokenWebhookConfig }: Options): Promise<ControlPlane> {
  const folder = await mkdtemp(join(tmpdir(), `norikae-${name}-`))
  const programs = programsIn(folder)
  try {
    return await boot(programs, await writeFiles(folder, tokenWebhookConfig), name, version)
  } catch (error) {
    await programs.stop()
    throw error
  }
}

async function boot(
  programs: Programs,
  files: Files,
  name: string,
  version: ControlPlane['version'],
): Promise<ControlPlane> {
  const [client, peer, secure] = await freePorts(3)
  const etcd = `http://127.0.0.1:${client}`
  const url = `https://127.0.0.1:${secure}`
  const emulated = `--emulated-version=${version}`
  const pids = [
    await programs.start('etcd', [
      `--data-dir=${join(files.folder, 'etcd')}`,
      '--unsafe-no-fsync',
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-cluster=default=http://127.0.0.1:${peer}`,
      '--log-level=warn',
    ]),
    await programs.start('kube-apiserver', [...apiServer(files, etcd, secure), emulated]),
  ]
  const ca = await orTail(programs, 'kube-apiserver', async () => {
    const pem = await readFile(files.ca, 'utf8')
    await ask(url, pem, files.adminToken, 'GET', '/readyz')
    return pem
  })
  const kubeconfig = kubeconfigOf(name, url, ca, files.adminToken)
  const file = join(files.folder, 'admin.kubeconfig')
  await writeFile(file, kubeconfig, { mode: 0o600 })
  pids.push(
    await programs.start('kube-controller-manager', [...controllers(files, file), emulated]),
    await programs.start('kube-scheduler', [
      `--kubeconfig=${file}`,
      '--leader-elect=false',
      '--secure-port=0',
      emulated,
    ]),
    await programs.start('kwok', [`--kubeconfig=${file}`, '--manage-all-nodes=true']),
  )
  for (const { path, body } of seeds) await ask(url, ca, files.adminToken, 'POST', path, body)
  await orTail(programs, 'kube-controller-manager', () =>
    ask(url, ca, files.adminToken, 'GET', '/api/v1/namespaces/default/serviceaccounts/default'),
  )
  await orTail(programs, 'kwok', async () =>
    isReady(await ask(url, ca, files.adminToken, 'GET', '/api/v1/nodes/node-1')),
  )
  return {
    name,
    version,
    url,
    ca,
    kubeconfig,
    kubeconfigFile: file,
    auditLog: files.auditLog,
    pids,
    stop: programs.stop,
  }
}

interface Node {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}
const isReady = ({ status }: Node): boolean =>
  status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false

const apiServer = (files: Files, etcd: string, port: number): string[] => [
  `--etcd-servers=${etcd}`,
  '--bind-address=127.0.0.1',
  `--secure-port=${port}`,
  `--cert-dir=${files.certificates}`,
  '--service-account-issuer=https://kubernetes.default.svc',
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
    : [`--authentication-token-webhook-config-file=${files.webhook}`, '--authentication-token-webhook-version=v1']),
]

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
]

/** As JSON. Throws where it is no success; what is there already is one. */
async function ask(url: string, ca: string, token: string, method: string, path: string, body?: object) {
  const dispatcher = new Agent({ connect: { ca } })
  try {
    const answer = await fetch(`${url}${path}`, {
      method,
      dispatcher,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok && answer.status !== 409)
      throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 500)}`)
    return text === 'ok' ? {} : (JSON.parse(text) as object)
  } finally {
    await dispatcher.close()
  }
}

async function orTail<T>(programs: Programs, program: Parameters<Programs['tail']>[0], look: () => Promise<T>) {
  try {
    return await eventually(`${program} works`, look, BOOT)
  } catch (error) {
    throw new Error(`${String(error)}\n${await programs.tail(program)}`, { cause: error })
  }
}

/** Free a moment ago; all are held until each is known, so that they differ. */
async function freePorts(many: number): Promise<[number, number, number]> {
  const servers = Array.from({ length: many }, () => createServer())
  await Promise.all(servers.map((s) => new Promise<void>((done) => s.listen(0, '127.0.0.1', done))))
  const ports = servers.map((s) => (s.address() as AddressInfo).port) // they listen
  await Promise.all(servers.map((s) => new Promise((done) => s.close(done))))
  const [one = 0, two = 0, three = 0] = ports
  return [one, two, three]
}
