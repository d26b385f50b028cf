import type { AppStanding } from './messages.ts'

/** Other apps in trouble now. Several at once speak of the checks, or of what everybody uses, more than of each app. */
export const unrelatedTroubles = (apps: readonly AppStanding[], app: string): string[] =>
  apps.filter((a) => a.app !== app && a.environments.some((e) => e.is === 'trouble')).map((a) => a.app)
