import {
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  type KubernetesObject as Body,
} from '@kubernetes/client-node'
import type { KubernetesPort } from '../../src/activities/ports.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'

/**
 * An API server as the contract tests see it: the stand-in's or a real one. What is promised of one is promised of both,
 * so nothing here reaches behind HTTP.
 */
export interface ServerUnderTest {
  readonly name: string
  /** As the worker asks, with the worker's rights. */
  readonly port: KubernetesPort
  /** The same adapter with all rights: what the tests look with. */
  readonly admin: KubernetesPort
  /** Of an administrator. */
  readonly kubeconfig: string
  /** What the events of a namespace say. */
  events(namespace: string): Promise<string[]>
  /** Server-side apply by somebody else, who may do anything. */
  applyAs(manager: string, object: KubernetesObject): Promise<void>
}

export const serverUnderTest = (
  name: string,
  kubeconfig: string,
  ports: Pick<ServerUnderTest, 'port' | 'admin'>,
): ServerUnderTest => {
  const config = new KubeConfig()
  config.loadFromString(kubeconfig)
  const objects = KubernetesObjectApi.makeApiClient(config)
  return {
    name,
    kubeconfig,
    ...ports,
    async events(namespace) {
      const { items } = await config.makeApiClient(CoreV1Api).listNamespacedEvent({ namespace })
      return items.map((event) => `${event.reason ?? ''} ${event.message ?? ''}`)
    },
    async applyAs(manager, object) {
      const body = object as unknown as Body // the same JSON; its model has Dates where ours has texts
      await objects.patch(body, undefined, undefined, manager, true, PatchStrategy.ServerSideApply)
    },
  }
}

let places = 0
/** A namespace of its own, on each of these servers. */
export async function aNamespace(...servers: readonly ServerUnderTest[]): Promise<string> {
  places += 1
  const name = `contract-${places}`
  for (const server of servers)
    await server.applyAs('somebody', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  return name
}

export const aConfigMap = (
  name: string,
  namespace: string,
  data: Record<string, string> = {},
  more: object = {},
): KubernetesObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, ...more }, data })
