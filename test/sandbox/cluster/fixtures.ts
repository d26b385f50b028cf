/** A cluster of its own for a test file, the real client for it, and objects with good defaults. */
import {
  ApiException,
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  type KubernetesObject as ClientObject,
  PatchStrategy,
} from '@kubernetes/client-node'
import { Agent, fetch } from 'undici'
import { afterAll, beforeAll } from 'vitest'
import type { ClusterTimes } from '../../../src/sandbox/cluster/clock.ts'
import { startCluster } from '../../../src/sandbox/cluster/server.ts'
import type { KubernetesObject, StandInCluster } from '../../../src/sandbox/types.ts'

/** Fast enough that no test waits, slow enough that what lies between can be seen. */
export const fast: ClusterTimes = {
  podStartMs: 10,
  podReadyMs: 20,
  podStopMs: 30,
  jobRunMs: 40,
  jobBackoffMs: 10,
  lookMs: 10,
  retryMs: 10,
}

export interface Stage {
  readonly cluster: StandInCluster
  readonly config: KubeConfig
  readonly core: CoreV1Api
  readonly apps: AppsV1Api
  readonly batch: BatchV1Api
  readonly objects: KubernetesObjectApi
  /** For what the client cannot say. */
  raw(
    method: string,
    path: string,
    options?: { readonly token?: string; readonly type?: string; readonly body?: unknown },
  ): Promise<{ readonly code: number; readonly body: unknown; readonly warnings: string | null }>
  stop(): Promise<void>
}

export async function aStage(options: Partial<Parameters<typeof startCluster>[0]> = {}): Promise<Stage> {
  const authenticate = async (bearer: string) =>
    bearer === 'stranger' ? ('forbidden' as const) : ('unauthorized' as const)
  const cluster = await startCluster({ name: 'blue', version: '1.35', times: fast, authenticate, ...options })
  cluster.setNodes('general', 2, { pool: 'general' })
  const config = new KubeConfig()
  config.loadFromString(cluster.kubeconfig)
  const token = config.getCurrentUser()?.token ?? ''
  const agent = new Agent({ connect: { ca: cluster.ca } })
  return {
    cluster,
    config,
    core: config.makeApiClient(CoreV1Api),
    apps: config.makeApiClient(AppsV1Api),
    batch: config.makeApiClient(BatchV1Api),
    objects: KubernetesObjectApi.makeApiClient(config),
    async raw(method, path, { body, token: other = token, type = 'application/json' } = {}) {
      const answer = await fetch(`${cluster.url}${path}`, {
        method,
        dispatcher: agent,
        headers: { Authorization: `Bearer ${other}`, 'Content-Type': type },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await answer.text()
      const json = answer.headers.get('content-type') === 'application/json'
      return { code: answer.status, body: json ? JSON.parse(text) : text, warnings: answer.headers.get('warning') }
    },
    async stop() {
      // What was never answered would keep it open.
      await agent.destroy()
      await cluster.stop()
    },
  }
}

/** One stage for all tests of a file, in namespaces of their own. */
export function stageOfThisFile(options?: () => Partial<Parameters<typeof startCluster>[0]>): () => Stage {
  let stage: Stage | undefined
  beforeAll(async () => {
    stage = await aStage(options?.())
  })
  afterAll(async () => await stage?.stop())
  return () => {
    if (stage === undefined) throw new Error('the stage is there within tests only')
    return stage
  }
}

let namespaces = 0
export function aNamespace(stage: Stage): string {
  namespaces += 1
  const name = `place-${namespaces}`
  stage.cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  return name
}

export interface Refusal {
  readonly code: number
  readonly reason?: string
  readonly message?: string
  readonly details?: { readonly causes?: readonly unknown[] }
}

/** The Status that a request is refused with. */
export async function refusal(request: Promise<unknown>): Promise<Refusal> {
  try {
    await request
  } catch (error) {
    if (error instanceof ApiException) return JSON.parse(String(error.body)) as Refusal
    throw error
  }
  throw new Error('it was not refused')
}

/** Server-side apply by a manager. */
export const applyAs = async (
  { objects }: Stage,
  manager: string,
  object: ClientObject,
  options: { readonly force?: boolean; readonly dryRun?: 'All' } = {},
) => await objects.patch(object, undefined, options.dryRun, manager, options.force, PatchStrategy.ServerSideApply)

const container = { name: 'app', image: 'registry.test/app:1' }

export const aConfigMap = (name: string, namespace: string, data: Record<string, string> = { a: '1' }) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
})

export const aDeployment = (
  name: string,
  namespace: string,
  { spec = {}, template = {} }: { readonly spec?: object; readonly template?: object } = {},
) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [container], ...template } },
    ...spec,
  },
})

export const aJob = (
  name: string,
  namespace: string,
  {
    annotations = {},
    command,
    metadata = {},
    spec = {},
  }: {
    readonly annotations?: Record<string, string>
    readonly command?: readonly string[]
    readonly metadata?: object
    readonly spec?: object
  } = {},
) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace, ...metadata },
  spec: {
    template: {
      metadata: { annotations },
      spec: { restartPolicy: 'Never', containers: [{ ...container, ...(command ? { command: [...command] } : {}) }] },
    },
    ...spec,
  },
})

export const aCronJob = (name: string, namespace: string, spec: object = {}): KubernetesObject => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name, namespace },
  spec: { schedule: '*/5 * * * *', jobTemplate: { spec: aJob('', '').spec }, ...spec },
})

export { eventually } from '../../support/eventually.ts'
