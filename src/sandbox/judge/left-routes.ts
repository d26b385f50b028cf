import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { RUN } from '../../domain/annotations.ts'
import { record, records } from '../../domain/fields.ts'
import { hostOf, sameHost } from '../../domain/weighted-records.ts'
import type { KubernetesObject } from '../types.ts'
import type { Leftover } from './leftovers.ts'

/** What is beside the clusters of a platform and splits its traffic. */
export interface Routes {
  readonly records: readonly ResourceRecordSet[]
  readonly httpRoutes: readonly KubernetesObject[]
  /** What was there before anything moved; left out: no record, or no HTTPRoute. */
  readonly seeded: {
    readonly record?: { readonly name: string; readonly ttl: number } | undefined
    /** The name of one that external-dns weighs; left out: none. */
    readonly weighed?: string | undefined
    readonly httpRoute?: { readonly namespace: string; readonly name: string } | undefined
  }
  /** Services that HTTPRoutes may name. */
  readonly backends: readonly KubernetesObject[]
  /** Names of the load balancers that are there. */
  readonly balancers: readonly string[]
}

/** What of it is not as one cluster alone needs it: one record that leads to it, and one HTTPRoute with one backend. */
export function leftRoutes(routes: Routes): Leftover[] {
  const { weighed } = routes.seeded
  const isWeighed = ({ Name = '' }: ResourceRecordSet) =>
    weighed !== undefined && [weighed, `cname-${weighed}`].some((name) => sameHost(name, Name))
  const others = routes.records.filter((set) => !isWeighed(set))
  return [
    ...leftRecords({ ...routes, records: others }),
    ...(weighed === undefined ? [] : leftWeighed(weighed, routes.records.filter(isWeighed), routes.balancers)),
    ...leftHttpRoutes(routes),
  ]
}

/** One of external-dns's, with all of the weight, and beside it whose it is. */
function leftWeighed(name: string, sets: readonly ResourceRecordSet[], balancers: readonly string[]): Leftover[] {
  const what = `record ${name}`
  const [its, beside] = [sets.filter(({ Type }) => Type !== 'TXT'), sets.filter(({ Type }) => Type === 'TXT')]
  const [one] = its
  if (one === undefined) return [{ what, because: 'is gone' }]
  const target = one.ResourceRecords?.[0]?.Value ?? ''
  return [
    ...(its.length === 1 ? [] : [{ what, because: `is there ${its.length} times, and was once` }]),
    ...((one.Weight ?? 0) > 0 ? [] : [{ what, because: 'has no weight' }]),
    ...(balancers.some((balancer) => sameHost(balancer, target))
      ? []
      : [{ what, because: `leads to ${target}, which is gone` }]),
    ...(beside.length === 1 && beside[0]?.SetIdentifier === one.SetIdentifier
      ? []
      : [
          {
            what,
            because: `has ${beside.length} TXT records beside it (${beside.map((it) => it.SetIdentifier).join()})`,
          },
        ]),
  ]
}

function leftRecords({ records: sets, seeded: { record: was }, balancers }: Routes): Leftover[] {
  const isIts = ({ Name = '' }: ResourceRecordSet) => was !== undefined && hostOf(Name) === hostOf(was.name)
  const its = sets.filter(isIts)
  const simple = its.filter((set) => set.SetIdentifier === undefined)
  return [
    ...(was && its.length === 0 ? [{ what: `record ${was.name}`, because: 'is gone' }] : []),
    ...(was && simple.length > 1
      ? [{ what: `record ${was.name}`, because: `is there ${simple.length} times, and was once` }]
      : []),
    ...sets.flatMap((set) => {
      const { Name, Type, SetIdentifier, TTL, ResourceRecords = [], AliasTarget } = set
      const what = `record ${Name} ${Type}`
      if (!was || !isIts(set)) return [{ what, because: 'was not there before' }]
      const targets = AliasTarget ? [AliasTarget.DNSName ?? ''] : ResourceRecords.map(({ Value = '' }) => Value)
      const gone = targets.find((target) => !balancers.some((balancer) => sameHost(balancer, target)))
      return [
        ...(SetIdentifier === undefined ? [] : [{ what, because: `is still one of two (${SetIdentifier})` }]),
        // An alias has none.
        ...(AliasTarget || TTL === was.ttl ? [] : [{ what, because: `has a TTL of ${TTL} s, and had ${was.ttl}` }]),
        ...(targets.length === 0 ? [{ what, because: 'leads nowhere' }] : []),
        ...(gone === undefined ? [] : [{ what, because: `leads to ${gone}, which is gone` }]),
      ]
    }),
  ]
}

function leftHttpRoutes({ httpRoutes, seeded: { httpRoute: was }, backends }: Routes): Leftover[] {
  const isIt = ({ metadata: m }: KubernetesObject) => m.namespace === was?.namespace && m.name === was?.name
  return [
    ...(was && !httpRoutes.some(isIt) ? [{ what: `HTTPRoute ${was.namespace}/${was.name}`, because: 'is gone' }] : []),
    ...httpRoutes.flatMap((route) => {
      const { metadata, spec } = route
      const what = `HTTPRoute ${metadata.namespace}/${metadata.name}`
      if (!isIt(route)) return [{ what, because: 'was not there before' }]
      const refs = records(spec?.['rules']).flatMap((rule) => records(rule['backendRefs']))
      const gone = refs.find((ref) => !backends.some((b) => b.metadata.name === ref['name']))
      return [
        ...(record(metadata.annotations)[RUN] === undefined
          ? []
          : [{ what, because: 'is still marked as being moved' }]),
        ...(refs.length > 1 ? [{ what, because: `still has ${refs.length} backends` }] : []),
        ...(refs.some((ref) => ref['weight'] !== 0) ? [] : [{ what, because: 'has no backend that serves' }]),
        ...(gone ? [{ what, because: `sends requests to Service ${String(gone['name'])}, which is gone` }] : []),
      ]
    }),
  ]
}
