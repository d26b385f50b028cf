import type { AppStanding } from '../domain/messages.ts'
import { companions } from '../domain/turns.ts'

/** Whoever moves with an app, has begun, and goes back with it: `chat-worker production`. `environment`: only there. Pure. */
export function alongWith(apps: readonly AppStanding[], app: string, environment?: string): string[] {
  const byName = new Map(apps.map(({ app: name, movesWith = [] }) => [name, { movesWith }]))
  const standing = (name: string) => apps.find((a) => a.app === name)?.environments ?? []
  const begun = (name: string) =>
    standing(name).filter((e) => e.is !== 'pending' && e.is !== 'committed' && e.is !== 'back' && e.onBlue !== true)
  const its = begun(app).filter((e) => environment === undefined || e.name === environment)
  return companions(byName, app)
    .filter((name) => name !== app)
    .toSorted()
    .flatMap((name) =>
      begun(name).flatMap((e) => (its.some((own) => own.name === e.name) ? [`${name} ${e.name}`] : [])),
    )
}
