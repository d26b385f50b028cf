import { find } from '../find.ts'
import { flaw } from '../problem.ts'
import type { Rule } from './rule.ts'

/** Green comes from one place, and is not the cluster that serves now. */
export const greenIsAnother: Rule = (file) =>
  find(file, 'green.adopt').flatMap(({ path, value }) => [
    ...(find(file, 'green.clone').length > 0
      ? [flaw(path, 'green is made like blue (clone) or by others (adopt), and not both; leave one of them out')]
      : []),
    ...(file['blue'] === value
      ? [flaw(path, `is blue too; once it serves, take green.adopt out, or name the cluster that is to serve next`)]
      : []),
  ])
