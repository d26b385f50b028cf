/**
 * What KEDA's operator would do for one ScaledObject, as far as it matters to what moves: the autoscaler that it makes,
 * pauses, the least count, and scaling to none and back. Read off controllers/keda/scaledobject_controller.go, hpa.go and
 * pkg/scaling/executor/scale_scaledobjects.go of kedacore/keda (2.20). Cooling down takes no time, whether a trigger has
 * work is told by an annotation, and a pause is insisted on with every look, as before 2.11.
 */
import { type Condition } from './cluster/conditions.ts'
import { equal, list, numberAt, strings, textAt } from './cluster/json.ts'
import type { KubernetesObject } from './types.ts'

export const FINALIZER = 'finalizer.keda.sh'
/** On a ScaledObject, `none`: its triggers have no work. */
export const WORK = 'sandbox.norikae.io/work'
const [PAUSED, PAUSED_REPLICAS] = ['autoscaling.keda.sh/paused', 'autoscaling.keda.sh/paused-replicas']

export interface KedaWill {
  /** The autoscaler as it is to be; `none`: there is to be none; undefined: it stays as it is. */
  readonly autoscaler?: KubernetesObject | 'none'
  /** What the workload is scaled to; undefined: it stays as it is. */
  readonly replicas?: number
  readonly conditions: readonly Condition[]
}

/** `replicas`: what the workload asks for; undefined: there is none. */
export function kedaWill(scaledObject: KubernetesObject, replicas: number | undefined): KedaWill {
  const { [PAUSED]: paused, [PAUSED_REPLICAS]: count } = strings(scaledObject.metadata.annotations)
  if (count !== undefined || (paused !== undefined && paused !== 'false'))
    return {
      autoscaler: 'none',
      ...(count !== undefined && replicas !== undefined && { replicas: Number(count) }),
      conditions: [ready('True', 'ScaledObject is paused'), is('Paused', 'True', 'ScaledObjectPaused')],
    }
  const unpaused = is('Paused', 'False', 'ScaledObjectUnpaused')
  if (replicas === undefined)
    return { conditions: [ready('False', 'Target resource doesn’t exist', 'ScaledObjectCheckFailed'), unpaused] }
  const wanted = wantedOf(scaledObject, replicas)
  return {
    autoscaler: autoscalerOf(scaledObject),
    ...(wanted !== replicas && { replicas: wanted }),
    conditions: [
      ready('True', 'ScaledObject is defined correctly and is ready for scaling', 'ScaledObjectReady'),
      is(
        'Active',
        isActive(scaledObject) ? 'True' : 'False',
        isActive(scaledObject) ? 'ScalerActive' : 'ScalerNotActive',
      ),
      unpaused,
    ],
  }
}

export const targetOf = ({ spec }: KubernetesObject) => ({
  apiVersion: textAt(spec, 'scaleTargetRef', 'apiVersion') ?? 'apps/v1',
  kind: textAt(spec, 'scaleTargetRef', 'kind') ?? 'Deployment',
  name: textAt(spec, 'scaleTargetRef', 'name') ?? '',
})

export const autoscalerName = ({ metadata, spec }: KubernetesObject): string =>
  textAt(spec, 'advanced', 'horizontalPodAutoscalerConfig', 'name') ?? `keda-hpa-${metadata.name}`

const is = (type: string, status: Condition['status'], reason: string): Condition => ({ type, status, reason })
const ready = (status: Condition['status'], message: string, reason = 'ScaledObjectPaused'): Condition => ({
  ...is('Ready', status, reason),
  message,
})

const isActive = ({ metadata }: KubernetesObject): boolean => strings(metadata.annotations)[WORK] !== 'none'

function wantedOf(scaledObject: KubernetesObject, replicas: number): number {
  const min = numberAt(scaledObject, 'spec', 'minReplicaCount') ?? 0
  const idle = numberAt(scaledObject, 'spec', 'idleReplicaCount')
  if (isActive(scaledObject)) return replicas === 0 || (idle !== undefined && replicas < min) ? min || 1 : replicas
  if (idle !== undefined) return replicas > idle ? idle : replicas
  if (min === 0) return 0
  return Math.max(replicas, min)
}

/** Its labels and annotations are those of the ScaledObject; so are Norikae's among them. */
function autoscalerOf(scaledObject: KubernetesObject): KubernetesObject {
  const { apiVersion, kind, metadata } = scaledObject
  const { namespace, labels, annotations, uid = '' } = metadata
  const owner = { apiVersion, kind, name: metadata.name, uid, controller: true, blockOwnerDeletion: true }
  const external = { metric: { name: 's0' }, target: { type: 'AverageValue', averageValue: '5' } }
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: {
      name: autoscalerName(scaledObject),
      ...(namespace !== undefined && { namespace }),
      labels: { ...strings(labels), 'app.kubernetes.io/managed-by': 'keda-operator' },
      annotations: { ...strings(annotations) },
      ownerReferences: [owner],
    },
    spec: {
      scaleTargetRef: targetOf(scaledObject),
      minReplicas: numberAt(scaledObject, 'spec', 'minReplicaCount') || 1,
      maxReplicas: numberAt(scaledObject, 'spec', 'maxReplicaCount') ?? 100,
      metrics: list(scaledObject.spec?.['triggers']).map(() => ({ type: 'External', external })),
    },
  }
}

/** Does an autoscaler say what this one does? What the server adds by itself does not count. */
export const saysTheSame = (found: KubernetesObject, wanted: KubernetesObject): boolean => {
  const told = ({ metadata, spec }: KubernetesObject) => [
    numberAt(spec, 'minReplicas'),
    numberAt(spec, 'maxReplicas'),
    strings(metadata.labels),
    strings(metadata.annotations),
  ]
  return equal(told(found), told(wanted))
}
