/** Time as the cluster has it: `now` may be anybody's clock, waiting is real. Everything ends with `stop`. */

export interface ClusterTimes {
  /** From being placed on a node to running. */
  readonly podStartMs: number
  /** From running to ready. */
  readonly podReadyMs: number
  /** From deletion to gone. */
  readonly podStopMs: number
  /** What a Job's pod runs for unless its annotation says otherwise. */
  readonly jobRunMs: number
  /** Before a Job's next pod after one has failed; doubles each time. */
  readonly jobBackoffMs: number
  /** How long a jump of an injected clock may stay unseen. */
  readonly lookMs: number
  /** Before a controller tries again what was refused; doubles each time, to a hundredfold. */
  readonly retryMs: number
}

export const defaultTimes: ClusterTimes = {
  podStartMs: 150,
  podReadyMs: 300,
  podStopMs: 300,
  jobRunMs: 1500,
  jobBackoffMs: 1000,
  lookMs: 1000,
  retryMs: 100,
}

export type Cancel = () => void

/** A time as the API writes it: to the second. */
export const stamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`

export class Clock {
  readonly now: () => number
  readonly #lookMs: number
  readonly #waiting = new Set<NodeJS.Timeout>()
  #stopped = false

  constructor(now: () => number, lookMs: number) {
    this.now = now
    this.#lookMs = lookMs
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** Now, or another time, as the API writes it. */
  stamp(ms: number = this.now()): string {
    return stamp(ms)
  }

  after(ms: number, then: () => void): Cancel {
    if (this.#stopped) return () => undefined
    const timer = setTimeout(() => {
      this.#waiting.delete(timer)
      then()
    }, ms)
    this.#waiting.add(timer)
    return () => {
      clearTimeout(timer)
      this.#waiting.delete(timer)
    }
  }

  /** Once `now` has reached a time, also when it gets there by a jump. */
  at(time: number, then: () => void): Cancel {
    let cancel: Cancel = () => undefined
    const look = (): void => {
      const left = time - this.now()
      if (left <= 0) then()
      else cancel = this.after(Math.min(left, this.#lookMs), look)
    }
    cancel = this.after(Math.min(Math.max(time - this.now(), 0), this.#lookMs), look)
    return () => cancel()
  }

  stop(): void {
    this.#stopped = true
    for (const timer of this.#waiting) clearTimeout(timer)
    this.#waiting.clear()
  }
}
