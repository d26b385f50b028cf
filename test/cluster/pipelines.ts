import { readFile } from 'node:fs/promises'
import { AuthorizationV1Api, KubeConfig } from '@kubernetes/client-node'
import { parseAllDocuments } from 'yaml'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import type { ServerUnderTest } from '../contract/servers.ts'

const file = new URL('../../deploy/rbac/pipelines.yaml', import.meta.url)

/** May whoever is in the group of deploy/rbac/pipelines.yaml do this to ConfigMaps? By the server itself. */
export async function pipelinesMay(server: ServerUnderTest) {
  for (const document of parseAllDocuments(await readFile(file, 'utf8')))
    await server.applyAs('admin', document.toJS() as KubernetesObject) // the file is ours
  const config = new KubeConfig()
  config.loadFromString(server.kubeconfig)
  const api = config.makeApiClient(AuthorizationV1Api)
  return async (verb: string, namespace: string, name: string): Promise<boolean> => {
    const spec = {
      user: 'ci',
      groups: ['norikae-pipelines'],
      resourceAttributes: { verb, namespace, name, resource: 'configmaps' },
    }
    const { status } = await api.createSubjectAccessReview({ body: { spec } })
    return status?.allowed === true
  }
}
