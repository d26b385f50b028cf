import { find, isMapping, type Found, type Mapping } from './find.ts'
import type { Flaw, Path } from './problem.ts'

interface Later {
  readonly at: string
  /** What to do without it. */
  readonly instead: string
}

/** Keys of the design that a later release reads. Each goes away with the issue that brings it. */
const later: readonly Later[] = [
  {
    at: 'apps.*.route',
    instead:
      'leave it out: listener rules of load balancers are found by their TargetGroupBindings, and maintenance puts a page in front of them',
  },
  { at: 'environments.*.window', instead: 'write hours for the whole platform, or a window for a workload of an app' },
]

/** What to do instead of a key that is for later; undefined where the path is not one. */
export const laterAt = (path: Path): string | undefined =>
  later.find(({ at }) => {
    const parts = at.split('.')
    return parts.length <= path.length && parts.every((p, n) => p === '*' || p === path[n])
  })?.instead

/** What is right and not there yet, and the data without it, so that nothing else complains about it. */
export function withoutUnsupported(data: Mapping): { readonly rest: Mapping; readonly flaws: readonly Flaw[] } {
  const rest = structuredClone(data)
  const found = later.flatMap((row) => find(rest, row.at).map((at) => ({ ...at, instead: row.instead })))
  for (const at of found) drop(rest, at)
  const flaws = found.map(({ path, instead }): Flaw => ({
    code: 'Unsupported',
    path,
    message: `is not supported yet; ${instead}`,
  }))
  return { rest, flaws }
}

/** Two paths may lead to one value, by an alias: dropped is dropped. */
function drop(data: Mapping, { path }: Found): void {
  let parent: unknown = data
  for (const part of path.slice(0, -1)) parent = isMapping(parent) ? parent[part] : undefined
  const last = path.at(-1)
  if (isMapping(parent) && last !== undefined) Reflect.deleteProperty(parent, last)
}
