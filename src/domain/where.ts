import { HOME, OWN_LABELS } from './fence.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { clusterOf, type Scope, type Side } from './platform.ts'

/**
 * Where pipelines deploy an environment of an app: to the side that serves, and to both from when Norikae has begun to
 * move it until nobody can go back any more, so that either side can serve what was released meanwhile.
 */
export type Where = 'blue' | 'both' | 'green'

const sidesOf: Readonly<Record<Where, readonly Side[]>> = { blue: ['blue'], both: ['blue', 'green'], green: ['green'] }

/** Names of clusters, blue first. */
export const clustersAt = (scope: Pick<Scope, 'blue' | 'green'>, where: Where): string[] =>
  sidesOf[where].map((side) => clusterOf(scope, side))

/** Published on both clusters, for pipelines that do not ask Temporal. One key for each environment of an app. */
export const wherePointer: KubernetesObject & { readonly metadata: { readonly namespace: string } } = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'norikae-where', namespace: HOME, labels: OWN_LABELS },
}

/** `chat-api.production`: a key of a ConfigMap takes no slash, and the name of an environment no dot. */
export const whereKey = (app: string, environment: string): string => `${app}.${environment}`

/** A cluster a line, for a shell's loop. */
export const whereValue = (scope: Pick<Scope, 'blue' | 'green'>, where: Where): string =>
  clustersAt(scope, where).join('\n')
