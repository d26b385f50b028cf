import { countsAsSaid, type Desk } from './gates.ts'
import type { Run } from './run.ts'

/**
 * What one app took of people: the figure that Norikae is to bring down. Nobody can measure how long somebody thought, so
 * it is told from outside: how long they took from being asked to their answer, and how often they said anything.
 */
export interface Effort {
  /** Absent: the upgrade itself. */
  readonly app?: string
  readonly team: string
  /** From asked to answered, of each gate that people answered; side by side counts twice. */
  readonly seconds: number
  /** Gates that people answered. */
  readonly answered: number
  /** Answers and orders that counted, also those given ahead. */
  readonly acts: number
}

/** One desk is of one app, or of the upgrade. Undefined where nothing was planned. */
export function effortOf(runs: readonly Run[], { gates, log }: Desk): Effort | undefined {
  const subject = runs[0]?.plan.subject
  if (!subject) return undefined
  // What was withdrawn, or expired, nobody answered; and what waits for its hours asks nobody.
  const answered = gates.filter(
    (g) => g.closed !== undefined && g.closed.as !== 'withdrawn' && g.given.length > 0 && g.opensAt === undefined,
  )
  return {
    ...(subject.app !== undefined && { app: subject.app }),
    team: subject.team,
    seconds: answered.reduce((sum, g) => sum + seconds(g.openedAt, g.given.at(-1)?.at ?? g.openedAt), 0),
    answered: answered.length,
    acts: log.filter(countsAsSaid).length,
  }
}

/** What was said before it was asked took nobody any time. */
const seconds = (from: string, to: string): number =>
  Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000))

/** An app that left and was started again is one. */
export function efforts(all: readonly Effort[]): Effort[] {
  const byApp = Map.groupBy(all, (e) => e.app ?? '')
  return [...byApp.values()].flatMap(([first, ...more]) =>
    first === undefined ? [] : [{ ...first, ...sum([first, ...more]) }],
  )
}

export interface Sum {
  readonly seconds: number
  readonly answered: number
  readonly acts: number
}

export const sum = (all: readonly Sum[]): Sum => ({
  seconds: all.reduce((n, e) => n + e.seconds, 0),
  answered: all.reduce((n, e) => n + e.answered, 0),
  acts: all.reduce((n, e) => n + e.acts, 0),
})

/** By team, with how many apps of it there are; the upgrade itself counts for the platform team. */
export const byTeam = (all: readonly Effort[]): (Sum & { readonly team: string; readonly apps: number })[] =>
  [...Map.groupBy(all, (e) => e.team)].map(([team, its]) => ({
    team,
    apps: its.filter((e) => e.app !== undefined).length,
    ...sum(its),
  }))
