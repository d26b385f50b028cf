import { MOST_TOGETHER } from './groups.ts'
import type { App } from './platform.ts'
import { companions } from './turns.ts'

/** Something of an environment of `here` names a Service of `there`, in `to`. */
export interface Call {
  readonly here: App
  readonly in: string
  readonly there: App
  readonly to: string
}

/** What orders two apps: one after the other, or both at once. Undefined: nothing that could be declared does. */
export type Ordering =
  | { readonly is: 'after'; readonly orWith: boolean }
  /** `names`: what it moves with. `out`: what must not be waited for any more then. */
  | { readonly is: 'with'; readonly names: readonly string[]; readonly out: readonly Out[] }
  /** They would have to move together, and are too many. */
  | { readonly is: 'many' }

interface Out {
  readonly of: string
  readonly take: readonly string[]
}

/**
 * What to declare so that calls are answered, such that all of it can be declared at once: what would go in a circle, because
 * some call one another or are waited for already, moves together (src/config/rules/circles.ts refuses the circle).
 */
export function orderings(apps: readonly App[], later: readonly Call[]) {
  const byName = new Map(apps.map((a) => [a.name, a]))
  const asked = Map.groupBy(later.filter(canBeFirst), ({ here }) => here.name)
  const after = remembered((app) =>
    companions(byName, app).flatMap((name) => [
      ...(byName.get(name)?.dependsOn ?? []),
      ...(asked.get(name) ?? []).map(({ there }) => there.name),
    ]),
  )
  const next = remembered((app) => [...new Set([...companions(byName, app), ...after(app)])])
  /** Whatever it comes after, with who moves with that. */
  const reached = remembered((app) => closed(after(app), next))
  const comesAfter = (app: string, other: string) => reached(app).has(other)

  /** Both at once, with all that would have to move between them. */
  const together = (here: string, there: string, [first, last]: readonly [string, string]): Ordering => {
    const between: string[] = []
    for (const name of reached(first)) {
      if (comesAfter(name, last)) between.push(name)
      if (between.length > MOST_TOGETHER) return { is: 'many' }
    }
    const already = new Set(companions(byName, here))
    const names = [...new Set([there, ...between])].filter((name) => !already.has(name))
    const group = new Set([here, ...names].flatMap((name) => companions(byName, name)))
    if (group.size > MOST_TOGETHER) return { is: 'many' }
    const out = [...group].flatMap((of) => {
      const take = byName.get(of)?.dependsOn.filter((name) => group.has(name)) ?? []
      return take.length === 0 ? [] : [{ of, take }]
    })
    return { is: 'with', names, out }
  }

  /** Neither waits for the other already, nor is anything to move between them. */
  const nothingBetween = (here: string, there: string): boolean => {
    const theirs = companions(byName, there)
    return (
      !companions(byName, here).some((name) => byName.get(name)?.dependsOn.some((d) => theirs.includes(d))) &&
      ![...reached(here)].some((name) => comesAfter(name, there))
    )
  }

  return {
    /** Of one that may move after who calls it. */
    later(call: Call): Ordering | undefined {
      const [here, there] = [call.here.name, call.there.name]
      const same = call.in === call.to
      if (comesAfter(there, here)) return same ? together(here, there, [there, here]) : undefined
      return canBeFirst(call) ? { is: 'after', orWith: same && nothingBetween(here, there) } : undefined
    },
    /** Of one that moves before who calls it, and is not to. */
    once: (call: Call): Ordering | undefined =>
      call.in === call.to ? together(call.here.name, call.there.name, [call.here.name, call.there.name]) : undefined,
  }
}

/** An app waits for another in the environment of the same name, and in each of its own for those before it. */
const canBeFirst = ({ here, in: own, there, to }: Call): boolean => {
  const names = here.environments.map((e) => e.name)
  return here.name !== there.name && names.slice(0, names.indexOf(own) + 1).includes(to)
}

/** The same answer for the same app, found once: on large platforms each is asked for thousands of times. */
function remembered<T>(answer: (app: string) => T): (app: string) => T {
  const known = new Map<string, { readonly is: T }>()
  return (app) => {
    const { is } = known.get(app) ?? { is: answer(app) }
    known.set(app, { is })
    return is
  }
}

function closed(names: readonly string[], next: (name: string) => readonly string[]): ReadonlySet<string> {
  const all = new Set(names)
  // A set that grows while it is read is read to its new end.
  for (const name of all) for (const other of next(name)) all.add(other)
  return all
}

/** As a remedy says it. */
export function sayOrder(here: string, there: string, order: Ordering): string {
  if (order.is === 'after') return `say apps.${here}.dependsOn: [${there}]${order.orWith ? ', or movesWith' : ''}`
  if (order.is === 'many')
    return `more than ${MOST_TOGETHER} apps call or wait for one another in a circle, and no more may move together (movesWith): have some of them called by their routes, until the circle is smaller`
  const out = order.out.map(({ of, take }) => `take ${take.join(' and ')} out of apps.${of}.dependsOn`)
  return [`say apps.${here}.movesWith: [${order.names.join(', ')}]`, ...out].join(' and ')
}
