/**
 * The same for each, so many under way at once; in their order they begin, and in their order they are answered. Fails with
 * the first that fails.
 */
export async function fewAtATime<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const left = items.entries()
  const lane = async () => {
    for (const [n, item] of left) results[n] = await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return results
}

/** EKS tells no rate limits, and its console uses about as many. */
const OF_AWS_AT_ONCE = 4

/**
 * What is asked of AWS about each of many. All of them at once wait for their turn where a service throttles, and those at the
 * end for longer than one call may take (`ask`).
 */
export const each = <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> =>
  fewAtATime(items, OF_AWS_AT_ONCE, work)
