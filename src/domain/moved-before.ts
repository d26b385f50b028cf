import { companions, key, type Mover, type Turn } from './turns.ts'

/** What turns are given out by, as far as one waits for another. */
export type Waiting = Pick<Mover, 'dependsOn' | 'movesWith' | 'environments'>

/**
 * The environments, by `key`, that are on green whenever this one starts, in whatever order the rest goes: its app's own
 * earlier ones, those of the same name of what it depends on, what its companions of that environment wait for, and what each
 * of these waited for. Who has no environment of that name is waited for by nobody, and nor is whoever comes by way of it.
 */
export function movedBefore(byName: ReadonlyMap<string, Waiting>, turn: Turn): ReadonlySet<string> {
  const found = new Map<string, Turn>()
  const of = [turn]
  const has = (app: string, environment: string) => byName.get(app)?.environments.includes(environment) === true
  // A list that grows while it is read is read to its new end.
  for (const { app, environment } of of)
    for (const name of companions(byName, app).filter((n) => has(n, environment))) {
      const { dependsOn = [], environments = [] } = byName.get(name) ?? {}
      const awaited = [
        ...environments.slice(0, environments.indexOf(environment)).map((e) => ({ app: name, environment: e })),
        ...dependsOn.filter((d) => has(d, environment)).map((d) => ({ app: d, environment })),
      ]
      for (const it of awaited) {
        const at = key(it.app, it.environment)
        if (found.has(at)) continue
        found.set(at, it)
        of.push(it)
      }
    }
  return new Set(found.keys())
}
