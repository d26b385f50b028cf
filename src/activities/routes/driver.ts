import type { Finding } from '../../domain/findings.ts'
import type { Scope, Side, Weight } from '../../domain/platform.ts'
import type { RouteRead } from '../../domain/route-shares.ts'

/** Whom a driver works for. */
export interface RouteCall {
  readonly scope: Scope
  readonly run: string
}

/** A route as it was read. What is written is written from that: whatever else is in it stays as it was read. */
export interface Reading extends RouteRead {
  /** What it does where its share is `elsewhere`, as in “serves nobody”; left out: `words.others` are served too. */
  readonly odd?: string
  /** Is this side in it at all, with whatever weight? */
  has(side: Side): boolean
  /** Green at so many per cent; it enters where it was not in it. Starts it; nothing waits. */
  write(to: Weight): Promise<void>
  /** This side only. Starts it; nothing waits. */
  leaveOnly(side: Side): Promise<void>
}

/** What could serve on one side. */
export interface Serves {
  readonly healthy: number
  /** Those that are on their way out aside. */
  readonly expected: number
}

/**
 * One kind of route, for one route and one attempt of an action. `traffic.ts` says what is done in which order, and
 * `domain/route-shares.ts` what a share means; a driver says how. Everything is safe to repeat, after an answer that was
 * lost too. What is not so yet is thrown (`notYet`), as are `contested` and `notFound`.
 */
export interface RouteDriver {
  readonly words: {
    /** What holds the weights, as in “green is not in the rule”. */
    readonly place: string
    /** What green needs to be in it. */
    readonly green: string
    /** What counts as serving on green, in the plural. */
    readonly targets: string
    /** How people find out who wrote it, where `writer` does not know. */
    readonly trail: string
    /** Who else may be served by it, as in “serves another target group too”. */
    readonly others: string
  }
  /** What green needs before it can enter, made or found again. Throws `contested` where it is not this run's. */
  prepare(): Promise<void>
  /** Throws `notFound` where what serves this side is not there. */
  prove(side: Side): Promise<void>
  /** Throws `notFound` where the route itself is not there. */
  read(): Promise<Reading>
  /**
   * Throws `notYet` as long as what was just read is not what all clients go by. `sinceMs`: when this step first wrote it so,
   * or found it so, which is when waiting for it began.
   */
  inForce(reading: Reading, after: 'opening' | 'weight' | 'settling', sinceMs: number): Promise<void>
  /** Who else wrote it last, and when, or whose it is, as far as that is known. Asked where it is contested. */
  writer(): Promise<string | undefined>
  health(side: Side): Promise<Serves>
  /**
   * Where the route goes with blue: what is so now that its owner has taken it off blue, and green is served by another way that
   * stays. Undefined: it is on blue. Left out: it stays by itself.
   */
  handedOver?(): Promise<string | undefined>
  /** When only this side is left: removes what the other one needed, and says what is so now. */
  clear(on: Side): Promise<string | Cleared>
}

/** What is so once only one side is left, and what people have to do about the other one. */
export interface Cleared {
  readonly note: string
  readonly findings: readonly Finding[]
}
