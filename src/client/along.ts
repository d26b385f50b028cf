import type { AppStanding } from '../domain/messages.ts'

type Place = { readonly app: string; readonly at: number }

/**
 * What goes back with an app, or with one environment of it: `chat-worker production`. Those that it moves with there and have
 * begun, and what of an app is on its way while its earlier environment goes, each with its own. Not what was named. Pure.
 */
export function alongWith(apps: readonly AppStanding[], app: string, environment?: string): string[] {
  const byName = new Map(apps.map((a) => [a.app, a.environments]))
  const environments = (name: string) => byName.get(name) ?? []
  const has = ({ app: name, at }: Place) => {
    const e = environments(name)[at]
    return e !== undefined && !['pending', 'committed', 'back'].includes(e.is) && e.onBlue !== true
  }
  const named = environments(app).flatMap((e, at) =>
    environment === undefined || e.name === environment ? [{ app, at }] : [],
  )
  const beside = ({ app: name, at }: Place): Place[] => {
    const own = environments(name)[at]
    return (own?.with ?? []).map((other) => ({
      app: other,
      at: environments(other).findIndex((e) => e.name === own?.name),
    }))
  }
  const later = ({ app: name, at }: Place): Place[] =>
    environments(name).flatMap((e, n) => (n > at && e.is !== 'on-green' ? [{ app: name, at: n }] : []))

  const going = new Map(named.filter(has).map((place) => [key(place), place]))
  // A map that grows while it is read is read to its new end.
  for (const place of going.values())
    for (const next of [...beside(place), ...later(place)].filter(has)) going.set(key(next), next)
  return [...going.values()]
    .filter((place) => !named.some((n) => key(n) === key(place)))
    .map((place) => `${place.app} ${environments(place.app)[place.at]?.name ?? ''}`)
    .toSorted()
}

const key = ({ app, at }: Place): string => `${app}/${at}`
