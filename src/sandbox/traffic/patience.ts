import { performance } from 'node:perf_hooks'

/** What a process that does not get to run counts as at most, however long that lasts. */
const SLICE_MS = 250

/**
 * Calls `tell` once, after `ms` in which this process had time to do what it was to do; answers how to call it off, which is
 * safe to repeat. A stall counts as one slice, and a slice without a moment in which nothing was left to do as none: who asks,
 * who is asked and what is between them are one process here, and what a busy machine is late with is not dropped.
 */
export function whenIdleFor(ms: number, tell: () => void): () => void {
  let left = ms
  let timer: NodeJS.Timeout | undefined
  const next = () => {
    if (left <= 0) return tell()
    const slice = Math.min(left, SLICE_MS)
    const before = idleMs()
    timer = setTimeout(() => {
      if (idleMs() > before) left -= slice
      next()
    }, slice)
  }
  next()
  return () => clearTimeout(timer)
}

const idleMs = (): number => performance.eventLoopUtilization().idle
