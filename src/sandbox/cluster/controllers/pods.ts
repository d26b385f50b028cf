/** What controllers that keep pods share: making one from a template, and telling which count. */
import type { KubernetesObject } from '../../types.ts'
import { randomName } from '../addresses.ts'
import { isTrue } from '../conditions.ts'
import { type Fields, at, fields, strings, textAt } from '../json.ts'
import { k } from '../kinds.ts'
import { type World, ownerReference } from './world.ts'

export const podsOf = ({ store }: World, owner: KubernetesObject): readonly KubernetesObject[] =>
  store
    .ownedBy(owner.metadata.uid ?? '')
    .filter(({ kind }) => kind === k.pod)
    .map(({ object }) => object)

export const isEnding = (object: KubernetesObject): boolean => object.metadata.deletionTimestamp !== undefined

export const phaseOf = (pod: KubernetesObject): string => textAt(pod, 'status', 'phase') ?? 'Pending'

/** Neither ended nor ending: what a ReplicaSet counts as its own. */
export const isActive = (pod: KubernetesObject): boolean =>
  !isEnding(pod) && !['Failed', 'Succeeded'].includes(phaseOf(pod))

export const isReadyPod = (pod: KubernetesObject): boolean => isActive(pod) && isTrue(pod, 'Ready')

export interface PodWish {
  readonly name?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly spec?: Fields
}

/**
 * Makes one pod of the owner's template.
 * @throws ApiError as the API refuses it, after an event that says so.
 */
export function createPod(
  { event, objects }: World,
  owner: KubernetesObject,
  component: string,
  wish: PodWish = {},
): void {
  const template = fields(at(owner.spec, 'template'))
  const { namespace = '' } = owner.metadata
  const name = wish.name ?? `${owner.metadata.name}-${randomName()}`
  try {
    objects.create(k.pod, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace,
        labels: { ...strings(at(template, 'metadata', 'labels')), ...wish.labels },
        annotations: strings(at(template, 'metadata', 'annotations')),
        ownerReferences: [ownerReference(owner)],
      },
      spec: { ...fields(template['spec']), ...wish.spec },
    })
    event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${name}`, component)
  } catch (error) {
    event(owner, 'Warning', 'FailedCreate', `Error creating: ${error instanceof Error ? error.message : ''}`, component)
    throw error
  }
}

export function deletePod({ objects }: World, pod: KubernetesObject): void {
  if (!isEnding(pod)) objects.delete(k.pod, pod.metadata.namespace, pod.metadata.name)
}

/** Not yet placed before placed, not ready before ready, young before old: who goes first (controller_utils.go). */
export const byWorth = (a: KubernetesObject, b: KubernetesObject): number => {
  const worth = (pod: KubernetesObject): number =>
    (pod.spec?.['nodeName'] === undefined ? 0 : 4) +
    (phaseOf(pod) === 'Running' ? 2 : 0) +
    (isTrue(pod, 'Ready') ? 1 : 0)
  return worth(a) - worth(b) || Number(b.metadata.resourceVersion) - Number(a.metadata.resourceVersion)
}
