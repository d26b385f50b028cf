import type { Calendar, Opening } from './calendar.ts'
import { milliseconds, type Duration } from './duration.ts'

/**
 * `on-green`: and told when. `awaited`: it has its turn, and somebody else is to deploy it first. `window`: what it has to
 * hand over waits for hours of its own. Trouble: it is on blue, or stuck, and somebody was asked.
 */
export type Standing =
  | { readonly is: 'moving' | 'awaited' | 'window' | 'committed' | 'back' }
  /** `onBlue`: all of it is there. */
  | { readonly is: 'trouble'; readonly onBlue?: true }
  | { readonly is: 'on-green'; readonly since: string }

export interface Mover {
  readonly name: string
  readonly dependsOn: readonly string[]
  readonly movesWith: readonly string[]
  /** In order. */
  readonly environments: readonly string[]
  /**
   * Those in which it meets whoever it moves with, and goes back with them. Absent in an upgrade that was begun before there
   * was that: its turns go on by the rules that they went by.
   */
  readonly meets?: readonly string[]
}

export interface TurnPolicy {
  readonly order: 'breadth' | 'depth'
  readonly maxParallel: number
  readonly maxFailed: number
  /** Between the last environment but one, and the last. */
  readonly rest: Duration
}

export interface Turn {
  readonly app: string
  readonly environment: string
}

export const key = (app: string, environment: string): string => `${app}/${environment}`

/** Absent: had no turn yet. */
export type Standings = Readonly<Record<string, Standing>>

export interface Turns {
  readonly start: readonly Turn[]
  /** Why nothing more starts, although something could, or will after its rest. */
  readonly paused?: string
  /** Because too many are in trouble, which only people can end. */
  readonly stopped?: true
  /** When the next rest ends, or the hours begin. */
  readonly lookAgainAt?: string
}

/** While no turns are given out; rests that end before are no reason to look. */
export const outside = (
  { hours }: Calendar,
  { onTheWall, changes }: Opening,
): Pick<Turns, 'paused' | 'lookAgainAt'> => ({
  paused: `${hours.length > 0 ? 'outside of its hours' : 'closed'} ${onTheWall === undefined ? 'for ever' : `until ${onTheWall}`}`,
  ...(changes !== undefined && { lookAgainAt: changes }),
})

/** Which environments may start now. Pure: the same standings give the same turns, whatever order they came in. */
export function turns(apps: readonly Mover[], standings: Standings, policy: TurnPolicy, now: string): Turns {
  const standing = (app: string, environment: string) => standings[key(app, environment)]
  const onGreen = (app: string, environment: string) =>
    ['on-green', 'committed'].includes(standing(app, environment)?.is ?? '')
  const byName = new Map(apps.map((a) => [a.name, a]))
  const meets = (t: Turn) => byName.get(t.app)?.meets?.includes(t.environment) === true

  const restLeft = (a: Mover, n: number): number => {
    const before = a.environments[n - 1]
    const was = before === undefined ? undefined : standing(a.name, before)
    if (was?.is !== 'on-green' || n !== a.environments.length - 1) return 0
    return Math.max(0, Date.parse(was.since) + milliseconds(policy.rest) - Date.parse(now))
  }
  const isNext = (a: Mover, n: number, environment: string): boolean =>
    standing(a.name, environment) === undefined &&
    a.environments.slice(0, n).every((e) => onGreen(a.name, e)) &&
    a.dependsOn.every((d) => !byName.get(d)?.environments.includes(environment) || onGreen(d, environment))

  const levels = levelsOf(apps)
  const levelOf = (environment: string) => levels.get(environment) ?? 0
  const next = apps.flatMap((a) =>
    a.environments.flatMap((environment, n) =>
      isNext(a, n, environment)
        ? [{ app: a.name, environment, level: levelOf(environment), rest: restLeft(a, n) }]
        : [],
    ),
  )
  const rests = next.filter((t) => t.rest > 0).map((t) => t.rest)
  const ready = next.filter((t) => t.rest === 0)
  const readyAt = new Map(ready.map((t) => [key(t.app, t.environment), t]))

  /**
   * Starts with its companions or not at all; one that moved already, or has no such environment, is no obstacle. One that is
   * in trouble, or went back for good, is: they would wait for it on green.
   */
  const unitOf = (t: Turn): Turn[] => {
    const names = companions(byName, t.app)
    if (meets(t) && names.some((n) => ['trouble', 'back'].includes(standing(n, t.environment)?.is ?? ''))) return []
    const waiting = names.filter(
      (n) => byName.get(n)?.environments.includes(t.environment) && standing(n, t.environment) === undefined,
    )
    const units = waiting.map((n) => readyAt.get(key(n, t.environment)))
    return units.every((u) => u !== undefined) ? units.map(({ app, environment }) => ({ app, environment })) : []
  }

  const moving = apps
    .flatMap((a) => a.environments.map((e) => ({ level: levelOf(e), is: standing(a.name, e)?.is })))
    .filter((m) => m.is === 'moving')
  const startable = ready.filter((t) => unitOf(t).length > 0)
  // Who is in trouble, or waits for somebody in trouble, neither moves nor can start: so it holds nobody up. Nor does who
  // waits to be deployed, or for a window, for days perhaps; after that it moves beside the others, even where that is one
  // too many.
  const level = Math.min(...moving.map((m) => m.level), ...startable.map((t) => t.level))
  // One that moves waits for whoever moves with it, and so holds its place until that one has one too.
  const awaited = new Set(
    startable.filter(
      (t) =>
        meets(t) &&
        companions(byName, t.app).some((n) =>
          ['moving', 'awaited', 'window'].includes(standing(n, t.environment)?.is ?? ''),
        ),
    ),
  )
  const inTurn =
    policy.order === 'breadth'
      ? startable.filter((t) => t.level === level || awaited.has(t))
      : startable.toSorted((a, b) => b.level - a.level)

  const start: Turn[] = []
  for (const t of inTurn.toSorted((a, b) => Number(awaited.has(b)) - Number(awaited.has(a)))) {
    const unit = unitOf(t).filter((u) => !start.some((s) => s.app === u.app))
    const busy = moving.length + start.length
    if (busy === 0 || awaited.has(t) || busy + unit.length <= policy.maxParallel) start.push(...unit)
  }
  const troubled = apps.filter((a) => a.environments.some((e) => standing(a.name, e)?.is === 'trouble'))
  // One breach takes all of a group back, and is one trouble.
  const troubles = new Set(troubled.map((a) => ((a.meets?.length ?? 0) > 0 ? firstOf(byName, a.name) : a.name)))
  const stopped = troubles.size >= policy.maxFailed
  const rested = rests.length > 0 ? new Date(Date.parse(now) + Math.min(...rests)).toISOString() : undefined
  const resting = rested === undefined ? undefined : `the next app rests until ${rested}`
  const trouble = `in trouble: ${troubled.map((a) => a.name).join(', ')}; ${policy.maxFailed} at once stop the rest`
  const [could, idle] = [start.length > 0, start.length === 0 && moving.length === 0]
  // What people can end comes before what ends by itself.
  const paused = stopped && (could || resting !== undefined) ? trouble : idle ? resting : undefined
  return {
    start: stopped ? [] : start,
    ...(paused !== undefined && { paused }),
    ...(paused === trouble && { stopped: true as const }),
    // Where all places are taken, or none is given, the end of a rest changes nothing.
    ...(rested !== undefined &&
      !stopped &&
      moving.length + start.length < policy.maxParallel && { lookAgainAt: rested }),
  }
}

/** An app, and all that move with it, directly or by way of others. */
export function companions(byName: ReadonlyMap<string, Pick<Mover, 'movesWith'>>, app: string): string[] {
  const all = new Set([app])
  // A set that grows while it is read is read to its new end.
  for (const name of all) for (const other of byName.get(name)?.movesWith ?? []) all.add(other)
  return [...all]
}

/** The same for all that move with one another. */
const firstOf = (byName: ReadonlyMap<string, Mover>, app: string): string =>
  companions(byName, app).toSorted()[0] ?? app

/** How early an environment comes on this platform: an app that has no test waits with its production for the others' tests. */
function levelsOf(apps: readonly Mover[]): Map<string, number> {
  const levels = new Map<string, number>()
  const names = new Set(apps.flatMap((a) => a.environments))
  // Lists that agree on an order settle within as many rounds as there are names; those that do not are no reason to hang.
  for (const _ of names) {
    for (const { environments } of apps) {
      let level = 0
      for (const e of environments) {
        level = Math.max(level, levels.get(e) ?? 0)
        levels.set(e, level)
        level += 1
      }
    }
  }
  return levels
}
