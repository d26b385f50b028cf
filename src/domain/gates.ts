import type { BothSides } from './both-sides.ts'
import { milliseconds, type Duration } from './duration.ts'

export type Answer = 'approve' | 'reject' | 'retry' | 'skip' | 'rerun'

/** Not answered for so long, a gate is for these teams too. */
export interface Escalation {
  readonly after: Duration
  readonly to: readonly string[]
}

/** Who decides, how many, and what happens when nobody does. */
export interface GateRule {
  readonly teams: readonly string[]
  readonly approvals: number
  /** `requester`, or the step of an earlier gate whose approvers may not approve this one too. */
  readonly exclude: readonly string[]
  /** Must be typed by who approves, or by who skips where something is lost by it. */
  readonly typed?: string
  readonly remindEvery: Duration
  /** Then it counts as rejected. */
  readonly expires?: Duration
  /** Who is asked beside its teams when these do not answer. */
  readonly escalates?: Escalation
}

/** What a person sends; `by` is a claim unless `proof` says otherwise. */
export interface Decision {
  readonly gate: string
  readonly by: string
  readonly comment?: string
  readonly typed?: string
  readonly notBefore?: string
  readonly notAfter?: string
  readonly proof?: string
}

export interface Given extends Decision {
  readonly answer: Answer
  readonly at: string
  readonly images?: string
}

/** A point where people decide; a failed step opens one too, with other offers. */
export interface Gate {
  readonly id: string
  readonly title: string
  readonly rule: GateRule
  readonly offers: readonly Answer[]
  readonly openedAt: string
  readonly images: string
  /** What runs other images on the two sides, seen since it is open; absent where that was not looked at. */
  readonly differing?: readonly string[]
  /** What Argo CD would do by itself there, seen likewise. */
  readonly hazards?: readonly string[]
  /** Why the images of the two sides are not known, where they could not be read. */
  readonly unseen?: string | undefined
  readonly given: readonly Given[]
  /** Since when those it escalates to may decide too: when the timer for it fired. */
  readonly escalatedAt?: string
  /** When it goes on by itself: it waits for its hours, and people may but need not decide. */
  readonly opensAt?: string
  /** The same by the clocks of its calendar. */
  readonly onTheWall?: string
  readonly closed?: { readonly at: string; readonly as: Answer | 'withdrawn' }
}

export interface Logged {
  readonly at: string
  readonly message: string
  readonly body: unknown
  readonly became: 'counted' | 'ahead' | 'void' | 'refused'
  readonly because?: string
}

export interface Desk {
  readonly gates: readonly Gate[]
  readonly ahead: readonly Given[]
  readonly log: readonly Logged[]
  readonly requester: string
  readonly members: Readonly<Record<string, readonly string[]>>
  /** By team: for whom its gates are too when it does not answer. */
  readonly deadlines?: Readonly<Record<string, Escalation>>
  /** By team: how often it is reminded, where it said so. */
  readonly reminders?: Readonly<Record<string, Duration>>
}

export interface Refusal {
  readonly code: string
  readonly message: string
}
export const no = (code: string, message: string): Refusal => ({ code, message })

export const gateId = (step: string, digest: string, attempt: number): string =>
  `${step}@${digest.slice(0, 8)}.${attempt}`

const stepOf = (gate: string): string => gate.slice(0, gate.lastIndexOf('@'))
const planAndTry = (gate: string): readonly [plan: string, attempt: string] => {
  const [plan = '', attempt = ''] = gate.slice(gate.lastIndexOf('@') + 1).split('.')
  return [plan, attempt]
}

export const openGates = (desk: Desk): Gate[] => desk.gates.filter((g) => !g.closed)

/** Those who are asked, and once these did not answer in time, the others too. */
export const teamsOf = ({ rule, escalatedAt }: Pick<Gate, 'rule' | 'escalatedAt'>): readonly string[] => [
  ...rule.teams,
  ...(escalatedAt === undefined ? [] : (rule.escalates?.to ?? [])),
]

/** Undefined when the answer counts. Validator, signal handler, CLI and console all ask this. `planned`: gates to come. */
export function refusal(
  desk: Desk,
  planned: readonly Gate[],
  answer: Answer,
  d: Decision,
  now: string,
): Refusal | undefined {
  const open = openGates(desk)
  const gate =
    open.find((g) => g.id === d.gate) ?? (answer === 'approve' ? planned.find((g) => g.id === d.gate) : undefined)
  if (!gate) {
    if (desk.gates.some((g) => g.id === d.gate)) return no('already-decided', `gate ${d.gate} is decided already`)
    return no('no-such-gate', `there is no gate ${d.gate}; open now: ${open.map((g) => g.id).join(', ') || 'none'}`)
  }
  if (!gate.offers.includes(answer))
    return no('not-offered', `${gate.id} takes ${gate.offers.join(' or ')}, not ${answer}`)

  // What destroys is answered by who has seen what was measured right before (design, principle 10).
  if (gate.rule.typed !== undefined && !open.includes(gate))
    return no(
      'not-ahead',
      `${gate.id} lets something go for good: it is answered once it is open, when what was measured is there to read`,
    )

  const allowed = teamsOf(gate).flatMap((team) => desk.members[team] ?? [])
  if (!allowed.includes(d.by))
    return no('not-an-approver', `${d.by} is not an approver of ${teamsOf(gate).join(', ')}${later(gate)}`)
  const given = [...gate.given, ...desk.ahead.filter((g) => g.gate === gate.id)]
  if (given.some((g) => g.by === d.by && g.answer === answer && !isPast(g, now)))
    return no('twice', `${d.by} has decided ${gate.id} already`)
  if ([d.notBefore, d.notAfter].some((t) => t !== undefined && !isMoment(t)))
    return no('malformed', 'notBefore and notAfter are times with a zone, such as 2026-12-02T10:00:00+09:00')
  if (d.notBefore !== undefined && d.notAfter !== undefined && Date.parse(d.notBefore) >= Date.parse(d.notAfter))
    return no('malformed', `notBefore ${d.notBefore} is not before notAfter ${d.notAfter}`)
  if (isPast(d, now)) return no('expired', `notAfter ${d.notAfter} has passed`)

  const barred = answer === 'approve' ? barredFrom(desk, gate) : []
  if (barred.includes(d.by))
    return no('excluded', `${gate.id} needs somebody other than ${[...new Set(barred)].join(', ')}`)
  if (gate.rule.typed !== undefined && isTyped(answer) && d.typed !== gate.rule.typed)
    return no('not-typed', `type "${gate.rule.typed}" to ${answer} ${gate.id}`)
  return undefined
}

/** For who comes early. */
function later(gate: Gate): string {
  const at = escalatesAt(gate)
  return at === undefined ? '' : `; ${gate.rule.escalates?.to.join(', ')} may decide too from ${at} on`
}

/** When it will be for others too, ISO; undefined: never, or it is already. */
export const escalatesAt = ({ rule, openedAt, escalatedAt }: Gate): string | undefined =>
  rule.escalates === undefined || escalatedAt !== undefined
    ? undefined
    : new Date(after(openedAt, rule.escalates.after)).toISOString()

/** Without a zone it would be another moment for each worker. */
const isMoment = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))

/** What lets something go for good: where its name must be typed, by whoever says this. */
export const isTyped = (answer: Answer): boolean => answer === 'approve' || answer === 'skip'

const barredFrom = (desk: Desk, { rule }: Gate): string[] =>
  rule.exclude.flatMap((name) => (name === 'requester' ? [desk.requester] : approvers(desk, name)))

const approvers = (desk: Desk, step: string): string[] =>
  desk.gates
    .filter((g) => stepOf(g.id) === step && g.closed?.as === 'approve')
    .flatMap((g) => g.given.filter((d) => d.answer === 'approve').map((d) => d.by))

/** For an answer that was not refused. */
export function record(desk: Desk, planned: readonly Gate[], answer: Answer, d: Decision, at: string): Desk {
  return logged(placed(desk, planned, answer, d, at), { at, message: answer, body: d, became: becomes(desk, d) })
}

/** Counted now, or kept for a gate to come. */
export const becomes = (desk: Desk, d: Decision): 'counted' | 'ahead' =>
  openGates(desk).some((g) => g.id === d.gate) ? 'counted' : 'ahead'

/** Without a line in the log. */
export function placed(desk: Desk, planned: readonly Gate[], answer: Answer, d: Decision, at: string): Desk {
  const images = planned.find((g) => g.id === d.gate)?.images
  const given: Given = { ...d, answer, at, ...(images !== undefined && { images }) }
  return becomes(desk, d) === 'counted'
    ? {
        ...desk,
        gates: desk.gates.map((g) => (g.id === d.gate && !g.closed ? { ...g, given: [...g.given, given] } : g)),
      }
    : { ...desk, ahead: [...desk.ahead, given] }
}

/**
 * Approvals given ahead for exactly this gate and these images are used now; others for the same step are void, each with
 * its reason, and so are those of people who have approved meanwhile what excludes them here.
 */
export function opened(desk: Desk, gate: Gate): Desk {
  const barred = barredFrom(desk, gate)
  const rule = ruleAt(desk, gate.rule)
  const open: Desk = { ...desk, gates: [...desk.gates, { ...gate, rule, given: [] }] }
  return desk.ahead
    .filter((g) => stepOf(g.gate) === stepOf(gate.id))
    .reduce((so, g) => {
      const because = whyUnfit(g, gate, barred)
      return because === undefined ? used(so, g) : voided(so, (it) => it === g, because, gate.openedAt)
    }, open)
}

/** From those ahead to the gate that has just been opened for it. */
const used = (desk: Desk, g: Given): Desk => ({
  ...desk,
  ahead: desk.ahead.filter((it) => it !== g),
  gates: desk.gates.map((it, n) => (n === desk.gates.length - 1 ? { ...it, given: [...it.given, g] } : it)),
})

/** Why what was approved ahead for an earlier plan does not count; digests, or their first eight. */
export const otherPlan = (was: string, is: string): string =>
  `it was for plan ${was.slice(0, 8)}, and the plan is ${is.slice(0, 8)} now`
export const OTHER_IMAGE = 'an image is another now than when it was approved'

/** Why what was approved ahead for this step does not count at this gate; undefined: it does. */
function whyUnfit(g: Given, gate: Gate, barred: readonly string[]): string | undefined {
  const [[plan, attempt], [itsPlan, itsAttempt]] = [planAndTry(gate.id), planAndTry(g.gate)]
  if (plan !== itsPlan) return otherPlan(itsPlan, plan)
  if (attempt !== itsAttempt) return `it was for try ${itsAttempt}, and this is try ${attempt}`
  if (g.images !== gate.images) return OTHER_IMAGE
  if (isPast(g, gate.openedAt)) return `its time was over at ${g.notAfter ?? ''}, before the gate opened`
  return barred.includes(g.by) ? `${g.by} has approved meanwhile what excludes them here` : undefined
}

/** With the reminders, and the deadline, of the first of its teams that has them; not to whom it is for anyway. */
function ruleAt({ deadlines = {}, reminders = {} }: Desk, planned: GateRule): GateRule {
  const [remindEvery = planned.remindEvery] = planned.teams.flatMap((team) => reminders[team] ?? [])
  const rule = { ...planned, remindEvery }
  const [escalates] = rule.escalates ? [rule.escalates] : rule.teams.flatMap((team) => deadlines[team] ?? [])
  const to = (escalates?.to ?? []).filter((team) => !rule.teams.includes(team))
  return escalates === undefined || to.length === 0 ? rule : { ...rule, escalates: { ...escalates, to } }
}

/** Its time is over: it is for others too, and that is written down. */
export function escalated(desk: Desk, id: string, at: string): Desk {
  const gate = openGates(desk).find((g) => g.id === id)
  if (gate?.rule.escalates === undefined || gate.escalatedAt !== undefined) return desk
  const { teams, escalates } = gate.rule
  const because = `${teams.join(', ')} did not answer for ${escalates.after}: ${escalates.to.join(', ')} may decide too`
  const noted = logged(desk, { at, message: ESCALATED, body: { gate: id }, became: 'counted', because })
  return { ...noted, gates: noted.gates.map((g) => (g === gate ? { ...g, escalatedAt: at } : g)) }
}

/** In the log, beside what people said. */
export const ESCALATED = 'escalated'

/** Was it said by people, and did it count? */
export const countsAsSaid = ({ message, became }: Logged): boolean =>
  message !== ESCALATED && (became === 'counted' || became === 'ahead')

/** What was approved ahead, also for a gate that is open by now, where it was to count from a later moment on. */
export function voided(desk: Desk, which: (g: Given) => boolean, because: string, at: string): Desk {
  const waits = (g: Given) => g.notBefore !== undefined && which(g)
  const open = openGates(desk).reduce((so, { id }) => takenOut(so, id, waits, because, at), desk)
  const log = desk.ahead.filter(which).map((g) => asVoid(g, because, at))
  return { ...open, ahead: desk.ahead.filter((g) => !which(g)), log: [...open.log, ...log] }
}

const asVoid = (g: Given, because: string, at: string): Logged => ({
  at,
  message: g.answer,
  body: g,
  became: 'void',
  because,
})

/** Approvals of an open gate that do not count any more. */
export function takenOut(desk: Desk, id: string, which: (g: Given) => boolean, because: string, at: string): Desk {
  const out = (g: Given) => g.answer === 'approve' && which(g)
  const gate = openGates(desk).find((g) => g.id === id)
  if (!gate?.given.some(out)) return desk
  return {
    ...desk,
    gates: desk.gates.map((g) => (g === gate ? { ...g, given: g.given.filter((d) => !out(d)) } : g)),
    log: [...desk.log, ...gate.given.filter(out).map((g) => asVoid(g, because, at))],
  }
}

/** People have done their part; what is left is for time to decide. `now`: as far as is known. */
export const waitsForTime = ({ given, rule }: Gate, now: string): boolean =>
  given.filter((d) => d.answer === 'approve' && !isPast(d, now)).length >= rule.approvals

export const closed = (desk: Desk, id: string, as: Answer | 'withdrawn', at: string): Desk => ({
  ...desk,
  gates: desk.gates.map((g) => (g.id === id && !g.closed ? { ...g, closed: { as, at } } : g)),
})

/** What was seen of both sides while it is open. */
export const compared = (desk: Desk, id: string, { differing, hazards, unseen }: BothSides): Desk => ({
  ...desk,
  gates: desk.gates.map((g) => (g.id === id && !g.closed ? { ...g, differing, hazards, unseen } : g)),
})

/** So many refusals are kept: they are anybody's to send, and the log is part of queries and results. */
const REFUSALS_KEPT = 100

export function logged(desk: Desk, entry: Logged): Desk {
  const log = [...desk.log, entry]
  const tooMany = log.filter((l) => l.became === 'refused').length > REFUSALS_KEPT
  const oldest = tooMany ? log.findIndex((l) => l.became === 'refused') : -1
  return { ...desk, log: oldest < 0 ? log : log.toSpliced(oldest, 1) }
}

/** One word against settles it; approval needs its number. */
export function outcome(gate: Gate, now: string): Answer | undefined {
  const counts = gate.given.filter((d) => !isPast(d, now) && !isEarly(d, now))
  const other = counts.find((d) => d.answer !== 'approve')
  if (other) return other.answer
  if (gate.offers.includes('approve') && counts.length >= gate.rule.approvals) return 'approve'
  // Those who have approved for later have answered.
  return isOver(gate, now) && !waitsForTime(gate, now) ? 'reject' : undefined
}

/** When time alone changes something next: the end, or an approval's window. Undefined: never. */
export function nextMoment(gate: Gate, now: string): string | undefined {
  const moments = [
    ...(gate.rule.expires && !isOver(gate, now) ? [after(gate.openedAt, gate.rule.expires)] : []),
    ...gate.given.flatMap((d) => (isEarly(d, now) ? [Date.parse(d.notBefore ?? now)] : [])),
  ]
  return moments.length === 0 ? undefined : new Date(Math.min(...moments)).toISOString()
}

const isOver = ({ rule, openedAt }: Gate, now: string): boolean =>
  rule.expires !== undefined && after(openedAt, rule.expires) <= Date.parse(now)

/** When it counts as rejected, ISO; undefined: never. */
export const expiresAt = ({ rule, openedAt }: Gate): string | undefined =>
  rule.expires === undefined ? undefined : new Date(after(openedAt, rule.expires)).toISOString()

const after = (start: string, wait: Duration) => Date.parse(start) + milliseconds(wait)
const isEarly = (d: Decision, now: string) => d.notBefore !== undefined && Date.parse(d.notBefore) > Date.parse(now)
const isPast = (d: Decision, now: string) => d.notAfter !== undefined && Date.parse(d.notAfter) < Date.parse(now)
