/**
 * Waits until `look` says something truthy, and answers it. What throws is not there yet. After the deadline the test fails
 * with the message and what was seen last.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  { withinMs = 40_000, everyMs = 20 }: { withinMs?: number; everyMs?: number } = {},
): Promise<Exclude<T, false | 0 | '' | null | undefined>> {
  const until = Date.now() + withinMs
  for (;;) {
    let seen: unknown
    try {
      const found = await look()
      if (found) return found as Exclude<T, false | 0 | '' | null | undefined> // it is truthy
      seen = found
    } catch (error) {
      seen = error
    }
    if (Date.now() > until)
      throw new Error(`not within ${withinMs} ms: ${what}; last: ${String(seen)}`, { cause: seen })
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
