/** The members that an API requires have been checked before an operation is served. */
export type Given<T> = { [K in keyof T]: object extends Pick<T, K> ? T[K] : Exclude<T[K], undefined> }

/** Who asks: the session behind the access key, and the region that it signed for. */
export interface Caller {
  readonly roleArn: string
  readonly sessionArn: string
  readonly region?: string | undefined
}

/** Serves one operation of the API's model. Throws an AwsError to refuse. */
export type Serve<Input, Output> = (input: Given<Input>, caller: Caller) => Output

/**
 * The operations that a service serves, by name. Each function's input is what the model of the operation of that
 * name decodes to; `never` lets functions of different inputs stand in one table.
 */
export type Operations = Readonly<Record<string, (input: never, caller: Caller) => object>>

/** One page of a list, with the token of the next: an offset, which is sealed on its way out (pages.ts). */
export function page<T>(
  all: readonly T[],
  token: string | undefined,
  size: number | undefined,
  most = 100,
): { items: T[]; next?: string } {
  const from = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString())
  const to = from + Math.min(size ?? most, most)
  const items = all.slice(from, to)
  return to < all.length ? { items, next: Buffer.from(String(to)).toString('base64url') } : { items }
}
