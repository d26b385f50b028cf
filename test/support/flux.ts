import { readinessOf, isReady } from '../../src/domain/workload-state.ts'
import type { Kind, KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import type { ServerUnderTest } from '../contract/servers.ts'

const EVERY_MS = 100
/** Between two looks at what it applied: drift is taken back by then. */
export const INTERVAL_MS = 400

/** What a repository holds, and a registry of charts. */
export interface Repository {
  revision: string
  /** By path. */
  readonly paths: Map<string, readonly KubernetesObject[]>
  /** By `chart@version`. */
  readonly charts: Map<string, readonly KubernetesObject[]>
}

export const aRepository = (): Repository => ({ revision: 'main@sha1:1', paths: new Map(), charts: new Map() })

/**
 * Does what kustomize-controller and helm-controller do, as far as it matters to what moves: applies what a repository
 * holds by force, under its labels, takes drift back, leaves alone what is annotated in the cluster, waits for health,
 * and answers requests. Read off fluxcd/kustomize-controller 1.9 (kustomization_controller.go), fluxcd/pkg/ssa
 * (manager_apply.go, shouldSkipApply) and fluxcd/helm-controller 1.6 (internal/action/diff.go). Over HTTP, so that it
 * runs beside the stand-in's API servers and real ones.
 */
export function runFlux(repository: Repository, servers: () => readonly ServerUnderTest[]): { stop(): Promise<void> } {
  const end = new AbortController()
  const looked = new Map<string, number>()
  async function follow(server: ServerUnderTest): Promise<void> {
    for (const kind of ['Kustomization', 'HelmRelease'] as const) {
      const all = await server.admin.list(kind).catch(() => [])
      // What is refused now is tried again in the next round.
      await Promise.all(all.map((one) => reconcile(repository, server, one, looked).catch(() => undefined)))
    }
  }
  const loop = (async () => {
    while (!end.signal.aborted) {
      await Promise.all(servers().map(follow))
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
  })()
  return {
    async stop() {
      end.abort()
      await loop
    },
  }
}

async function reconcile(
  repository: Repository,
  server: ServerUnderTest,
  found: KubernetesObject,
  looked: Map<string, number>,
): Promise<void> {
  const { kind, metadata, spec = {}, status = {} } = found
  if (spec['suspend'] === true) return
  const key = `${server.name} ${kind} ${metadata.namespace ?? ''}/${metadata.name}`
  const wanted = kind === 'Kustomization' ? repository.revision : String(spec['version'])
  const requested = metadata.annotations?.['reconcile.fluxcd.io/requestedAt']
  const isNew = status['lastAttemptedRevision'] !== wanted || status['observedGeneration'] !== metadata.generation
  const isDue = isNew || status['lastHandledReconcileAt'] !== requested
  if (!isDue && Date.now() - (looked.get(key) ?? 0) < INTERVAL_MS) return
  looked.set(key, Date.now())
  const answer = async (conditions: readonly object[], more: object = {}) => {
    const told = { observedGeneration: metadata.generation, lastHandledReconcileAt: requested, conditions }
    await server.admin.patch(
      kind as Kind,
      metadata.namespace,
      metadata.name,
      { status: { ...told, ...more } },
      'status',
    )
  }
  const ready = (status: 'True' | 'False', message: string) => ({ type: 'Ready', status, message })

  const place = kind === 'Kustomization' ? String(spec['path']) : `${String(spec['chart'])}@${wanted}`
  if (place.startsWith('/')) {
    const message = `path ${place} is not relative`
    await answer([ready('False', message), { type: 'Stalled', status: 'True', message }])
    return
  }
  const objects = (kind === 'Kustomization' ? repository.paths : repository.charts).get(place)
  if (!objects) {
    await answer([ready('False', `${place} not found`)])
    return
  }
  const applied =
    kind === 'Kustomization'
      ? await apply(server, 'kustomize.toolkit.fluxcd.io', 'reconcile', found, objects)
      : // A release writes all of its chart; the correction of drift leaves out what is annotated.
        await apply(server, 'helm.toolkit.fluxcd.io', isNew ? undefined : 'driftDetection', found, objects)
  const unready =
    spec['wait'] === true ? applied.filter((o) => o.kind === 'Deployment' && !isReady(readinessOf(o))) : []
  if (unready.length > 0) {
    const names = unready.map((o) => `Deployment/${o.metadata.name}`)
    await answer([ready('False', `health check failed: ${names.join(', ')}`)], { lastAttemptedRevision: wanted })
    return
  }
  await answer([ready('True', `Applied revision: ${wanted}`)], {
    lastAttemptedRevision: wanted,
    ...(kind === 'Kustomization'
      ? { lastAppliedRevision: wanted }
      : { history: [{ chartVersion: wanted, status: 'deployed' }] }),
  })
}

/** What was applied, as it is now; what is left alone is not among it. */
async function apply(
  server: ServerUnderTest,
  group: string,
  leaveAlone: 'reconcile' | 'driftDetection' | undefined,
  { kind, metadata }: KubernetesObject,
  objects: readonly KubernetesObject[],
): Promise<KubernetesObject[]> {
  const owner = { [`${group}/name`]: metadata.name, [`${group}/namespace`]: metadata.namespace ?? '' }
  const applied: KubernetesObject[] = []
  for (const object of objects) {
    const { namespace, name, labels } = object.metadata
    const there = await server.admin.find(object.kind as Kind, namespace, name)
    if (leaveAlone && there?.metadata.annotations?.[`${group}/${leaveAlone}`] === 'disabled') continue
    const { resourceVersion } = there?.metadata ?? {}
    // Of exactly what it has seen: Flux compares first, and writes nothing that is as it should be.
    await server.applyAs(kind === 'Kustomization' ? 'kustomize-controller' : 'helm-controller', {
      ...object,
      metadata: { ...object.metadata, ...(resourceVersion && { resourceVersion }), labels: { ...labels, ...owner } },
    })
    const now = await server.admin.find(object.kind as Kind, namespace, name)
    if (now) applied.push(now)
  }
  return applied
}
