import { asking } from '../domain/flux-arrival.ts'
import { givenToFlux, isFrozen, makerOf } from '../domain/flux.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { imagesOf } from '../domain/workload-state.ts'
import type { KubernetesPort } from './ports.ts'
import { remember, remembered } from './waiting.ts'

/** Flux applies within seconds once it is asked. Nobody waits longer: what is down comes up, be it of an old release. */
const FRESH_WITHIN_MS = 30_000

/**
 * What Flux was told to leave alone has slept through the releases since. Right before it wakes up Flux brings it the
 * one that the other side has, behind its fence. Why it is waited for; undefined: it may wake up. `token`: of this step.
 * Keeps its own note from attempt to attempt.
 */
export async function freshened(
  here: KubernetesPort,
  found: KubernetesObject,
  other: KubernetesObject | undefined,
  token: string,
): Promise<string | undefined> {
  if (!other || imagesOf(found).join() === imagesOf(other).join()) return undefined
  const { askedMs } = remembered<{ readonly askedMs?: number }>({})
  const maker = makerOf(found)
  if (maker?.kind !== 'Kustomization' || (askedMs === undefined && !isFrozen(found))) return undefined
  if (askedMs !== undefined && Date.now() - askedMs > FRESH_WITHIN_MS) return undefined
  if (isFrozen(found)) {
    const { kind, name, namespace } = maker
    const flux = await here.find(kind, namespace, name)
    // Then nobody brings it anything.
    if (!flux || flux.spec?.['suspend'] === true) return undefined
    const { metadata } = found
    await here.patch(found.kind as 'Deployment', metadata.namespace, metadata.name, {
      metadata: { resourceVersion: metadata.resourceVersion, annotations: givenToFlux(found) },
    })
    await here.patch(kind, namespace, name, asking(token))
  }
  remember({ askedMs: askedMs ?? Date.now() })
  return `${found.metadata.name} is of an older release than on the other side, and Flux was asked to bring it that one`
}
