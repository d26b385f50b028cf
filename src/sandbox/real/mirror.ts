import { KubeConfig, makeInformer, type KubernetesObject as Watched } from '@kubernetes/client-node'
import type { Administrator } from '../control-plane/ask.ts'
import type { Kind } from '../cluster/kinds.ts'
import type { Store } from '../cluster/store.ts'
import type { KubernetesObject } from '../types.ts'
import { pathOf } from './paths.ts'

/** After what broke a watch off. */
const AGAIN_MS = 500

/**
 * Keeps `store` like a real API server, kind by kind, so that whoever reads the sandbox's own clusters reads this one too.
 * Answers when everything is there once. Versions of objects are the store's, not the server's.
 */
export async function mirror(
  from: { readonly kubeconfig: string; readonly admin: Administrator },
  kinds: readonly Kind[],
  store: Store,
): Promise<{ stop(): Promise<void> }> {
  const config = new KubeConfig()
  config.loadFromString(from.kubeconfig)
  let stopped = false
  const informers = kinds.map((kind) => {
    const path = pathOf(kind)
    const list = async () => from.admin.ask({ method: 'GET', path }) as Promise<{ items: Watched[] }> // a list, as its path says
    const informer = makeInformer<Watched>(config, path, list)
    const as = (object: Watched): KubernetesObject =>
      // What a watch brings is JSON, whatever the model of its type says of dates.
      ({ ...(object as object), apiVersion: kind.apiVersion, kind: kind.kind }) as KubernetesObject
    for (const verb of ['add', 'update'] as const) informer.on(verb, (object) => void store.put(kind, as(object)))
    informer.on('delete', (object) => store.drop(kind, as(object)))
    informer.on('error', () => {
      if (!stopped) setTimeout(() => void informer.start(), AGAIN_MS).unref()
    })
    return informer
  })
  await Promise.all(informers.map((informer) => informer.start()))
  return {
    async stop() {
      stopped = true
      await Promise.all(informers.map((informer) => informer.stop()))
    },
  }
}
