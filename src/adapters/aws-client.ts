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
 * slows down where a service throttles; whoever waits for its turn may be throttled more often than the SDK's three times,
 * and one call has time for five (`ask`), unless `AWS_MAX_ATTEMPTS` says otherwise. A time-out needs `throwOnRequestTimeout`,
 * without which it is only logged.
 */
export const clientOptions = (region: string, { credentials }: AwsOptions) => ({
  region,
  retryMode: 'adaptive',
  ...(process.env['AWS_MAX_ATTEMPTS'] === undefined && { maxAttempts: 5 }),
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
  ...(credentials && { credentials }),
})

export const batches = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
