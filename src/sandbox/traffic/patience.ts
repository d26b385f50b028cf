/** What a process that does not get to run counts as, however long that lasts. */
const SLICE_MS = 250

/**
 * Calls `tell` once, after this process has run for `ms`; answers how to call it off, which is safe to repeat. A stall of
 * the process counts as one slice: who asks, who is asked and what is between them stand still together here, and a
 * time-out that fires before the answer that lies ready is read would blame the upgrade for a busy machine.
 */
export function whenRunFor(ms: number, tell: () => void): () => void {
  let left = ms
  let timer: NodeJS.Timeout | undefined
  const next = () => {
    if (left <= 0) return tell()
    const slice = Math.min(left, SLICE_MS)
    left -= slice
    timer = setTimeout(next, slice)
  }
  next()
  return () => clearTimeout(timer)
}
