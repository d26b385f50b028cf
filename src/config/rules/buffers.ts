import { PODS_ADDRESS } from '../../domain/measures.ts'
import { find, get, isText } from '../find.ts'
import { flaw } from '../problem.ts'
import type { Rule } from './rule.ts'

export const buffersAreMeasured: Rule = (file) =>
  ['apps.*.workloads.*', 'platformApps.*'].flatMap((at) =>
    find(file, at).flatMap(({ path, value }) =>
      get(value, 'handover') === 'buffer' && get(value, 'depth') === undefined && get(value, 'preset') === undefined
        ? flaw(
            [...path, 'depth'],
            'is missing; write what has not been delivered yet, as PromQL with {cluster} in it, or preset: fluentd, fluent-bit or postfix',
          )
        : [],
    ),
  )

export const stoppedPodsAreNotAsked: Rule = (file) =>
  find(file, 'apps.*.workloads.*').flatMap(({ path, value }) => {
    const proof = get(get(value, 'proof'), 'http')
    if (isText(proof) && PODS_ADDRESS.test(proof))
      return flaw(
        [...path, 'proof', 'http'],
        'asks the pods of the singleton, and they are stopped by then; ask who would know: http://<service>.<namespace>:<port>/<path>',
      )
    if (get(value, 'handover') !== 'consumer') return []
    const inFlight = get(value, 'inFlight')
    const http = get(inFlight, 'http')
    if (inFlight !== undefined && get(value, 'idempotent') === true)
      return flaw(
        [...path, 'inFlight'],
        'is waited for with idempotent: false only; take it out, or say that no message may be worked on twice',
      )
    if (isText(http) && PODS_ADDRESS.test(http))
      return flaw(
        [...path, 'inFlight', 'http'],
        'asks the pods of the consumer, and they are stopped by then; ask its queue: http://<service>.<namespace>:<port>/<path>',
      )
    if (inFlight === undefined && get(value, 'budget') !== undefined)
      return flaw([...path, 'budget'], 'is for inFlight, and there is none; add inFlight, or take it out')
    return []
  })
