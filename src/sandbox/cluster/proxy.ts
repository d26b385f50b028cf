/** What answers behind a Pod or a Service: asked at its address, as an API server asks it, which must be a real one then. */
import { at, fields, list, numberAt, textAt } from './json.ts'
import { k } from './kinds.ts'
import type { Answer } from './request.ts'
import { ApiError, badRequest, notFound, notImplemented } from './status.ts'
import type { Store } from './store.ts'

const PATH =
  /^\/api\/v1\/namespaces\/(?<namespace>[^/]+)\/(?<plural>pods|services)\/(?<name>[^/:]+):(?<port>\d+)\/proxy(?<path>\/.*)?$/

/** What is not answered in this time is not there: most pods of the sandbox have an address and nobody at it. */
const PATIENCE_MS = 2_000

const unavailable = (message: string): ApiError => new ApiError(503, 'ServiceUnavailable', message)

/** Undefined: something else was asked for. */
export async function proxied(store: Store, method: string, url: URL): Promise<Answer | undefined> {
  const { namespace = '', plural, name = '', port, path = '' } = PATH.exec(url.pathname)?.groups ?? {}
  if (plural === undefined) return undefined
  if (method !== 'GET') throw notImplemented(`${method} through ${plural}/proxy`)
  const address =
    plural === 'pods' ? podAt(store, namespace, name, Number(port)) : serviceAt(store, namespace, name, Number(port))
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const response = await fetch(`http://${address}${path}${url.search}`, { signal, redirect: 'manual' })
    return { code: response.status, body: await response.text() }
  } catch (error) {
    throw unavailable(`error trying to reach service: dial tcp ${address}: ${String(error)}`)
  }
}

function podAt(store: Store, namespace: string, name: string, port: number): string {
  const pod = store.get(k.pod, namespace, name)
  if (pod === undefined) throw notFound(k.pod, name)
  const ip = textAt(pod, 'status', 'podIP')
  if (ip === undefined) throw badRequest('address not allowed')
  return `${ip}:${port}`
}

/** By its number among the Service's ports, as the slices have it by name. */
function serviceAt(store: Store, namespace: string, name: string, port: number): string {
  const service = store.get(k.service, namespace, name)
  if (service === undefined) throw notFound(k.service, name)
  const own = list(service.spec?.['ports']).find((one) => numberAt(one, 'port') === port)
  if (own === undefined) throw unavailable(`no service port ${port} found for service "${name}"`)
  const addresses = store
    .list(k.endpointSlice, namespace)
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
    .flatMap((slice) => {
      const target = list(slice['ports']).find((one) => (textAt(one, 'name') ?? '') === (textAt(own, 'name') ?? ''))
      return list(slice['endpoints'])
        .filter((endpoint) => at(endpoint, 'conditions', 'ready') !== false)
        .map((endpoint) => `${String(list(fields(endpoint)['addresses'])[0])}:${numberAt(target, 'port') ?? port}`)
    })
  const [first] = addresses
  if (first === undefined) throw unavailable(`no endpoints available for service "${name}"`)
  return first
}
