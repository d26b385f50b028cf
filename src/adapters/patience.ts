/**
 * For how many seconds the sender of a `Retry-After` wants to be left alone: it writes seconds or a date. Undefined where
 * there is none, or one that cannot be read. https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 */
export function secondsIn(retryAfter: string | null | undefined): number | undefined {
  if (retryAfter === null || retryAfter === undefined) return undefined
  const seconds = /^\d+$/.test(retryAfter)
    ? Number(retryAfter)
    : Math.ceil((Date.parse(retryAfter) - Date.now()) / 1000)
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds)
}
