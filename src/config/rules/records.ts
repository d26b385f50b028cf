import { find } from '../find.ts'
import { flaw } from '../problem.ts'
import type { Rule } from './rule.ts'

/** Two apps that move one name would write over one another's weights. */
export const recordsAreOfOneApp: Rule = (file) => {
  const all = find(file, 'apps.*.records.*').map(({ path }) => ({ path, app: String(path[1]), name: path.at(-1) }))
  return all.flatMap(({ path, app, name }, n) => {
    const first = all.slice(0, n).find((other) => other.name === name)
    return first
      ? flaw(path, `is a record of ${first.app} already; list it under ${first.app} or ${app}, not both`)
      : []
  })
}
