import { find, get, isText, mapping } from '../find.ts'
import { flaw, type Flaw, type Path } from '../problem.ts'
import type { Rule } from './rule.ts'

/** `from` waits until `to` has moved. */
interface Wait {
  readonly from: string
  readonly to: string
  readonly path: Path
}

/** Nobody waits, over however many others, for itself. Apps that move together wait together. */
export const appsDoNotWaitForThemselves: Rule = (file) => {
  const waits = links(get(file, 'apps'), 'dependsOn')
  const together = links(get(file, 'apps'), 'movesWith')
  const group = groups(together)
  const others = waits.filter((w) => w.from !== w.to)
  return [
    ...waits.filter((w) => w.from === w.to).map((w) => flaw(w.path, `${w.to} depends on itself; take it out`)),
    ...together.filter((w) => w.from === w.to).map((w) => flaw(w.path, `${w.to} moves with itself; take it out`)),
    ...others.filter((w) => group(w.from) === group(w.to)).map(withinGroup),
    ...circles(
      others.filter((w) => group(w.from) !== group(w.to)),
      group,
    ),
  ]
}

const withinGroup = ({ from, to, path }: Wait): Flaw =>
  flaw(
    path,
    `${from} moves with ${to} and depends on it; it cannot move at the same time and later, so keep one of them`,
  )

function links(apps: unknown, key: 'dependsOn' | 'movesWith'): Wait[] {
  return Object.keys(mapping(apps)).flatMap((from) =>
    find(get(apps, from), `${key}.*`).flatMap(({ path, value }) =>
      isText(value) ? [{ from, to: value, path: ['apps', from, ...path] }] : [],
    ),
  )
}

/** Which apps move together: the same answer for all of a group. */
function groups(together: readonly Wait[]): (app: string) => string {
  const leader = new Map<string, string>()
  const find = (app: string): string => {
    let at = app
    for (let next = leader.get(at); next !== undefined; next = leader.get(at)) {
      const over = leader.get(next)
      if (over !== undefined) leader.set(at, over)
      at = next
    }
    return at
  }
  for (const { from, to } of together) {
    const [a, b] = [find(from), find(to)]
    if (a !== b) leader.set(a, b)
  }
  return find
}

/**
 * A search in depth that goes each wait once; one that leads back to where the search came through closes a circle.
 * Without recursion: a chain may be as long as the file.
 */
function circles(waits: readonly Wait[], group: (app: string) => string): Flaw[] {
  const from = Map.groupBy(waits, (w) => group(w.from))
  const done = new Set<string>()
  const found: Flaw[] = []
  for (const root of from.keys()) {
    const trail: { readonly at: string; readonly left: Wait[]; readonly by?: Wait }[] = []
    const enter = (at: string, by?: Wait) => {
      done.add(at)
      trail.push({ at, left: [...(from.get(at) ?? [])].toReversed(), ...(by && { by }) })
    }
    const open = new Set<string>()
    if (!done.has(root)) {
      open.add(root)
      enter(root)
    }
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const wait = top.left.pop()
      if (wait === undefined) {
        open.delete(top.at)
        trail.pop()
      } else if (open.has(group(wait.to))) {
        const start = trail.findIndex((t) => t.at === group(wait.to))
        found.push(circle([...trail.slice(start + 1).flatMap((t) => t.by ?? []), wait]))
      } else if (!done.has(group(wait.to))) {
        open.add(group(wait.to))
        enter(group(wait.to), wait)
      }
    }
  }
  return found
}

/** `a → b → c → a`, with `b with d` where the circle goes on by what moves at the same time. */
function circle(waits: readonly Wait[]): Flaw {
  const [first] = waits
  const steps = waits.map(({ from, to }, i) => {
    const next = waits[(i + 1) % waits.length]?.from ?? to
    return { from, to: next === to ? to : `${to} with ${next}` }
  })
  const text = [first?.from, ...steps.map((s) => s.to)].join(' → ')
  return flaw(waits.at(-1)?.path ?? [], `goes in a circle: ${text}; take one of them out`)
}
