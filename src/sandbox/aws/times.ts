/** How long states last. AWS takes minutes (facts 1.4); a demo and a test want to see the states, not wait for them. */
export interface AwsTimes {
  readonly clusterMs: number
  readonly nodegroupMs: number
  readonly addonMs: number
  readonly deletionMs: number
  readonly updateMs: number
  readonly probeEveryMs: number
  /** How long a second of a target group's deregistration delay lasts here: the usual 300 become 3 s. */
  readonly drainSecondMs: number
  /** An EBS volume takes so long to attach, and to let go. */
  readonly volumeMs: number
  /** A snapshot takes so long until a volume can be made from it: hours for the first of a large volume. */
  readonly snapshotMs: number
  /** What is written to IAM is seen so much later: seconds, mostly. */
  readonly iamMs: number
  /** A change of Route 53 is on all of its servers so much later: within a minute, mostly. */
  readonly recordsMs: number
  /** What is reserved for a load balancer is there so much later: minutes, mostly. */
  readonly capacityMs: number
}

export const defaultTimes: AwsTimes = {
  clusterMs: 2000,
  nodegroupMs: 1500,
  addonMs: 500,
  deletionMs: 1000,
  updateMs: 300,
  probeEveryMs: 300,
  drainSecondMs: 10,
  volumeMs: 200,
  snapshotMs: 400,
  iamMs: 200,
  // Norikae sends Route 53 three requests a second: it asks whether a weight is everywhere when that is over.
  recordsMs: 500,
  capacityMs: 500,
}

/** Work for later that `stop` calls off. */
export class Later {
  readonly #timers = new Set<NodeJS.Timeout>()

  after(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      work()
    }, ms)
    this.#timers.add(timer)
  }

  every(ms: number, work: () => void): void {
    this.#timers.add(setInterval(work, ms))
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }
}
