import { find, get } from '../find.ts'
import { flaw } from '../problem.ts'
import type { Rule } from './rule.ts'

/** A clock on the wall is somewhere: nothing is guessed from where a worker runs. */
export const clocksAreSomewhere: Rule = (file) => {
  if (get(file, 'timeZone') !== undefined) return []
  return ['hours', 'closed', 'schedule', 'apps.*.workloads.*.window']
    .flatMap((at) => find(file, at))
    .slice(0, 1)
    .map(({ path }) => flaw(path, 'goes by clocks, and nothing says whose; write timeZone: Asia/Tokyo beside platform'))
}
