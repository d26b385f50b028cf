import { PatchStrategy } from '@kubernetes/client-node'
import { kindNamed, type Kind } from '../cluster/kinds.ts'
import type { Store } from '../cluster/store.ts'
import type { Administrator } from '../control-plane/ask.ts'
import type { KubernetesObject, SandboxCluster } from '../types.ts'
import { pathOf } from './paths.ts'

const MANAGER = 'fieldManager=sandbox'

/** How seeding and the sandbox's own controllers write to a real API server. */
export function writesTo(admin: Administrator, store: Store): Pick<SandboxCluster, 'apply' | 'update' | 'remove'> {
  const at = ({ apiVersion, kind: name, metadata }: KubernetesObject): { kind: Kind; path: string } => {
    const kind = kindNamed(apiVersion, name)
    if (!kind) throw new Error(`the sandbox knows no ${name} of ${apiVersion}`)
    return { kind, path: `${pathOf(kind, metadata.namespace)}/${metadata.name}` }
  }
  const merge = (path: string, body: object) =>
    // Gone meanwhile: there is nothing to write.
    admin.ask({
      method: 'PATCH',
      path: `${path}?${MANAGER}`,
      body,
      contentType: PatchStrategy.MergePatch,
      accept: [404],
    })

  return {
    async apply(object) {
      const { path } = at(object)
      const query = `?${MANAGER}&force=true`
      await admin.ask({
        method: 'PATCH',
        path: `${path}${query}`,
        body: object,
        contentType: PatchStrategy.ServerSideApply,
      })
    },
    async update(object) {
      const { kind, path } = at(object)
      const live = store.get(kind, object.metadata.namespace, object.metadata.name)
      if (!live || live.metadata.uid !== object.metadata.uid) return
      const { finalizers = [] } = object.metadata
      if (String(finalizers) !== String(live.metadata.finalizers ?? [])) await merge(path, { metadata: { finalizers } })
      if (object.status !== live.status) await merge(`${path}/status`, { status: object.status })
    },
    async remove(object) {
      const { path } = at(object)
      const { uid } = object.metadata
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...(uid !== undefined && { preconditions: { uid } }) }
      await admin.ask({ method: 'DELETE', path, body, accept: [404, 409] })
    },
  }
}
