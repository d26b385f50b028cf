/** What signs requests; asked again when it has expired. The SDK's providers have this shape. */
export type CredentialsProvider = () => Promise<{
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}>

export interface AwsOptions {
  /** Default: the SDK's own chain (environment, web identity, pod identity, profile, instance). */
  readonly credentials?: CredentialsProvider
}

/**
 * What each client of AWS gets. The endpoint is the SDK's own matter (`AWS_ENDPOINT_URL`, or the region's). `adaptive`
 * slows down where a service throttles; a time-out needs `throwOnRequestTimeout`, without which it is only logged.
 */
export const clientOptions = (region: string, { credentials }: AwsOptions) => ({
  region,
  retryMode: 'adaptive',
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
  ...(credentials && { credentials }),
})

/** At most so many at once: EKS tells no rate limits, and its console uses about as many. */
const AT_ONCE = 4

/** `Promise.all` over a list, in its order, with few under way at once. */
export async function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const batch of batches(items, AT_ONCE)) results.push(...(await Promise.all(batch.map(work))))
  return results
}

export const batches = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
