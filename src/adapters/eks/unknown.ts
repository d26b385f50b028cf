import type { EKS } from '@aws-sdk/client-eks'

/**
 * What EKS answered and the SDK left out, because it is older than the member: `cluster.newSetting`. Kept by answer, so
 * that whoever describes it can name what green would not be given.
 */
const unknown = new WeakMap<object, readonly string[]>()

/** Members of this answer that the SDK does not know, by their path, without what is empty or off. */
export const unknownIn = (output: object | undefined): readonly string[] => (output && unknown.get(output)) ?? []

/** Every answer of this client is compared with its own JSON; one that is none of ours to read is left alone. */
export function notingUnknown(client: EKS): EKS {
  const bodies = new WeakMap<object, unknown>()
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      // The SDK types a response as unknown: it is that of its HTTP handler.
      const response = result.response as { statusCode?: number; body?: unknown }
      if (response.statusCode === 200 && isStream(response.body)) {
        const bytes = await bytesOf(response.body)
        bodies.set(response, parsed(bytes))
        response.body = bytes
      }
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'norikaeKeepsAnswer' },
  )
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const told = bodies.get(result.response as object)
      const { output } = result
      if (told !== undefined && isObject(output)) unknown.set(output, leftOut(told, output))
      return result
    },
    { step: 'deserialize', priority: 'high', name: 'norikaeComparesAnswer' },
  )
  return client
}

const isStream = (body: unknown): body is AsyncIterable<Uint8Array> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body

async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return Buffer.concat(await Array.fromAsync(body))
}

/** What is no JSON is the SDK's to complain about. */
function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}

/** The paths that are in the first and not in the second. Items of lists are told once, whichever they are of. */
export function leftOut(told: unknown, read: unknown): string[] {
  if (Array.isArray(told))
    return [...new Set(told.flatMap((item, n) => leftOut(item, Array.isArray(read) ? read[n] : undefined)))]
  if (!isObject(told) || !isObject(read) || read instanceof Date) return []
  const members = new Map(Object.entries(read))
  return Object.entries(told).flatMap(([key, value]) => {
    if (isNothing(value)) return []
    return members.has(key) ? leftOut(value, members.get(key)).map((path) => `${key}.${path}`) : [key]
  })
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Nobody set it: nothing is lost without it. */
const isNothing = (value: unknown): boolean =>
  value === null || value === false || value === '' || (isObject(value) && Object.values(value).every(isNothing))
