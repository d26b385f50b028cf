import { refusal, teamsOf, type Desk, type Gate } from './gates.ts'

/** Who is late, and of which teams. */
export interface Late {
  readonly teams: readonly string[]
  readonly people: readonly string[]
}

/**
 * Who may answer a gate and has not: the desk itself is asked, as if each of them answered now. Whoever has answered is
 * not reminded, nor a team of which everybody has, nor whoever may not approve it.
 */
export function late(desk: Desk, gate: Gate, now: string): Late {
  const [answer = 'retry'] = gate.offers
  const may = (by: string): boolean => {
    const code = refusal(desk, [], answer, { gate: gate.id, by }, now)?.code
    return code === undefined || code === 'not-typed'
  }
  const members = (team: string) => (desk.members[team] ?? []).filter(may)
  return {
    teams: teamsOf(gate).filter((team) => members(team).length > 0),
    people: [...new Set(teamsOf(gate).flatMap(members))],
  }
}
