import { z } from 'zod'
import { PODS_ADDRESS, SERVICE_ADDRESS } from '../domain/measures.ts'
import { expecting, query } from './pieces.ts'
import { shown } from './words.ts'

const HTTP = '{ http: ":2020/api/v1/storage", value: /storage_layer/chunks/total_chunks }'

const IN_CLUSTER = expecting(
  'an address in the cluster',
  '":<port>/<path>" for every pod of the workload, or http://<service>.<namespace>:<port>/<path>',
)
const POINTER = expecting('a JSON pointer', 'one such as /storage_layer/chunks/total_chunks')

const withoutNames = (pattern: RegExp): string => pattern.source.replaceAll(/\?<\w+>/g, '')

// Measured: an API server of 1.35 asks for `/queues/orders` where `/queues/%2f/orders` was meant.
export const passedOn = (http: string): boolean => !/^[^?]*%2f/i.test(http)

const POD = expecting("a port of the workload's pods", '":<port>/<path>", such as ":8080/flush"')

/** What each pod of a workload is asked to do, through the API server. */
export const podsCall = z
  .string(POD)
  .regex(new RegExp(withoutNames(PODS_ADDRESS)), POD)
  .refine(passedOn, { error: 'has a %2F in its path, which an API server does not pass on; write another path' })

const address = z
  .string(IN_CLUSTER)
  .regex(new RegExp(`${withoutNames(PODS_ADDRESS)}|${withoutNames(SERVICE_ADDRESS)}`), IN_CLUSTER)
  .refine(passedOn, {
    error: 'has a %2F in its path, which an API server does not pass on; ask an exporter, or write PromQL',
  })
  .describe(
    'Asked through the API server: ":<port>/<path>" of every pod of the workload, or http://<service>.<namespace>:<port>/<path>.',
  )

const pointer = z
  .string(POINTER)
  .regex(/^(\/[^/\s]+)+$/, POINTER)
  .describe('A JSON pointer to the number; * stands for every key or item, and all that is found is added up.')

/** One number: PromQL, or what is told over HTTP in the cluster. */
export const measure = z.union([query, z.strictObject({ http: address, value: pointer })], {
  error: ({ input }) => {
    if (input === undefined) return 'is missing; write PromQL with {cluster} in it'
    return `${shown(input)} is neither a query nor { http, value }; write PromQL with {cluster} in it, or ${HTTP}`
  },
})
