import { actions } from './actions.ts'
import { isOf, plannedGates } from './asking.ts'
import { imagesInWords } from './both-sides.ts'
import { costNow, type Cost } from './both-clusters.ts'
import { blockersFirst, placeOf, type Finding } from './findings.ts'
import {
  escalatesAt,
  expiresAt,
  isTyped,
  openGates,
  refusal,
  teamsOf,
  type Answer,
  type Desk,
  type Gate,
} from './gates.ts'
import { settled, type Journal, type StepRecord } from './journal.ts'
import { wayBack, type Plan, type Subject } from './plan.ts'
import type { Weight } from './platform.ts'
import { allowed, noticedBy, phaseOf, stateOf, type Allowed, type Run, type RunState } from './run.ts'
import { leaves, type LeafStep, type Step } from './steps.ts'
import type { ToProve } from './trust.ts'
import type { Where } from './where.ts'

/** One thing that is waited for; `send` is what would release it, ready to paste. */
export interface Waiting {
  readonly gate: string
  readonly what: string
  readonly since: string
  readonly who: readonly string[]
  /** Who may answer, by name; absent in notices, which go to teams. */
  readonly people?: readonly string[]
  /** Who has approved it so far; absent where nobody has. */
  readonly approvedBy?: readonly string[]
  /** Of these, who may not approve it here, and why not. */
  readonly excluded?: Readonly<Record<string, string>>
  readonly needs: string
  readonly send: readonly { readonly message: Answer; readonly body: Readonly<Record<string, string>> }[]
  /** What runs other images on blue than on green, or why that is not known; absent where nothing does, or it was not looked at. */
  readonly differing?: readonly string[]
  /** What Argo CD would do by itself to either side; absent where nothing, or it was not looked at. */
  readonly hazards?: readonly string[]
  /** When it goes on by itself, because it waits for its hours; absent where people have to answer. */
  readonly opensAt?: string
  /** The same by the clocks of its calendar. */
  readonly onTheWall?: string
  /** Who may answer too, and from when on, ISO; absent where nobody else will, or they may already. */
  readonly escalates?: { readonly to: readonly string[]; readonly at: string }
  /** What an approval begins; absent in notices, and where it is about a failure. */
  readonly opens?: Opens
}

/** What is done up to the next gate, and what would take that back: in words, and of a bounded length. */
export interface Opens {
  readonly forward: readonly string[]
  readonly back: readonly string[]
}

/** A gate that is planned and not open yet, and may be approved ahead. */
export interface ToCome {
  readonly gate: string
  readonly what: string
  readonly who: readonly string[]
  readonly people: readonly string[]
  /** Who has approved it ahead. */
  readonly approvedBy: readonly string[]
}

/** One plan as it stands: everything that a person asks, derived from plan, journal and desk. */
export interface Status {
  readonly subject: Subject
  readonly digest: string
  readonly state: RunState
  readonly phase: string
  /** Where pipelines deploy it now; absent where no pipeline is told. */
  readonly where?: Where
  /** What it is doing this moment. */
  readonly doing: readonly string[]
  readonly done: number
  readonly of: number
  /** Green's share of the traffic; absent where there is no route. */
  readonly weight?: Weight
  readonly waitingFor: readonly Waiting[]
  /** Gates that are planned and not open, which may be approved ahead; absent where there is none. */
  readonly toCome?: readonly ToCome[]
  /** Teams that must do something outside, as deploying their app; absent where none must. */
  readonly awaits?: readonly string[]
  readonly can: Allowed
  /** What going back would do now. */
  readonly wayBack: readonly string[]
  /** What the checks said, a line a window; absent where nothing was judged yet. */
  readonly verdicts?: readonly string[]
  /** What its steps noticed, of the phase it is in; absent where that is nothing. */
  readonly noticed?: readonly Finding[]
  readonly problem?: string
  /** Of an upgrade with prices: what both clusters cost a day, and since when there are both. */
  readonly cost?: Cost
}

export function statusOf(run: Run, desk: Desk, paused: boolean): Status {
  const { plan, journal } = run
  const steps = plan.phases.flatMap((p) => leaves(p.forward))
  const open = openGates(desk).filter((g) => isOf(plan, g))
  const asks = open.some((g) => g.opensAt === undefined)
  const state = stateOf(run, asks, paused)
  const weight = weightOf(plan, journal)
  const problem = problemOf(journal, steps)
  const verdicts = verdictsOf(journal, steps)
  const noticed = noticedOf(run)
  const where = whereOf(run)
  const toCome = toComeOf(run, desk)
  const cost = costNow(run)
  return {
    subject: plan.subject,
    digest: plan.digest,
    state,
    phase: phaseOf(run)?.name ?? '',
    doing: doing(plan, journal),
    done: steps.filter((s) => settled(journal, s.id)).length,
    of: steps.length,
    ...(weight !== undefined && { weight }),
    ...(where !== undefined && { where }),
    waitingFor: open.map((g) => {
      const opens = opensOf(plan, g)
      const people = [...new Set(teamsOf(g).flatMap((team) => desk.members[team] ?? []))]
      const approvedBy = g.given.flatMap((d) => (d.answer === 'approve' ? [d.by] : []))
      const excluded = people.filter((by) => isExcluded(desk, g, by)).map((by) => [by, whyExcluded(desk, g, by)])
      return {
        ...waiting(g),
        people,
        ...(approvedBy.length > 0 && { approvedBy }),
        ...(excluded.length > 0 && { excluded: Object.fromEntries(excluded) }),
        ...(opens && { opens }),
      }
    }),
    ...(toCome.length > 0 && { toCome }),
    ...awaited(plan, journal),
    can: allowed(run, state, paused),
    wayBack: plan.phases
      .toReversed()
      .flatMap((p) => leaves(wayBack(p, journal)))
      .map((s) => s.title),
    ...(verdicts.length > 0 && { verdicts }),
    ...(noticed.length > 0 && { noticed }),
    ...(problem !== undefined && { problem }),
    ...(cost && { cost }),
  }
}

/** The phases that come after the one it is in. */
export const aheadOf = (run: Run | undefined): string[] => {
  const names = run?.plan.phases.map((p) => p.name) ?? []
  const phase = run && phaseOf(run)
  return names.slice(names.indexOf(phase?.name ?? '') + 1)
}

const toComeOf = (run: Run, desk: Desk): ToCome[] =>
  plannedGates(run, '')
    // What lets something go for good is answered when it is open only.
    .filter(({ rule }) => rule.typed === undefined)
    .map(({ id, title, rule }) => ({
      gate: id,
      what: title,
      who: rule.teams,
      people: [...new Set(rule.teams.flatMap((team) => desk.members[team] ?? []))],
      approvedBy: desk.ahead.filter((g) => g.gate === id).map((g) => g.by),
    }))

/** The refusal of the desk itself, so that what is shown is what happens. */
const isExcluded = (desk: Desk, gate: Gate, by: string): boolean =>
  refusal(desk, [], 'approve', { gate: gate.id, by }, gate.openedAt)?.code === 'excluded'

const whyExcluded = ({ requester }: Desk, { rule }: Gate, by: string): string =>
  rule.exclude.includes('requester') && by === requester
    ? 'asked for the upgrade'
    : `approved ${rule.exclude.filter((name) => name !== 'requester').join(', ')}`

function opensOf({ phases }: Plan, gate: Gate): Opens | undefined {
  const all = phases.flatMap((p) => p.forward)
  const at = all.findIndex((s) => s.kind === 'gate' && gate.id.startsWith(`${s.id}@`))
  if (at < 0) return undefined
  const next = all.findIndex((s, n) => n > at && s.kind === 'gate')
  const forward = all.slice(at + 1, next < 0 ? undefined : next + 1)
  const begins = new Set(leaves(forward).map((s) => s.id))
  const back = phases
    .toReversed()
    .flatMap((p) => p.back)
    .filter((step) => leaves([step]).some((s) => s.undoes?.some((id) => begins.has(id))))
  return { forward: inWords(forward), back: inWords(back) }
}

/** A status is one payload, and a gate is read by a person. */
const LINES = 60

/** Each step by its title; where they are too many, what goes side by side by the title of all of it. */
function inWords(steps: readonly Step[]): string[] {
  const titles = (some: readonly Step[]) => [...new Set(some.map(titled))]
  const each = titles(leaves(steps))
  const lines = each.length <= LINES ? each : titles(steps)
  const more = lines.length - LINES
  return more > 0 ? [...lines.slice(0, LINES - 1), `… and ${more + 1} more`] : lines
}

function titled(step: Step): string {
  if (step.kind === 'group') return `${step.title} (${leaves([step]).length} steps)`
  return step.kind === 'gate' ? `ask ${step.gate.teams.join(', ')}: ${step.title}` : step.title
}

/** Of one environment all; of an upgrade that tries hundreds those that stop it first, and the report has the rest. */
const NOTICED = 50

function noticedOf(run: Run): Finding[] {
  const phase = phaseOf(run)
  const all = noticedBy(phase === undefined ? [] : [phase], run.journal)
  return blockersFirst(all).slice(0, NOTICED)
}

const LONGEST_VERDICT = 300

const verdictsOf = ({ steps }: Journal, forward: readonly LeafStep[]): string[] =>
  forward.flatMap(({ kind, id, title }) => {
    const record = steps[id]
    const said = record?.receipt?.note ?? record?.problem?.message
    return kind === 'observe' && said !== undefined ? [`${title}: ${said}`.slice(0, LONGEST_VERDICT)] : []
  })

const doing = ({ phases }: Plan, journal: Journal): string[] =>
  phases
    .flatMap((p) => leaves([...p.forward, ...p.back, ...p.commit]))
    .filter((s) => s.kind !== 'gate' && journal.steps[s.id]?.state === 'running')
    .map((s) => s.title)

const awaited = ({ phases, subject }: Plan, { steps }: Journal): Pick<Status, 'awaits'> =>
  phases
    .flatMap((p) => leaves(p.forward))
    .some((s) => s.kind === 'action' && actions[s.action].byOthers && steps[s.id]?.state === 'running')
    ? { awaits: [subject.team] }
    : {}

/** The lowest share over all routes: what was written last and read back. */
function weightOf({ phases }: Plan, journal: Journal): Weight | undefined {
  const writes = phases.flatMap((p) => leaves([...p.forward, ...p.back])).filter(isWeight)
  if (writes.length === 0) return undefined
  const routes = [...new Set(writes.map((s) => s.input.route.name))]
  return Math.min(
    ...routes.map((name) => {
      const done = lastDone(
        writes.filter((s) => s.input.route.name === name),
        journal,
      )
      return done?.input.to ?? 0
    }),
  )
}

function lastDone<S extends LeafStep>(some: readonly S[], { steps }: Journal): S | undefined {
  return some
    .filter((s) => steps[s.id]?.state === 'done')
    .toSorted((a, b) => Date.parse(steps[a.id]?.endedAt ?? '') - Date.parse(steps[b.id]?.endedAt ?? ''))
    .at(-1)
}

/** Where pipelines were told last to deploy it: blue, where nobody was, or it was taken back. Undefined: nobody ever is. */
export function whereOf({ plan, journal }: Pick<Run, 'plan' | 'journal'>): Where | undefined {
  const published = plan.phases
    .flatMap((p) => leaves([...p.forward, ...p.back, ...p.commit]))
    .flatMap((s) => (s.kind === 'action' && s.action === 'publishWhere' ? [s] : []))
  return published.length === 0 ? undefined : (lastDone(published, journal)?.input.at ?? 'blue')
}

const isWeight = (step: LeafStep): step is LeafStep & { kind: 'action'; action: 'setWeight' } =>
  step.kind === 'action' && step.action === 'setWeight'

/** What went wrong last, while it still matters: until it was done after all, or, on blue, until it moves again. */
function problemOf({ steps, archive }: Journal, forward: readonly LeafStep[]): string | undefined {
  const onBlue = !forward.some((s) => steps[s.id] !== undefined && steps[s.id]?.state !== 'stopped')
  const failed = Object.values(steps).filter((r) => r.state === 'failed')
  const past = onBlue ? archive.filter((r) => r.problem !== undefined) : []
  return (latest(failed) ?? latest(past))?.problem?.message
}

const latest = (records: readonly StepRecord[]): StepRecord | undefined =>
  records.toSorted((a, b) => Date.parse(a.endedAt ?? a.startedAt) - Date.parse(b.endedAt ?? b.startedAt)).at(-1)

export function waiting(g: Gate): Waiting {
  const [differing, hazards] = [imagesInWords(g), g.hazards ?? []]
  return {
    ...whenElse(g),
    gate: g.id,
    what: g.title,
    since: g.openedAt,
    who: teamsOf(g),
    needs: `${g.given.filter((d) => d.answer === 'approve').length} of ${g.rule.approvals}: ${g.offers.join(' or ')}${countsLater(g)}${ends(g)}`,
    ...(differing.length > 0 && { differing }),
    ...(hazards.length > 0 && { hazards }),
    send: g.offers.map((message) => ({
      message,
      body: {
        gate: g.id,
        by: '<you>',
        ...(isTyped(message) && g.rule.typed !== undefined && { typed: '<its name>' }),
      },
    })),
  }
}

const ends = (gate: Gate): string => {
  const at = expiresAt(gate)
  return at === undefined ? '' : `; unanswered it counts as rejected at ${at}`
}

/** What is approved and stands still all the same. */
const countsLater = ({ given }: Pick<Gate, 'given'>): string =>
  given.map((d) => (d.notBefore === undefined ? '' : `; ${d.by}'s counts from ${d.notBefore}`)).join('')

function whenElse(gate: Gate): Pick<Waiting, 'opensAt' | 'onTheWall' | 'escalates'> {
  const at = escalatesAt(gate)
  return {
    ...(gate.opensAt !== undefined && { opensAt: gate.opensAt }),
    ...(gate.onTheWall !== undefined && { onTheWall: gate.onTheWall }),
    ...(at !== undefined && { escalates: { to: gate.rule.escalates?.to ?? [], at } }),
  }
}

/** Where people say something, and how they prove it. */
export interface Listening {
  readonly workflowId: string
  readonly proves?: ToProve
}

/**
 * A summary for the Temporal UI, in Markdown that every version of it draws: what is, what is waited for, what to send.
 * Lists are flat, after an empty line: UI 2.54 takes no other start of a list for one, and runs nested points together
 * (measured).
 */
export const details = (all: readonly Status[], at?: Listening): string =>
  all
    .flatMap((s) => [
      `**${titleOf(s.subject)}**: ${s.state}${s.weight === undefined ? '' : `, ${s.weight} % on green`}, ${s.phase}, step ${s.done} of ${s.of}`,
      '',
      ...s.doing.map(
        (what) => `- now: ${what}${s.awaits === undefined ? '' : ` (waiting for ${s.awaits.join(', ')})`}`,
      ),
      ...noticedLines(s.noticed ?? []),
      ...s.waitingFor.flatMap((w) => [
        w.opensAt === undefined
          ? `- **waiting for ${w.who.join(', ')}** since ${w.since}: ${w.what} (${w.needs})${orElse(w)}${byWhom(w)}`
          : `- **waiting until ${w.opensAt}**: ${w.what} (${w.who.join(' or ')})`,
        ...(w.differing ?? []).map((what) => `- **other images:** ${what}`),
        ...(w.hazards ?? []).map((what) => `- **Argo CD:** ${what}`),
        ...w.send.map(
          (m) =>
            `- to ${m.message}, send ${at?.proves ? toSign(m.message, w.gate, s.digest, { ...at, proves: at.proves }) : `\`${m.message}\` \`${JSON.stringify(m.body)}\``}`,
        ),
      ]),
      '',
    ])
    .join('\n')
    .trim()

const orElse = ({ escalates }: Waiting): string =>
  escalates === undefined ? '' : `; ${escalates.to.join(', ')} may answer too from ${escalates.at} on`

const NAMED = 4

/** Whose name may stand in it: in a place where nobody is signed in, the reader has to know. */
function byWhom({ people = [], excluded = {} }: Waiting): string {
  const may = people.filter((name) => excluded[name] === undefined)
  const more = may.length - NAMED
  if (may.length === 0) return ''
  return `; by ${may.slice(0, NAMED).join(' or ')}${more > 0 ? ` or ${more} more` : ''}`
}

/** A body without proof would be refused: this makes the one to paste, where the key or the token is. */
const toSign = (message: Answer, gate: string, digest: string, { workflowId, proves }: Required<Listening>): string =>
  `\`${message}\` with what this prints: \`norikae sign ${message} --workflow ${workflowId} --run ${proves.run} --plan ${digest} --gate ${gate}${proves.audience === undefined ? '' : ` --audience ${proves.audience}`}\``

const NOTICED_LINES = 10

const noticedLines = (all: readonly Finding[]): string[] => [
  ...all.slice(0, NOTICED_LINES).map((f) => `- ${f.level} \`${f.code}\` ${placeOf(f)}: ${f.message} → ${f.remedy}`),
  ...(all.length > NOTICED_LINES ? [`- … and ${all.length - NOTICED_LINES} more`] : []),
]

const titleOf = ({ platform, app, environment, blue, green }: Subject): string =>
  app === undefined ? `${platform}: ${blue} → ${green}` : `${app} ${environment}`
