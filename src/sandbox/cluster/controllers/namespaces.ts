/** Namespaces: what each new one has in it, and how one goes: everything in it first. */
import { k, kinds } from '../kinds.ts'
import { isEnding } from './pods.ts'
import type { MakeController } from './world.ts'

export const namespaces: MakeController = ({ ca, objects, store }) => {
  const furnish = (namespace: string): void => {
    const found = (kind: typeof k.configMap, name: string): boolean => store.get(kind, namespace, name) !== undefined
    if (!found(k.serviceAccount, 'default')) {
      objects.create(k.serviceAccount, {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'default', namespace },
      })
    }
    if (!found(k.configMap, 'kube-root-ca.crt')) {
      const metadata = { name: 'kube-root-ca.crt', namespace }
      objects.create(k.configMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'ca.crt': ca } })
    }
  }

  return {
    name: 'namespace-controller',
    concerns: ({ kind, before, after }) => {
      const object = after ?? before
      if (object === undefined) return []
      if (kind === k.namespace) return after === undefined ? [] : [object.metadata.name]
      // The last thing to go lets a namespace go; what every namespace has comes back in others.
      return after === undefined && object.metadata.namespace !== undefined ? [object.metadata.namespace] : []
    },
    reconcile(name) {
      const namespace = store.get(k.namespace, undefined, name)
      if (namespace === undefined) return
      if (!isEnding(namespace)) return furnish(name)
      const inside = (): number =>
        kinds.reduce((sum, kind) => sum + (kind.namespaced ? store.list(kind, name).length : 0), 0)
      for (const kind of kinds.filter((one) => one.namespaced)) {
        for (const object of store.list(kind, name)) {
          if (!isEnding(object)) objects.delete(kind, name, object.metadata.name, { propagation: 'Background' })
        }
      }
      if (inside() === 0) objects.end(k.namespace, namespace)
    },
  }
}
