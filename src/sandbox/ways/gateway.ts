import { record, records, type Fields } from '../../domain/fields.ts'
import { Later } from '../aws/times.ts'
import type { ProxyOptions } from '../traffic/proxy.ts'
import type { KubernetesObject, ListenerRule, SandboxCluster } from '../types.ts'

const API = 'gateway.networking.k8s.io/v1'
/** From a change until it is accepted, and from there until it is served: data planes are elsewhere, and hear of it behind. */
const AFTER_MS = 150

export interface Gateway {
  /**
   * What its data plane goes by: a rule for each HTTPRoute as it was some time ago, and who serves behind a backend of it.
   * Endpoints are as they are: the mesh that writes them is late by itself, and a pod of the stand-in ends 300 ms after it
   * was told to, whatever its preStop hook says.
   */
  readonly serves: ProxyOptions['elbv2']
  stop(): void
}

/**
 * A controller of Gateway API, and what its data plane knows: each HTTPRoute by its hostnames, with the weights of its first
 * rule's backends. It says of Gateways and HTTPRoutes what it has made of which generation, as controllers do before their
 * data plane has it: `Accepted` promises no more. What it cannot do it does not accept.
 * https://gateway-api.sigs.k8s.io/reference/spec/#routeparentstatus
 */
export function startGateway(edge: Pick<SandboxCluster, 'list' | 'update' | 'onChange'>): Gateway {
  let rules: readonly ListenerRule[] = []
  const later = new Later()
  let due = false
  let stopped = false

  function soon(): void {
    if (stopped || due) return
    due = true
    later.after(AFTER_MS, () => {
      due = false
      reconcile()
    })
  }

  function reconcile(): void {
    const routes = edge.list(API, 'HTTPRoute')
    const accepted = routes.filter((route) => beyond(route) === undefined).map(ruleOf)
    later.after(AFTER_MS, () => (rules = accepted))
    for (const gateway of edge.list(API, 'Gateway'))
      say(gateway, { conditions: [condition(gateway, 'Accepted'), condition(gateway, 'Programmed')] })
    for (const route of routes) {
      const cannot = beyond(route)
      const missing = backendsOf(route).find(({ namespace, name }) => !isThere(namespace, name))
      say(route, {
        parents: records(route.spec?.['parentRefs']).map((parentRef) => ({
          parentRef,
          controllerName: 'sandbox.norikae.io/gateway',
          conditions: [
            condition(route, 'Accepted', cannot && 'UnsupportedValue', cannot),
            condition(
              route,
              'ResolvedRefs',
              missing && 'BackendNotFound',
              missing && `backendRef name: ${missing.name}`,
            ),
          ],
        })),
      })
    }
  }

  const isThere = (namespace: string, name: string) =>
    edge.list('v1', 'Service', namespace).some((s) => s.metadata.name === name)

  /** Once for each generation: a status that says the same is not written again. */
  function say(object: KubernetesObject, status: Record<string, unknown>): void {
    if (untimed(record(object.status)) === untimed(status)) return
    void Promise.resolve(edge.update({ ...object, status })).catch(soon)
  }

  for (const kind of ['Gateway', 'HTTPRoute', 'Service']) edge.onChange(kind, soon)
  soon()

  return {
    serves: {
      rules: () => rules,
      serving: (backend) => endpointsOf(edge, backend),
    },
    stop() {
      stopped = true
      later.stop()
    },
  }
}

/** What of it a stand-in cannot do; undefined: it can. */
export function beyond(route: KubernetesObject): string | undefined {
  const all = records(route.spec?.['rules'])
  if (all.length !== 1) return 'one rule an HTTPRoute is served here'
  const more = ['matches', 'filters'].find((field) => records(all[0]?.[field]).some((it) => !isDefault(it)))
  return more && `${more} of a rule are not served here`
}

/** What the API fills in where a rule says nothing. */
const isDefault = (it: Fields): boolean => {
  const path = record(it['path'])
  return Object.keys(it).length === 1 && path['type'] === 'PathPrefix' && path['value'] === '/'
}

interface BackendRef {
  readonly namespace: string
  readonly name: string
  readonly weight: number
}

const backendsOf = ({ metadata, spec }: KubernetesObject): BackendRef[] =>
  records(spec?.['rules']).flatMap((rule) =>
    records(rule['backendRefs']).map(({ namespace = metadata.namespace, name, weight = 1 }) => ({
      namespace: String(namespace),
      name: String(name),
      weight: Number(weight),
    })),
  )

const ruleOf = (route: KubernetesObject): ListenerRule => ({
  ruleArn: `httproute/${route.metadata.namespace}/${route.metadata.name}`,
  hosts: ((route.spec?.['hostnames'] ?? []) as string[]).map((host) => host.toLowerCase()), // as its API says
  forward: backendsOf(route).map(({ namespace, name, weight }) => ({ targetGroupArn: `${namespace}/${name}`, weight })),
})

/** The endpoints of a Service that serve, whoever wrote them. */
function endpointsOf(edge: Pick<SandboxCluster, 'list'>, backend: string): { id: string; port: number }[] {
  const [namespace = '', name = ''] = backend.split('/')
  return edge
    .list('discovery.k8s.io/v1', 'EndpointSlice', namespace)
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === name)
    .flatMap((slice) => {
      const port = Number(records(slice['ports'])[0]?.['port'])
      return records(slice['endpoints'])
        .filter((endpoint) => record(endpoint['conditions'])['ready'] !== false)
        .map((endpoint) => ({ id: String((endpoint['addresses'] as string[])[0]), port })) // as its API says
    })
    .toSorted((a, b) => a.id.localeCompare(b.id))
}

/** What is said, in the order in which it is said here, whoever stores it; not when. */
export const untimed = (status: Fields): string =>
  JSON.stringify(
    [status, ...records(status['parents'])]
      .flatMap((part) => records(part['conditions']))
      .map(({ type, status: is, reason, observedGeneration }) => [type, is, reason, observedGeneration]),
  )

export const condition = (
  { metadata }: { readonly metadata: Pick<KubernetesObject['metadata'], 'generation'> },
  type: string,
  otherwise?: string,
  message = '',
) => ({
  type,
  status: otherwise === undefined ? 'True' : 'False',
  reason: otherwise ?? type,
  message,
  observedGeneration: metadata.generation,
  lastTransitionTime: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
})
