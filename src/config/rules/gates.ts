import { find, get, isText, list, mapping, type Mapping } from '../find.ts'
import { flaw } from '../problem.ts'
import { didYouMean, shown } from '../words.ts'
import type { Rule } from './rule.ts'

const OF_A_GATE = ['approvals', 'expires', 'fourEyes']

/** What is said of a gate that is not there would be believed. */
export const gatesAreAsked: Rule = (file) =>
  find(file, 'environments.*').flatMap(({ path, value }) =>
    get(value, 'approval') === 'team'
      ? []
      : OF_A_GATE.filter((key) => get(value, key) !== undefined).map((key) =>
          flaw([...path, key], 'is for approval: team, and nobody is asked here; add that, or take it out'),
        ),
  )

/** Of how many people a team is; letters' case does not make two of one. */
export const approversOf = (file: Mapping, team: string): readonly string[] => [
  ...new Set(
    list(get(get(get(file, 'teams'), team), 'approvers'))
      .filter(isText)
      .map((a) => a.toLowerCase()),
  ),
]

/** A gate that no team is large enough for would wait for ever. For each app preflight looks again. */
export const quorumsCanBeMet: Rule = (file) => {
  const sizes = Object.keys(mapping(get(file, 'teams'))).map((team) => approversOf(file, team).length)
  const largest = Math.max(0, ...sizes)
  return find(file, 'environments.*.approvals').flatMap(({ path, value }) =>
    typeof value === 'number' && largest > 0 && value > largest
      ? flaw(path, `${value} have to approve, and no team has more than ${largest} approvers; write ${largest} at most`)
      : [],
  )
}

/** Who answers where a team does not is another team, and there is a time for it. */
export const escalationsLeadOn: Rule = (file) => {
  const teams = mapping(get(file, 'teams'))
  return find(file, 'teams.*.escalatesTo').flatMap(({ path, value }) => {
    const team = String(path[1])
    if (!isText(value)) return []
    if (value === team) return flaw(path, `${team} would wait for itself; write another team`)
    if (!Object.hasOwn(teams, value))
      return flaw(
        path,
        `${shown(value)} is not a team${didYouMean(value, Object.keys(teams))}; write one of those under teams`,
      )
    if (get(teams[team], 'deadline') === undefined)
      return flaw(path, 'is for what the team has not answered within its deadline; add deadline: 3d, or take it out')
    return []
  })
}
