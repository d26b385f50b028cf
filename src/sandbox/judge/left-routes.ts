import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { RUN } from '../../domain/annotations.ts'
import { record, records } from '../../domain/fields.ts'
import type { KubernetesObject } from '../types.ts'
import type { Leftover } from './leftovers.ts'

/** What is beside the clusters of a platform and splits its traffic. */
export interface Routes {
  readonly records: readonly ResourceRecordSet[]
  readonly httpRoutes: readonly KubernetesObject[]
  /** Services that HTTPRoutes may name. */
  readonly backends: readonly KubernetesObject[]
  /** Names of the load balancers that are there. */
  readonly balancers: readonly string[]
  /** What the records had before anything moved, in seconds. */
  readonly ttl: number
}

/** What of it is not as one cluster alone needs it. */
export const leftRoutes = ({ records: sets, httpRoutes, backends, balancers, ttl }: Routes): Leftover[] => [
  ...sets.flatMap(({ Name, Type, SetIdentifier, TTL, ResourceRecords = [] }) => {
    const what = `record ${Name} ${Type}`
    const gone = ResourceRecords.find(({ Value = '' }) => !balancers.includes(Value))
    return [
      ...(SetIdentifier === undefined ? [] : [{ what, because: `is still one of two (${SetIdentifier})` }]),
      ...(TTL === ttl ? [] : [{ what, because: `has a TTL of ${TTL} s, and had ${ttl}` }]),
      ...(gone ? [{ what, because: `leads to ${gone.Value}, which is gone` }] : []),
    ]
  }),
  ...httpRoutes.flatMap(({ metadata, spec }) => {
    const what = `HTTPRoute ${metadata.namespace}/${metadata.name}`
    const refs = records(spec?.['rules']).flatMap((rule) => records(rule['backendRefs']))
    const gone = refs.find((ref) => !backends.some((b) => b.metadata.name === ref['name']))
    return [
      ...(record(metadata.annotations)[RUN] === undefined ? [] : [{ what, because: 'is still marked as being moved' }]),
      ...(refs.length > 1 ? [{ what, because: `still has ${refs.length} backends` }] : []),
      ...(gone ? [{ what, because: `sends requests to Service ${String(gone['name'])}, which is gone` }] : []),
    ]
  }),
]
