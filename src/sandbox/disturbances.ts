/**
 * What becomes of a request on its way, whichever API it is for: asked by AWS, the stand-in API servers, Prometheus, Datadog, Slack
 * and the webhooks before they serve it. Faults by name are in faults.ts; tests add rules of their own.
 */
import { setTimeout as sleep } from 'node:timers/promises'

/** One request as it came in. */
export interface Asked {
  /** `eks`, `elasticloadbalancing`, … as an IAM policy has it, or `kubernetes`, `prometheus`, `datadog`, `slack`, `webhook`. */
  readonly service: string
  /** Of Kubernetes: the cluster's name. */
  readonly cluster?: string
  /** `CreateCluster`, or `patch apps/deployments/scale`. */
  readonly operation: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

export type Disturbance =
  /** Not served: told as 500, or as asked too often, as sent with credentials that have expired, or by who may not. */
  | 'failing'
  | 'forbidden'
  | 'throttled'
  | 'expired'
  /** Served, and the connection is cut before the answer. */
  | 'lost'
  /** Served at once, and answered once this has ended. */
  | { readonly late: () => Promise<unknown> }

export type Rule = (asked: Asked) => Disturbance | undefined

/** The first rule that says something counts. */
export class Disturbances {
  readonly #rules = new Set<Rule>()

  add(rule: Rule): void {
    this.#rules.add(rule)
  }

  remove(rule: Rule): void {
    this.#rules.delete(rule)
  }

  readonly of: Rule = (asked) => {
    for (const rule of this.#rules) {
      const found = rule(asked)
      if (found !== undefined) return found
    }
    return undefined
  }
}

export const kindsOfDisturbance = ['lost', 'failing', 'throttled', 'late'] as const

export interface EachOperation {
  /** What becomes of the first request of an operation, of the second, and so on; the one after the last is left alone. */
  readonly are: readonly (typeof kindsOfDisturbance)[number][]
  /** For `late`. */
  readonly ms: number
}

/**
 * Every operation of every API, when it is first asked for. `met` tells how many requests of each were disturbed. With
 * `lost` first also what a caller asks for only once is met by all the others: it has to ask again.
 */
export function eachOperation({ are, ms }: EachOperation): {
  readonly rule: Rule
  readonly met: () => Readonly<Record<string, number>>
} {
  const counts = new Map<string, number>()
  return {
    met: () => Object.fromEntries(counts),
    rule(asked) {
      const name = `${asked.cluster ?? asked.service} ${asked.operation}`
      const count = counts.get(name) ?? 0
      const is = are[count]
      if (is === undefined) return undefined
      counts.set(name, count + 1)
      return is === 'late' ? { late: () => sleep(ms) } : is
    },
  }
}
