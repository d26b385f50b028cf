/** One EndpointSlice for each Service with a selector: its pods that have an address, and whether each is ready. */
import type { KubernetesObject } from '../../types.ts'
import { randomName } from '../addresses.ts'
import { type Fields, equal, fields, isFields, list, present, textAt } from '../json.ts'
import { k } from '../kinds.ts'
import { selects } from '../selectors.ts'
import { keyOf } from '../store.ts'
import { isTrue } from '../conditions.ts'
import { isEnding, phaseOf } from './pods.ts'
import { type MakeController, ownerReference, split } from './world.ts'

const serviceLabel = 'kubernetes.io/service-name'

function endpoint(pod: KubernetesObject): Fields {
  const { name, namespace, uid } = pod.metadata
  const serving = isTrue(pod, 'Ready')
  return {
    addresses: [textAt(pod, 'status', 'podIP') ?? ''],
    conditions: { ready: serving && !isEnding(pod), serving, terminating: isEnding(pod) },
    nodeName: textAt(pod, 'spec', 'nodeName') ?? '',
    targetRef: { kind: 'Pod', ...present({ name, namespace, uid }) },
  }
}

/** The port of the pods: a named one is looked up in the first pod. */
function portOf(port: unknown, pods: readonly KubernetesObject[]): Fields {
  const { name = '', protocol = 'TCP', port: own, targetPort = own } = fields(port)
  const named = list(pods[0]?.spec?.['containers'])
    .flatMap((container) => list(fields(container)['ports']))
    .map(fields)
    .find((one) => one['name'] === targetPort)
  return { name, protocol, port: typeof targetPort === 'number' ? targetPort : (named?.['containerPort'] ?? own) }
}

export const endpoints: MakeController = ({ objects, store }) => {
  const sliceOf = (service: KubernetesObject): KubernetesObject | undefined =>
    store.ownedBy(service.metadata.uid ?? '').find(({ kind, object }) => kind === k.endpointSlice && !isEnding(object))
      ?.object

  return {
    name: 'endpoint-slice-controller',
    concerns: ({ kind, before, after }) => {
      const object = after ?? before
      if (object === undefined) return []
      if (kind === k.service) return [keyOf(object)]
      if (kind === k.endpointSlice) {
        const service = object.metadata.labels?.[serviceLabel]
        return service === undefined ? [] : [`${object.metadata.namespace}/${service}`]
      }
      if (kind !== k.pod) return []
      return store
        .list(k.service, object.metadata.namespace)
        .filter(
          ({ spec }) =>
            isFields(spec?.['selector']) && selects({ matchLabels: spec['selector'] }, object.metadata.labels),
        )
        .map(keyOf)
    },
    reconcile(key) {
      const service = store.get(k.service, ...split(key))
      if (service === undefined || isEnding(service) || !isFields(service.spec?.['selector'])) return
      const { name, namespace } = service.metadata
      const selector = { matchLabels: service.spec['selector'] }
      const pods = store
        .list(k.pod, namespace)
        .filter((pod) => phaseOf(pod) === 'Running' && selects(selector, pod.metadata.labels))
      const wanted = {
        addressType: 'IPv4',
        endpoints: pods.map(endpoint),
        ports: list(service.spec['ports']).map((port) => portOf(port, pods)),
      }
      const slice = sliceOf(service)
      if (slice === undefined) {
        objects.create(k.endpointSlice, {
          apiVersion: 'discovery.k8s.io/v1',
          kind: 'EndpointSlice',
          metadata: {
            name: `${name}-${randomName()}`,
            ...(namespace === undefined ? {} : { namespace }),
            labels: {
              ...service.metadata.labels,
              [serviceLabel]: name,
              'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
            },
            ownerReferences: [ownerReference(service)],
          },
          ...wanted,
        })
      } else if (
        !equal(
          { endpoints: slice['endpoints'], ports: slice['ports'] },
          { endpoints: wanted.endpoints, ports: wanted.ports },
        )
      ) {
        objects.update(k.endpointSlice, namespace, slice.metadata.name, (live) => ({ ...live, ...wanted }))
      }
    },
  }
}
