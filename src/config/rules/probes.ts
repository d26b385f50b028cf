import { seconds, isDuration } from '../../domain/duration.ts'
import { addressOf } from '../../domain/measures.ts'
import { PLACEHOLDERS, put } from '../../domain/probes.ts'
import { find, get, isMapping, isText, type Mapping } from '../find.ts'
import { passedOn } from '../measure.ts'
import { flaw, type Flaw } from '../problem.ts'
import { didYouMean, shown } from '../words.ts'
import type { Rule } from './rule.ts'

/** An attempt of an activity takes a minute, and asks blue too. */
const LONGEST_S = 20

export const probesAskSomebody: Rule = (file) =>
  ['health.checks.*', 'apps.*.checks.*'].flatMap((at) =>
    find(file, `${at}.probe`).flatMap(({ path, value }) =>
      isMapping(value) ? [...whom(path, value), ...patience(path, value)] : [],
    ),
  )

/** Names that are as good as any other. */
const filled = (text: string): string =>
  put(text, { cluster: 'cluster', app: 'app', environment: 'environment', namespace: 'namespace' })

function whom(path: Flaw['path'], probe: Mapping): Flaw[] {
  const [http, url, host] = [get(probe, 'http'), get(probe, 'url'), get(probe, 'host')]
  if (http === undefined && url === undefined)
    return [flaw(path, 'asks nobody; write http, a Service in the cluster, or url, an address outside')]
  return [
    ...(http !== undefined && url !== undefined
      ? [flaw([...path, 'url'], 'is a second address beside http; keep one')]
      : []),
    ...(host !== undefined && url === undefined ? [flaw([...path, 'host'], 'goes with url; take it out')] : []),
    ...(isText(http) ? inCluster([...path, 'http'], http) : []),
    ...(isText(url) ? outside([...path, 'url'], url) : []),
  ]
}

function inCluster(path: Flaw['path'], http: string): Flaw[] {
  if (!/^https?:/.test(http)) return []
  const wrong = unknown(path, http)
  if (wrong.length > 0) return wrong
  if (addressOf(filled(http))?.of !== 'service')
    return [
      flaw(
        path,
        `${shown(http)} is not the address of a Service; write http://<service>.<namespace>:<port>/<path>, such as http://{app}.{namespace}:8080/healthz`,
      ),
    ]
  return passedOn(http) ? [] : [flaw(path, 'has a %2F in its path, which an API server does not pass on; use url')]
}

function outside(path: Flaw['path'], url: string): Flaw[] {
  if (!/^https?:/.test(url)) return []
  const wrong = unknown(path, url)
  if (wrong.length > 0) return wrong
  if (!URL.canParse(filled(url))) return [flaw(path, `${shown(url)} is not an address on the web; write https://…`)]
  return url.includes('{cluster}')
    ? []
    : [flaw(path, 'has no {cluster}; without it both sides are asked at one address')]
}

const unknown = (path: Flaw['path'], text: string): Flaw[] =>
  [...new Set(text.match(/\{[^}]*\}/g))]
    .filter((p) => !PLACEHOLDERS.includes(p))
    .map((p) =>
      flaw(path, `${p} stands for nothing; known are ${PLACEHOLDERS.join(', ')}${didYouMean(p, PLACEHOLDERS)}`),
    )

function patience(path: Flaw['path'], probe: Mapping): Flaw[] {
  const timeout = get(probe, 'timeout')
  return isText(timeout) && isDuration(timeout) && seconds(timeout) > LONGEST_S
    ? [flaw([...path, 'timeout'], `${shown(timeout)} is too long to wait for an answer; write ${LONGEST_S}s or less`)]
    : []
}
