import { milliseconds, type Duration } from './duration.ts'
import type { AppStanding } from './messages.ts'

/** Breaches within this time of one another speak of the checks, or of what everybody uses, more than of each app. */
export const AT_ONCE: Duration = '5m'

/**
 * Other apps that breached just now. One that waits on blue since yesterday says nothing of this breach, and one that
 * this app depends on, or that depends on it, may well break by the same cause.
 */
export const unrelatedBreaches = (
  apps: readonly Pick<AppStanding, 'app' | 'breachedAt'>[],
  app: string,
  related: readonly string[],
  now: string,
): string[] =>
  apps
    .filter((a) => a.app !== app && !related.includes(a.app))
    .filter((a) => a.breachedAt !== undefined && Date.parse(now) - Date.parse(a.breachedAt) <= milliseconds(AT_ONCE))
    .map((a) => a.app)

/** Those that this app depends on or moves with, and those that say so of it. */
export const relatedTo = (
  app: string,
  apps: readonly {
    readonly name: string
    readonly dependsOn: readonly string[]
    readonly movesWith: readonly string[]
  }[],
): string[] => {
  const named = (name: string) => apps.flatMap((a) => (a.name === name ? [...a.dependsOn, ...a.movesWith] : []))
  const mine = named(app)
  return apps.map((a) => a.name).filter((name) => name !== app && (mine.includes(name) || named(name).includes(app)))
}
