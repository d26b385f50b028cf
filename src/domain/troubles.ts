import { milliseconds, type Duration } from './duration.ts'
import type { AppStanding } from './messages.ts'
import { companions } from './turns.ts'

/** Breaches within this time of one another speak of the checks, or of what everybody uses, more than of each app. */
export const AT_ONCE: Duration = '5m'

type Breached = Pick<AppStanding, 'app' | 'breachedAt' | 'unanswered'>

/**
 * Other apps because of which this one must not go back by itself: those that breached just now, and those that were held with
 * others before and wait for people since. One that waits on blue since yesterday says nothing of this breach, and one that
 * this app depends on, or that depends on it, may well break by the same cause.
 */
export const unrelatedBreaches = (
  apps: readonly Breached[],
  app: string,
  related: readonly string[],
  now: string,
): string[] =>
  apps
    .filter((a) => a.app !== app && !related.includes(a.app))
    .filter((a) => a.unanswered === true || isJustNow(a.breachedAt, now))
    .map((a) => a.app)

const isJustNow = (at: string | undefined, now: string): boolean =>
  at !== undefined && Date.parse(now) - Date.parse(at) <= milliseconds(AT_ONCE)

/** What has breached, as far as it says something of the next breach. Plain data, changed by the functions below alone. */
export interface Breaches {
  /** When each app breached last. */
  readonly last: Readonly<Record<string, string>>
  /** Environments that breached and are where they were since: nobody has answered, and they are not on blue. */
  readonly waiting: readonly Place[]
  /** Those of them that breached with others. Until each of these is answered nobody goes back by itself. */
  readonly open: readonly Place[]
}

interface Place {
  readonly app: string
  readonly environment: string
}

export const NO_BREACHES: Breaches = { last: {}, waiting: [], open: [] }

/** One more. `together`: with whom it breached just now, itself among them; empty: alone, or held by what is open. */
export function breached(
  { last, waiting, open }: Breaches,
  { at, ...place }: Place & { readonly at: string },
  related: readonly string[],
): { readonly breaches: Breaches; readonly together: readonly string[] } {
  const others = unrelatedBreaches(
    Object.entries(last).map(([app, breachedAt]) => ({ app, breachedAt })),
    place.app,
    related,
    at,
  )
  const holdsIt = open.some((it) => it.app !== place.app && !related.includes(it.app))
  // One that went back by itself before, or was answered, holds nobody up.
  const opened = [...waiting.filter((it) => others.includes(it.app)), ...(others.length > 0 || holdsIt ? [place] : [])]
  return {
    breaches: {
      last: { ...last, [place.app]: at },
      waiting: [...without(waiting, place), place],
      open: [...open, ...opened.filter((it) => !open.some((known) => isSame(known, it)))],
    },
    together: others.length > 0 ? [place.app, ...others] : [],
  }
}

/** People have answered, or it is on blue: it moves, or stays, anew. */
export const settledBreach = (breaches: Breaches, place: Place): Breaches => ({
  ...breaches,
  waiting: without(breaches.waiting, place),
  open: without(breaches.open, place),
})

/** Its cutover is over, however that ended. */
export const overBreach = (breaches: Breaches, app: string): Breaches => ({
  ...breaches,
  waiting: breaches.waiting.filter((it) => it.app !== app),
  open: breaches.open.filter((it) => it.app !== app),
})

export const breachOf = ({ last, open }: Breaches, app: string): Omit<Breached, 'app'> => ({
  ...(last[app] !== undefined && { breachedAt: last[app] }),
  ...(open.some((it) => it.app === app) && { unanswered: true as const }),
})

const isSame = (one: Place, other: Place): boolean => one.app === other.app && one.environment === other.environment
const without = (places: readonly Place[], place: Place): Place[] => places.filter((it) => !isSame(it, place))

/** Those that this app depends on, all that move with it, directly or by way of others, and those that say so of it. */
export const relatedTo = (
  app: string,
  apps: readonly {
    readonly name: string
    readonly dependsOn: readonly string[]
    readonly movesWith: readonly string[]
  }[],
): string[] => {
  const byName = new Map(apps.map((a) => [a.name, a]))
  const named = (name: string) => [...(byName.get(name)?.dependsOn ?? []), ...companions(byName, name)]
  const mine = named(app)
  return apps.map((a) => a.name).filter((name) => name !== app && (mine.includes(name) || named(name).includes(app)))
}
