import { find, get } from '../find.ts'
import { flaw } from '../problem.ts'
import type { Rule } from './rule.ts'

/** A page is a listener rule in front of another one: names and HTTPRoutes have none that Norikae could write. */
export const pagesAreOfRules: Rule = (file) =>
  find(file, 'apps.*').flatMap(({ path, value }) => {
    const beside = ['records', 'httpRoutes'].find((key) => get(value, key) !== undefined)
    return get(value, 'maintenance') !== undefined && beside !== undefined
      ? flaw(
          [...path, 'maintenance'],
          `is a page of a listener rule, and the app has ${beside}; leave it out and put a page up by hand`,
        )
      : []
  })
