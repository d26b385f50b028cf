/** Deployments: one ReplicaSet a template, and the way from the old ones to the new one. */
import type { KubernetesObject } from '../../types.ts'
import { hashName } from '../addresses.ts'
import { at, equal, fields, numberAt, strings, textAt, withAt } from '../json.ts'
import { k } from '../kinds.ts'
import { keyOf } from '../store.ts'
import { countOf, deploymentStatus, givenUpAt, share, sum } from './deployment-status.ts'
import { isEnding } from './pods.ts'
import { type MakeController, type World, controllerOf, ownerReference, split } from './world.ts'

const revision = 'deployment.kubernetes.io/revision'
const component = 'deployment-controller'

const wantedOf = (set: KubernetesObject): number => numberAt(set, 'spec', 'replicas') ?? 0
const revisionOf = (set: KubernetesObject): number => Number(set.metadata.annotations?.[revision] ?? 0)

/** The template without the label that its ReplicaSet adds: what two of them are compared by. */
function bareTemplate(owner: KubernetesObject): unknown {
  const template = owner.spec?.['template']
  return withAt(template, ['metadata', 'labels', 'pod-template-hash'], undefined)
}

export const deployments: MakeController = (world, again) => {
  const { clock, event, objects, store } = world

  const setsOf = (deployment: KubernetesObject): readonly KubernetesObject[] =>
    store
      .ownedBy(deployment.metadata.uid ?? '')
      .filter(({ kind }) => kind === k.replicaSet)
      .map(({ object }) => object)

  const scale = (deployment: KubernetesObject, set: KubernetesObject, to: number): void => {
    const from = wantedOf(set)
    if (from === to) return
    objects.update(k.replicaSet, set.metadata.namespace, set.metadata.name, (live) => ({
      ...live,
      spec: { ...live.spec, replicas: to },
    }))
    const way = to > from ? 'up' : 'down'
    const message = `Scaled ${way} replica set ${set.metadata.name} from ${from} to ${to}`
    event(deployment, 'Normal', 'ScalingReplicaSet', message, component)
  }

  const create = (deployment: KubernetesObject, replicas: number, number: number): KubernetesObject => {
    const template = bareTemplate(deployment)
    const hash = hashName(JSON.stringify(template))
    const label = { 'pod-template-hash': hash }
    const { name, namespace } = deployment.metadata
    const selector = fields(deployment.spec?.['selector'])
    return objects.create(k.replicaSet, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${name}-${hash}`,
        ...(namespace === undefined ? {} : { namespace }),
        labels: { ...strings(at(template, 'metadata', 'labels')), ...label },
        annotations: { ...annotationsOf(deployment), [revision]: String(number) },
        ownerReferences: [ownerReference(deployment)],
      },
      spec: {
        replicas,
        selector: { ...selector, matchLabels: { ...fields(selector['matchLabels']), ...label } },
        template: withAt(template, ['metadata', 'labels'], { ...fields(at(template, 'metadata', 'labels')), ...label }),
      },
    })
  }

  /** Surge first, then as many of the old ones as may be missed. */
  const roll = (deployment: KubernetesObject, fresh: KubernetesObject, old: readonly KubernetesObject[]): void => {
    const wanted = numberAt(deployment, 'spec', 'replicas') ?? 1
    const strategy = deployment.spec?.['strategy']
    if (textAt(strategy, 'type') === 'Recreate') {
      for (const set of old) scale(deployment, set, 0)
      if (old.every((set) => countOf(set, 'replicas') === 0 && podsLeft(set) === 0)) scale(deployment, fresh, wanted)
      return
    }
    const surge = share(at(strategy, 'rollingUpdate', 'maxSurge'), wanted, Math.ceil)
    const missing = share(at(strategy, 'rollingUpdate', 'maxUnavailable'), wanted, Math.floor)
    const unavailable = surge === 0 && missing === 0 ? 1 : missing
    const room = wanted + surge - sum(old, wantedOf)
    scale(deployment, fresh, Math.min(wanted, Math.max(room, Math.min(wantedOf(fresh), wanted))))
    const freshNow = store.get(k.replicaSet, fresh.metadata.namespace, fresh.metadata.name) ?? fresh
    const available = (set: KubernetesObject): number => countOf(set, 'availableReplicas')
    const freshMissing = Math.max(wantedOf(freshNow) - available(freshNow), 0)
    let spare = sum(old, wantedOf) + wantedOf(freshNow) - (wanted - unavailable) - freshMissing
    // Those that do not serve go first, and cost nothing.
    for (const set of old) {
      const idle = Math.min(Math.max(wantedOf(set) - available(set), 0), Math.max(spare, 0))
      const rest = Math.min(wantedOf(set) - idle, Math.max(spare - idle, 0))
      scale(deployment, set, wantedOf(set) - idle - rest)
      spare -= idle + rest
    }
  }

  const podsLeft = (set: KubernetesObject): number => store.ownedBy(set.metadata.uid ?? '').length

  const report = (deployment: KubernetesObject, fresh: KubernetesObject | undefined): void => {
    const live = store.get(k.deployment, deployment.metadata.namespace, deployment.metadata.name)
    if (live === undefined) return
    const sets = setsOf(live)
    const now = sets.find((set) => set.metadata.uid === fresh?.metadata.uid)
    objects.setStatus(k.deployment, live, deploymentStatus(live, sets, now, clock.now()))
  }

  const watched = new Map<string, () => void>()
  const lookAtDeadline = (key: string): void => {
    const live = store.get(k.deployment, ...split(key))
    watched.get(key)?.()
    watched.delete(key)
    const deadline = live === undefined ? undefined : givenUpAt(live)
    if (deadline !== undefined)
      watched.set(
        key,
        clock.at(deadline, () => again(key)),
      )
  }

  const freshOf = (deployment: KubernetesObject): KubernetesObject | undefined => {
    const template = bareTemplate(deployment)
    return setsOf(deployment).find((set) => equal(bareTemplate(set), template))
  }

  return {
    name: component,
    concerns: ({ kind, before, after }) => {
      const object = after ?? before
      if (object === undefined) return []
      if (kind === k.deployment) return [keyOf(object)]
      if (kind === k.replicaSet) return [controllerOf(object, 'Deployment') ?? []].flat()
      // Recreate waits for the last old pod, which is no ReplicaSet's count any more.
      if (kind !== k.pod || after !== undefined) return []
      const set = controllerOf(object, 'ReplicaSet')
      const owner = controllerOf(set === undefined ? undefined : store.get(k.replicaSet, ...split(set)), 'Deployment')
      return owner === undefined ? [] : [owner]
    },
    reconcile(key) {
      const deployment = store.get(k.deployment, ...split(key))
      if (deployment === undefined) return lookAtDeadline(key)
      if (isEnding(deployment)) return report(deployment, freshOf(deployment))
      const sets = setsOf(deployment)
      const wanted = numberAt(deployment, 'spec', 'replicas') ?? 1
      const newest = Math.max(0, ...sets.map(revisionOf))
      const known = freshOf(deployment)
      if (deployment.spec?.['paused'] === true) {
        const only = known ?? sets.toSorted((a, b) => revisionOf(b) - revisionOf(a))[0]
        if (only !== undefined && sets.every((set) => set === only || wantedOf(set) === 0))
          scale(deployment, only, wanted)
        return report(deployment, known)
      }
      const fresh = known ?? create(deployment, sets.length === 0 ? wanted : 0, newest + 1)
      if (known !== undefined && revisionOf(known) < newest) annotate(objects, known, String(newest + 1))
      const number = revisionOf(store.get(k.replicaSet, fresh.metadata.namespace, fresh.metadata.name) ?? fresh)
      if (deployment.metadata.annotations?.[revision] !== String(number)) annotate(objects, deployment, String(number))
      roll(
        deployment,
        fresh,
        sets.filter((set) => set !== known),
      )
      const kept = numberAt(deployment, 'spec', 'revisionHistoryLimit') ?? 10
      const idle = sets.filter((set) => set !== known && wantedOf(set) === 0 && podsLeft(set) === 0)
      for (const set of idle.toSorted((a, b) => revisionOf(b) - revisionOf(a)).slice(kept)) {
        objects.delete(k.replicaSet, set.metadata.namespace, set.metadata.name)
      }
      report(deployment, fresh)
      lookAtDeadline(key)
    },
  }
}

const annotationsOf = ({ metadata: { annotations = {} } }: KubernetesObject): Record<string, string> =>
  Object.fromEntries(
    Object.entries(annotations).filter(([name]) => !name.startsWith('kubectl.kubernetes.io/last-applied')),
  )

/** Written with the status, so that the Deployment gets no new generation by it. */
function annotate(objects: World['objects'], object: KubernetesObject, to: string): void {
  const kind = object.kind === 'Deployment' ? k.deployment : k.replicaSet
  const { name, namespace } = object.metadata
  objects.update(
    kind,
    namespace,
    name,
    (live) => ({
      ...live,
      metadata: { ...live.metadata, annotations: { ...live.metadata.annotations, [revision]: to } },
    }),
    { manager: 'kube-controller-manager', subresource: 'status', annotations: true },
  )
}
