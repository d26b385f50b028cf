import { ActivityFailure, ApplicationFailure } from '@temporalio/common'
import { CancellationScope, condition, upsertMemo } from '@temporalio/workflow'
import type { Given } from '../domain/contests.ts'
import type { Subject } from '../domain/plan.ts'
import {
  WATCHES,
  type Entry,
  type SeenSoFar,
  type Trouble,
  type WatchedEnvironment,
  type WatchEnd,
} from '../domain/watching.ts'
import { question } from './activities.ts'
import { failed, problemOf, wasStopped } from './problems.ts'

/** Watches what is on green of one app: all environments by one activity (docs/adr/0078-one-watch-of-an-app-for-all-its-environments.md). */
export interface AppWatch {
  /**
   * Fails by what is seen of this environment, and never ends by itself. `given`: by the plan until now. Cancelled, it ends at once; where `letsGo`, only when all
   * that were watched with it are let go of too: what was seen in that moment counts, so that all of them stay or none.
   */
  over(environment: string, given: Given, letsGo: () => boolean): Promise<never>
}

interface Place {
  readonly environment: string
  readonly entry: Entry
  problem?: ApplicationFailure
  left: boolean
  /** Nothing more is heard of it. */
  over: boolean
}

interface Watching {
  readonly id: string
  /** As they were when it was asked for; those that are watched have a place. */
  readonly environments: readonly WatchedEnvironment[]
  readonly places: Place[]
}

interface Watched {
  readonly subject: Subject
  /** Of all environments of the app, as they are planned now. */
  environments(): readonly WatchedEnvironment[]
  /** As of `ActionCall`. */
  readonly run: string
}

/** Where it is made decides what cancels it: nothing does but that nobody is left whom it watches. */
export function appWatch({ subject, environments, run }: Watched): AppWatch {
  const background = new CancellationScope({ cancellable: false })
  const going: Watching[] = []
  let [watches, entries] = [0, 0]
  let noted = ''
  let stale = false

  // After all that leave in one moment have left: each write is an event of the history.
  void background.run(async () => {
    for (;;) {
      await condition(() => stale)
      note()
    }
  })

  async function over(environment: string, given: Given, letsGo: () => boolean): Promise<never> {
    entries += 1
    const entry = { times: entries, ...(Object.keys(given).length > 0 && { given }) }
    const place: Place = { environment, entry, left: false, over: false }
    enter(place)
    try {
      await condition(() => place.problem !== undefined)
    } catch (error) {
      place.left = true
      stale = true
      await CancellationScope.nonCancellable(() => condition(() => place.over || !letsGo()))
      if (!letsGo() || place.problem === undefined) throw error
    }
    throw place.problem ?? failed('Failed', `${environment} is not watched`)
  }

  /** By a watch that knows it as it is, or else by a new one, which goes on from what was `seen`. */
  function enter(place: Place, seen?: SeenSoFar): void {
    const now = environments()
    const itself = (all: readonly WatchedEnvironment[]) => JSON.stringify(all.find((e) => e.name === place.environment))
    const known = going.find((w) => itself(w.environments) === itself(now))
    if (known) known.places.push(place)
    else {
      watches += 1
      const watching: Watching = { id: `watch.${watches}`, environments: now, places: [place] }
      going.push(watching)
      void background.run(() => tend(watching, seen))
    }
    note()
  }

  async function tend(watching: Watching, seen: SeenSoFar | undefined): Promise<void> {
    const { id, places } = watching
    const asking = new CancellationScope()
    let ended = false
    void condition(() => ended || places.every((it) => it.left)).then(() => asking.cancel())
    let end: WatchEnd = { troubles: [], seen: {} }
    try {
      const input = { subject, environments: watching.environments, run, ...(seen && { seen }) }
      await asking.run(() => question('watch', id, `watch ${subject.app ?? ''}`, 'watch', input))
    } catch (error) {
      // What an attempt says that ends as it is stopped counts too: they let go of blue in that moment.
      const said = endOf(error)
      if (said || !wasStopped(error)) end = said ?? { troubles: places.map((it) => inAll(it, error)), seen: {} }
    }
    ended = true
    going.splice(going.indexOf(watching), 1)
    for (const place of places) {
      const trouble = end.troubles.find((it) => it.environment === place.environment)
      if (trouble) place.problem = failureOf(trouble)
      if (trouble || place.left) place.over = true
      else enter(place, end.seen)
    }
    stale = true
  }

  function note(): void {
    stale = false
    const watched = Object.fromEntries(
      going.flatMap(({ id, places }) => {
        const there = places.filter((it) => !it.left)
        return there.length === 0 ? [] : [[id, Object.fromEntries(there.map((it) => [it.environment, it.entry]))]]
      }),
    )
    const text = JSON.stringify(watched)
    // Nobody reads that there is none: the activity is cancelled.
    if (text === noted || text === '{}') return
    noted = text
    upsertMemo({ [WATCHES]: watched })
  }

  return { over }
}

const failureOf = ({ type, message, moved }: Trouble): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, type, ...(moved ? [{ moved }] : []))

/** What is said of no environment is said of each. */
const inAll = ({ environment }: Place, error: unknown): Trouble => ({ environment, ...problemOf(error) })

/** Undefined: it is none of `watchEnded`. */
function endOf(error: unknown): WatchEnd | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined
  const detail = cause instanceof ApplicationFailure ? (cause.details?.[0] as Partial<WatchEnd> | undefined) : undefined // only `watchEnded` sends any
  return detail?.troubles && detail.seen ? { troubles: detail.troubles, seen: detail.seen } : undefined
}
