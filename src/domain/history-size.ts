import { milliseconds } from './duration.ts'
import type { Phase } from './plan.ts'
import type { App, Environment, Platform } from './platform.ts'
import { settled, type Journal } from './journal.ts'
import { leaves } from './steps.ts'

/**
 * What an upgrade of many apps leaves in its own history, at most, where nothing goes wrong: as if no two things ever fell
 * into one task of the workflow. Temporal ends a workflow whose history has 51,200 events, in the middle of whatever it
 * does (https://docs.temporal.io/cloud/limits#workflow-execution-event-history-limits), so what could come near that is not
 * begun.
 */

/** The rest of the 51,200 is for what goes wrong, and what people say. */
export const MOST_EVENTS = 46_000

/** One that is scheduled, started and completed, or a signal that is sent and received, and the task that hears of it. */
const ACTIVITY = 6
const SENT = 5
/** A signal that comes, or a child that ends, and the task that hears of it. */
const HEARD = 4
/** One that is set and fires, and the task that hears of it: an app rests before its last environment. */
const TIMER = 5
/** Start and end, gates and notices, watching the metrics. */
const ITSELF = 300

export const mostEvents = (phases: readonly Phase[], { apps, rest }: Pick<Platform, 'apps' | 'rest'>): number =>
  ITSELF +
  ACTIVITY * leaves(phases.flatMap((p) => p.forward)).filter((s) => s.kind === 'action').length +
  apps.reduce((sum, app) => sum + ofApp(app) + (milliseconds(rest) > 0 && app.environments.length > 1 ? TIMER : 0), 0)

/** Of them those that steps of IAM roles leave, of which there are two a role. */
export const eventsOfRoles = (phases: readonly Phase[]): number =>
  ACTIVITY *
  leaves(phases.flatMap((p) => p.forward)).filter(
    (s) => s.kind === 'action' && (s.action === 'trustCluster' || s.action === 'distrustCluster'),
  ).length

/** The same of what is not done yet, where this much has been. */
export function eventsLeft(
  phases: readonly Phase[],
  { apps, rest }: Pick<Platform, 'apps' | 'rest'>,
  journal: Journal,
): number {
  const open = phases.map((p) => ({ ...p, forward: leaves(p.forward).filter((s) => !settled(journal, s.id)) }))
  const [moved, others] = [true, false].map((is) => apps.filter((a) => settled(journal, `app/${a.name}`) === is))
  // Who has moved is told to commit, and ends.
  return mostEvents(open, { apps: others ?? [], rest }) + (moved ?? []).length * (SENT + HEARD)
}

/** Why an upgrade with this history cannot do that much more; undefined: it can. */
export const tooLong = (events: number, left: number): string | undefined =>
  events + left > MOST_EVENTS
    ? `its history has ${events} events, with this plan it may get ${left} more, and ${MOST_EVENTS} is the end: leave the app to the next upgrade`
    : undefined

/** It is started and ends, and is told to commit, or to go back; each environment gets its turn and says that it is there. */
const ofApp = (app: App): number =>
  2 +
  HEARD +
  SENT +
  app.environments.reduce((sum, it) => sum + (1 + pointsOf(it)) * (SENT + HEARD) + waitsOf(app, it) * 2 * HEARD, 0)

/** At each it says that it is there, and is told that the others are; about who waits for days see `saidAgainAfter`. */
const pointsOf = ({ group, routes, weights }: Environment): number =>
  group ? 2 + (routes.length > 0 ? weights.length + 1 : 0) : 0

/** Each is told when it begins, and when it is over. */
function waitsOf({ deploy }: App, { handovers }: Environment): number {
  // Flux does it by itself, in most cases before anybody has to be told.
  const deployed = deploy === 'external' ? 1 : 0
  return deployed + (Object.values(handovers).some((h) => h.window !== undefined) ? 1 : 0)
}
