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
  let left = [...items.entries()]
  const lane = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [n, item] = next
      results[n] = await work(item)
    }
  }
  const failed = (error: unknown) => {
    // Whoever asks again asks for all of them: the others would be asked beside that.
    left = []
    throw error
  }
  await Promise.all(Array.from({ length: atOnce }, () => lane().catch(failed)))
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
