/** The scale subresource of workloads. */
import type { KubernetesObject } from '../types.ts'
import { at, fields, numberAt, present, textAt, withAt } from './json.ts'
import type { Objects } from './objects.ts'
import { type Answer, type Request, place, writeOptions } from './request.ts'
import { conflict, invalid } from './status.ts'

/** The scale subresource of a workload. `replicas` of nothing is not there at all: omitempty, as in the real answer. */
export function scaleOf(object: KubernetesObject): KubernetesObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const replicas = at(object.spec, 'replicas')
  const labels = Object.entries(fields(at(object.spec, 'selector', 'matchLabels')))
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, ...present({ namespace, uid, resourceVersion, creationTimestamp }) },
    spec: replicas === 0 ? {} : { replicas },
    status: {
      replicas: at(object.status, 'replicas') ?? 0,
      selector: labels.map(([key, value]) => `${key}=${String(value)}`).join(','),
    },
  }
}

/** An answer in the form of the subresource that was asked for. */
export const shown = ({ target: { subresource } }: Request, object: KubernetesObject): KubernetesObject =>
  subresource === 'scale' ? scaleOf(object) : object

/** Sets the replicas to what `change` makes of the scale. */
export function rescale(objects: Objects, request: Request, change: (scale: KubernetesObject) => unknown): Answer {
  const [kind, namespace, name] = place(request)
  const written = objects.update(
    kind,
    namespace,
    name,
    (live) => {
      const scale = change(scaleOf(live))
      const version = textAt(scale, 'metadata', 'resourceVersion')
      if (version !== undefined && version !== live.metadata.resourceVersion) throw conflict(kind, name)
      const replicas = numberAt(scale, 'spec', 'replicas') ?? 0
      if (replicas < 0) {
        const message = `Invalid value: ${replicas}: must be greater than or equal to 0`
        throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, [
          { reason: 'FieldValueInvalid', message, field: 'spec.replicas' },
        ])
      }
      // Only the count is another one.
      return withAt(live, ['spec', 'replicas'], replicas) as unknown as KubernetesObject
    },
    writeOptions(request),
  )
  return { code: 200, body: scaleOf(written) }
}
