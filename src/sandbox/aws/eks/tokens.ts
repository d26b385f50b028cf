import { isDeepStrictEqual } from 'node:util'

/**
 * `clientRequestToken`: the same token with the same parameters gets the same thing again, without making it twice.
 * A token whose thing is gone, or that comes with other parameters, counts for nothing: the taken name then decides.
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
 */
export class Tokens {
  readonly #made = new Map<string, { parameters: unknown; made: unknown }>()

  /** What was made with this token, as long as `current`, the thing of that name now, is still that very thing. */
  answers<T>(
    operation: string,
    input: { clientRequestToken?: string | undefined },
    current: T | undefined,
  ): current is T {
    const { clientRequestToken: token, ...parameters } = input
    const before = token === undefined ? undefined : this.#made.get(`${operation} ${token}`)
    return before !== undefined && before.made === current && isDeepStrictEqual(before.parameters, parameters)
  }

  remember(operation: string, input: { clientRequestToken?: string | undefined }, made: unknown): void {
    const { clientRequestToken: token, ...parameters } = input
    if (token !== undefined) this.#made.set(`${operation} ${token}`, { parameters, made })
  }
}
