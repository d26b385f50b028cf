import { addressOf } from './measures.ts'
import type { Duration } from './duration.ts'

/** A GET that the platform file says how to make: of a Service inside the cluster, or of an address outside. */
export type ProbeFile = {
  readonly gives: 'failures' | 'latency'
  readonly timeout: Duration
} & (
  | { readonly http: string }
  /** `host`: sent as Host, and as the name that TLS is asked for. */
  | { readonly url: string; readonly host?: string }
)

/** Who is asked on one side. */
export type ProbeTarget =
  | {
      readonly of: 'service'
      readonly namespace: string
      readonly service: string
      readonly scheme: string
      readonly port: string
      readonly path: string
    }
  | { readonly of: 'outside'; readonly url: string; readonly host?: string }

/** What a GET came to. No status: nobody answered, and `why` says in whose words. */
export interface Probed {
  readonly status?: number
  readonly seconds: number
  readonly why?: string
}

export interface ProbedPlace {
  readonly cluster: string
  readonly app: string
  readonly environment: string
  readonly namespaces: readonly string[]
}

export const PLACEHOLDERS = ['{cluster}', '{app}', '{environment}', '{namespace}']

/** One for each namespace where it names the namespace, else one. What is no address is nobody. */
export function probeTargets(probe: ProbeFile, { namespaces, ...place }: ProbedPlace): ProbeTarget[] {
  const { host } = 'url' in probe ? probe : {}
  const written = `${'url' in probe ? probe.url : probe.http}${host ?? ''}`
  const each = written.includes('{namespace}') ? namespaces : namespaces.slice(0, 1)
  return each.flatMap((namespace): ProbeTarget[] => {
    const fill = (text: string) => put(text, { ...place, namespace })
    if ('url' in probe)
      return [{ of: 'outside', url: fill(probe.url), ...(host !== undefined && { host: fill(host) }) }]
    const address = addressOf(fill(probe.http))
    return address?.of === 'service' ? [address] : []
  })
}

/** A text of the platform file with its placeholders filled in. */
export const put = (
  text: string,
  place: { readonly cluster: string; readonly app: string; readonly environment: string; readonly namespace: string },
): string =>
  text
    .replaceAll('{cluster}', place.cluster)
    .replaceAll('{app}', place.app)
    .replaceAll('{environment}', place.environment)
    .replaceAll('{namespace}', place.namespace)

/** As browsers and load balancers have it: what is moved elsewhere is answered. */
export const isWell = ({ status }: Probed): boolean => status !== undefined && status >= 200 && status < 400

export const targetInWords = (target: ProbeTarget): string =>
  target.of === 'outside'
    ? `${withoutQuery(target.url)}${target.host === undefined ? '' : ` as ${target.host}`}`
    : `${target.scheme}://${target.service}.${target.namespace}:${target.port}${withoutQuery(target.path)}`

/** It may be a secret. */
const withoutQuery = (url: string): string => url.replace(/[?#].*$/, '')

/**
 * One look as one number. `failures`: how many of them were not answered well. `latency`: seconds of the slowest; who does
 * not answer took as long as it was waited for.
 */
export function lookOf(
  gives: ProbeFile['gives'],
  answers: readonly { readonly target: ProbeTarget; readonly probed: Probed }[],
): { readonly value: number | null; readonly saw?: string } {
  if (answers.length === 0) return { value: null }
  const bad = answers.filter(({ probed }) => !isWell(probed))
  const value = gives === 'failures' ? bad.length : Math.max(...answers.map(({ probed }) => probed.seconds))
  const said = bad.map(({ target, probed }) => `${targetInWords(target)}: ${saidBy(probed)}`)
  return { value, ...(said.length > 0 && { saw: said.slice(0, 3).join('; ') }) }
}

const saidBy = ({ status, why }: Probed): string =>
  [...(status === undefined ? [] : [`${status}`]), ...(why === undefined ? [] : [why])].join(' ') || 'no answer'
