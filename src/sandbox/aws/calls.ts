import type { AwsCall } from '../types.ts'

/** Enough for days of a demo; the oldest tenth goes when it is full. */
const cap = 50_000

/** Every request that came in, in the order of its answer. */
export class Calls {
  #calls: AwsCall[] = []

  record(call: AwsCall): void {
    if (this.#calls.length >= cap) this.#calls = this.#calls.slice(cap / 10)
    this.#calls.push(call)
  }

  all(): readonly AwsCall[] {
    return [...this.#calls]
  }
}
