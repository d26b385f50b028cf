import {
  becomes,
  logged,
  no,
  openGates,
  placed,
  refusal,
  takenOut,
  teamsOf,
  voided,
  type Answer,
  type Decision,
  type Desk,
  type Gate,
  type Given,
  type Refusal,
} from './gates.ts'
import { WITHDRAW, type Act } from './messages.ts'
import { gatesIn } from './proofs.ts'

/** One message about gates is one act: it counts for all that it names, or for none. */

/** The act as a decision on each of its gates. */
export const decisionsOf = (act: Act): Decision[] => {
  const { gate: _gate, gates: _gates, ...rest } = act
  return gatesIn({ ...act }).map((gate) => ({ ...rest, gate }))
}

/** Every reason, gate by gate; the code is that of the first. Undefined when all of it counts. */
export const actRefusal = (
  desk: Desk,
  planned: readonly Gate[],
  answer: Answer,
  act: Act,
  now: string,
): Refusal | undefined => allOf(decisionsOf(act).map((d) => refusal(desk, planned, answer, d, now)))

/** For an act that was not refused: each gate has its answer, and the log one line. */
export function recordAct(desk: Desk, planned: readonly Gate[], answer: Answer, act: Act, at: string): Desk {
  const decisions = decisionsOf(act)
  const became = decisions.some((d) => becomes(desk, d) === 'counted') ? 'counted' : 'ahead'
  const all = decisions.reduce((so, d) => placed(so, planned, answer, d, at), desk)
  return logged(all, { at, message: answer, body: act, became })
}

/** Whoever may answer a gate may take back what was approved for it and has not been used, also what others approved. */
export function withdrawalRefusal(desk: Desk, planned: readonly Gate[], act: Act): Refusal | undefined {
  return allOf(gatesIn({ ...act }).map((id) => ofOne(desk, planned, id, act.by)))
}

function ofOne(desk: Desk, planned: readonly Gate[], id: string, by: string): Refusal | undefined {
  const gate = [...openGates(desk), ...planned].find((g) => g.id === id)
  if (!gate)
    return desk.gates.some((g) => g.id === id)
      ? no('already-decided', `gate ${id} is decided already: what was approved has been used`)
      : no('no-such-gate', `there is no gate ${id}`)
  const teams = teamsOf(gate)
  if (!teams.some((team) => desk.members[team]?.includes(by)))
    return no('not-an-approver', `${by} is not an approver of ${teams.join(', ')}`)
  return approvalsOf(desk, id).length === 0 ? no('nothing-to-withdraw', `nobody has approved ${id}`) : undefined
}

/** For a withdrawal that was not refused. Each approval is void, with who withdrew it. */
export function withdrawn(desk: Desk, act: Act, at: string): Desk {
  const ids = gatesIn({ ...act })
  const because = `${act.by} withdrew it${act.comment === undefined ? '' : `: ${act.comment}`}`
  const noted = logged(desk, { at, message: WITHDRAW, body: act, became: 'counted' })
  const rest = voided(noted, (g) => ids.includes(g.gate), because, at)
  return ids.reduce((so, id) => takenOut(so, id, () => true, because, at), rest)
}

/** What was approved for a gate and has not been used. */
export const approvalsOf = (desk: Desk, id: string): Given[] => [
  ...openGates(desk)
    .filter((g) => g.id === id)
    .flatMap((g) => g.given.filter((d) => d.answer === 'approve')),
  ...desk.ahead.filter((g) => g.gate === id),
]

function allOf(refusals: readonly (Refusal | undefined)[]): Refusal | undefined {
  const all = refusals.filter((r) => r !== undefined)
  const [first] = all
  if (!first || all.length === 1) return first
  return no(first.code, `${all.map((r) => r.message).join('; ')}. Nothing of it counts`)
}
