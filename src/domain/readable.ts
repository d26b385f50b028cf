/**
 * Characters. Temporal keeps 4 KiB of why an activity is not ready (`limit.mutableStateActivityFailureSize.error`), with
 * where it was thrown, and cuts off the rest.
 */
const READABLE = 2_500

/** In one text: at least the first, and as many as can be read. `more` says how many are left out. */
export function readable(said: readonly string[], more: (n: number) => string): string {
  const upTo = (n: number) => said.slice(0, n).join('; ')
  const fits = said.map((_, n) => said.length - n).find((n) => upTo(n).length <= READABLE) ?? 1
  return fits >= said.length ? upTo(fits) : `${upTo(fits)}; ${more(said.length - fits)}`
}

/** What says all that is asked of others, where a text has room for the beginning. */
export const wholeOf = (platform: string): string => `norikae requested ${platform}`
