import { find, get, isText, list, mapping, type Found, type Mapping } from '../find.ts'
import { flaw } from '../problem.ts'
import { didYouMean, shown } from '../words.ts'
import type { Rule } from './rule.ts'

/** Who approves the start may not approve decommissioning. */
const PLATFORM_APPROVERS = 2

export const teamsAreKnown: Rule = (file) => {
  const teams = Object.keys(mapping(get(file, 'teams')))
  return named(file).flatMap(({ path, value }) =>
    teams.includes(value) || teams.length === 0
      ? []
      : flaw(path, `${shown(value)} is not a team; write ${oneOf(teams)}${didYouMean(value, teams)}`),
  )
}

export const platformTeamHasTwo: Rule = (file) => {
  const team = get(file, 'platformTeam')
  if (!isText(team)) return []
  const approvers = approversOf(file, team)
  if (approvers.length === 0 || new Set(approvers).size >= PLATFORM_APPROVERS) return []
  return [
    flaw(
      ['teams', team, 'approvers'],
      `needs a second address: ${team} is the platform team, and who approves the start may not approve decommissioning`,
    ),
  ]
}

/** A gate that nobody may open would wait for ever. */
export const approvalsHaveApprovers: Rule = (file) => {
  const asked = find(file, 'environments.*.approval')
    .filter(({ value }) => value === 'team')
    .map(({ path }) => String(path[1]))
  if (asked.length === 0) return []
  return owned(file).flatMap(({ path, value }) =>
    get(get(file, 'teams'), value) !== undefined && approversOf(file, value).length === 0
      ? flaw(
          path,
          `${value} has no approvers, and ${asked.join(', ')} asks for its approval; name one, or write approval: none`,
        )
      : [],
  )
}

/** What the platform team does not answer nobody answers for it. */
export const deadlinesHaveSomebodyElse: Rule = (file) => {
  const team = get(file, 'platformTeam')
  if (!isText(team) || get(get(get(file, 'teams'), team), 'deadline') === undefined) return []
  return [flaw(['teams', team, 'deadline'], `is for other teams: after it ${team} may decide too; take it out`)]
}

interface Name extends Found {
  readonly value: string
}

const owned = (file: Mapping): Name[] => find(file, 'apps.*.team').filter(isName)
const named = (file: Mapping): Name[] => [...find(file, 'platformTeam').filter(isName), ...owned(file)]
const isName = (found: Found): found is Name => isText(found.value)

const approversOf = (file: Mapping, team: string): string[] =>
  list(get(get(get(file, 'teams'), team), 'approvers'))
    .filter(isText)
    .map((a) => a.toLowerCase())

const oneOf = (names: readonly string[]): string =>
  names.length > 8 ? 'one of those under teams' : `one of ${names.join(', ')}`
