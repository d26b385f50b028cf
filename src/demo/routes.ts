import type { LoadReport } from '../sandbox/traffic/load.ts'
import { hostOf } from '../sandbox/seed/apps.ts'
import { ways, wayTo, type Way } from '../sandbox/seed/ways.ts'

/** What the callers of an app in production saw, and by what they reached it. */
export interface Reached {
  readonly app: string
  readonly by: Way
  readonly sent: number
  readonly dropped: number
  /** Answers of each cluster. */
  readonly blue: number
  readonly green: number
}

/** As the sandbox's load generator counted. */
export function reachedOf(
  { byHost }: Pick<LoadReport, 'byHost'>,
  apps: readonly string[],
  blue: string,
  green: string,
): Reached[] {
  return apps.flatMap((app) => {
    const counted = byHost[hostOf(app, 'production')]
    if (!counted) return []
    const { sent, dropped, servedBy } = counted
    return [
      { app, by: wayTo(app, 'production'), sent, dropped, blue: servedBy[blue] ?? 0, green: servedBy[green] ?? 0 },
    ]
  })
}

/** Whose requests were dropped, in words; undefined: nobody's in production. */
export function whoLost(reached: readonly Reached[]): string | undefined {
  const lost = reached.filter((r) => r.dropped > 0).map((r) => `${r.app} by ${r.by}: ${r.dropped}`)
  return lost.length === 0 ? undefined : lost.join(', ')
}

/**
 * Kinds of routes over which nobody was moved: no app behind one was answered by both clusters. Whoever is behind external-dns is
 * there only where that was asked for.
 */
export const unmoved = (reached: readonly Reached[]): Way[] =>
  ways
    .filter((way) => way !== 'external-dns' || reached.some(({ by }) => by === way))
    .filter((way) => !reached.some((r) => r.by === way && r.blue > 0 && r.green > 0))

const WIDTH = Math.max(...ways.map((way) => way.length))

/** A line for each kind of route. */
export const byWay = (reached: readonly Reached[]): string[] =>
  ways.flatMap((way) => {
    const its = reached.filter((r) => r.by === way)
    const [first] = its
    if (!first) return []
    const sum = (of: (r: Reached) => number) => its.reduce((total, r) => total + of(r), 0)
    const whose = its.length === 1 ? first.app : `${its.length} apps`
    return `${way.padEnd(WIDTH)}  ${whose}: ${sum((r) => r.sent)} sent, ${sum((r) => r.dropped)} dropped; blue answered ${sum((r) => r.blue)}, green ${sum((r) => r.green)}`
  })
