import { CancellationScope, condition } from '@temporalio/workflow'

/**
 * The time that a workflow may decide by: a moment has come when something was told to have happened then or later, or
 * when the timer that was set for it has fired.
 *
 * `Date` in a workflow is the time of its last task, and not the same in every replay: where a worker died, a query that
 * another one gets before the next task runs what has happened since, under the time of the last task, and the next task
 * goes on from there (@temporalio/worker 1.24). A decision by it breaks the replay for good. For how long a timer is set
 * is not held against the history, so that may be read off it.
 */
export class Clock {
  #at: number

  /** `at`: an ISO time. */
  constructor(at: string) {
    this.#at = Date.parse(at)
  }

  get at(): string {
    return new Date(this.#at).toISOString()
  }

  /** An ISO time; what is none is not heard. */
  heard(at: string): void {
    const moment = Date.parse(at)
    if (moment > this.#at) this.#at = moment
  }

  /** True: `changed` says so; false: the moment has come. */
  async until(changed: () => boolean, moment: string, summary: string): Promise<boolean> {
    const left = Math.max(1, Date.parse(moment) - Date.now())
    if (await condition(changed, left, { summary })) return true
    this.heard(moment)
    return false
  }
}

/** Rings once for each moment that it is set to, or before it. */
export interface Alarm {
  set(moment: string): void
  /** Since it was asked last. */
  rings(): boolean
}

/**
 * One timer, which is taken back for an earlier one only: whoever waits for a moment, and for much else before it, would
 * leave two events in the history each time that something else comes. It ends with the scope in which it is set.
 */
export function alarmOf(clock: Clock, summary: string): Alarm {
  let next: { readonly at: number; readonly scope: CancellationScope } | undefined
  let rang = false
  return {
    set(moment) {
      const at = Date.parse(moment)
      if (next && next.at <= at) return
      next?.scope.cancel()
      const scope = new CancellationScope()
      const it = { at, scope }
      next = it
      void scope
        .run(() => clock.until(() => false, moment, summary))
        .then(
          () => {
            if (next !== it) return
            next = undefined
            rang = true
          },
          () => undefined, // taken back, or whoever waited ends
        )
    },
    rings() {
      const is = rang
      rang = false
      return is
    },
  }
}
