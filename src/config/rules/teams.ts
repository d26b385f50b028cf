import { find, get, isText, mapping, type Found, type Mapping } from '../find.ts'
import { flaw } from '../problem.ts'
import { didYouMean, shown } from '../words.ts'
import { approversOf } from './gates.ts'
import type { Rule } from './rule.ts'

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
  const asked = (gate: string) => {
    const n = get(get(get(file, 'gates'), gate), 'approvals')
    return typeof n === 'number' ? n : 1
  }
  const needed = asked('start') + asked('decommission')
  if (approvers.length === 0 || approvers.length >= needed) return []
  return [
    flaw(
      ['teams', team, 'approvers'],
      `needs ${needed === 2 ? 'a second address' : `${needed} addresses`}: ${team} is the platform team, and who approves the start may not approve decommissioning`,
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
  const its = isText(team) ? get(get(file, 'teams'), team) : undefined
  if (!isText(team) || get(its, 'deadline') === undefined || get(its, 'escalatesTo') !== undefined) return []
  return [
    flaw(
      ['teams', team, 'deadline'],
      `is for other teams: after it ${team} may decide too; take it out, or say who decides for ${team}: escalatesTo: <another team>`,
    ),
  ]
}

interface Name extends Found {
  readonly value: string
}

const owned = (file: Mapping): Name[] => find(file, 'apps.*.team').filter(isName)
const named = (file: Mapping): Name[] => [...find(file, 'platformTeam').filter(isName), ...owned(file)]
const isName = (found: Found): found is Name => isText(found.value)

const oneOf = (names: readonly string[]): string =>
  names.length > 8 ? 'one of those under teams' : `one of ${names.join(', ')}`
