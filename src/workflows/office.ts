import { condition, isCancellation, setCurrentDetails, sleep, workflowInfo } from '@temporalio/workflow'
import { milliseconds } from '../domain/duration.ts'
import {
  closed,
  compared,
  escalated,
  nextMoment,
  opened,
  openGates,
  outcome,
  takenOut,
  teamsOf,
  voided,
  waitsForTime,
  type Answer,
  type Desk,
  type Gate,
} from '../domain/gates.ts'
import { headline } from '../domain/chat-message.ts'
import {
  blindness,
  blindNotice,
  blindSettled,
  contestedNotice,
  contestedSettled,
  type ContestEnd,
  deployNotice,
  deploySettled,
  endedNotice,
  evidenceOf,
  breachesNotice,
  breachesSettled,
  gateNotice,
  gateSettled,
  heldNotice,
  heldSettled,
  wantedBy,
  wentBackNotice,
  type From,
  type Untold,
} from '../domain/notices.ts'
import type { Outcome } from '../domain/messages.ts'
import type { Subject } from '../domain/plan.ts'
import type { ByArgo } from '../domain/argocd.ts'
import { newlyUnlike, type BothSides } from '../domain/both-sides.ts'
import type { Platform, Team, WorkloadRef } from '../domain/platform.ts'
import { spelled } from '../domain/people.ts'
import { remembered } from '../domain/remembered.ts'
import { late } from '../domain/reminding.ts'
import { scheduledNotice, type Scheduled } from '../domain/scheduled.ts'
import { details, statusOf, whereOf, type Status } from '../domain/status.ts'
import type { ActionStep, StepId } from '../domain/steps.ts'
import { toProve, type ToProve, type Trust } from '../domain/trust.ts'
import { question, type Silence } from './activities.ts'
import { Clock } from './clock.ts'
import type { LiveRun } from './executor.ts'
import { remember } from './memo.ts'
import { failed, problemOf, summary, wasStopped } from './problems.ts'
import { tag } from './search-attributes.ts'
import { teller, type Teller } from './teller.ts'
import { under } from './under.ts'

/** Where people and the run meet: what they may say, and what is waited for. */
export interface Office {
  desk: Desk
  runs: LiveRun[]
  paused: boolean
  /** The digest of the plan that a replan brought; for who asks while no worker answers. */
  replanned?: string
  /** While health cannot be watched. */
  blind?: Silence | undefined
  /** Why no turns are given out although some could be. */
  held?: string | undefined
  platformTeam: string
  teams: Readonly<Record<string, Team>>
  /** How people prove who they are; undefined where names are believed, and before anything is known. */
  trust?: Trust | undefined
  /** The namespaces of each environment; none of an upgrade. */
  namespaces: Readonly<Record<string, readonly string[]>>
  /** What Argo CD deploys of them, and what sleeps there. */
  argocd: Readonly<Record<string, ByArgo & { readonly asleep: readonly WorkloadRef[] }>>
  readonly teller: Teller
}

/** `changed`: shows anew what people see. */
export function anOffice(by: unknown, changed: (office: Office) => void = show): Office {
  const { workflowId, firstExecutionRunId: runId } = workflowInfo()
  const office: Office = {
    desk: { gates: [], ahead: [], log: [], requester: typeof by === 'string' ? by : '', members: {} },
    runs: [],
    paused: false,
    platformTeam: '',
    teams: {},
    namespaces: {},
    argocd: {},
    teller: teller({
      workflowId,
      runId,
      platformTeam: () => office.platformTeam,
      teams: () => office.teams,
      headline: () => headline(statuses(office)),
      changed: () => changed(office),
    }),
  }
  return office
}

/** What a workflow must know before people may say anything to it. */
export function furnish(
  office: Office,
  { platformTeam, teams, trust }: Pick<Platform, 'platformTeam' | 'teams'> & { readonly trust?: Trust | undefined },
): void {
  const members = Object.fromEntries(Object.entries(teams).map(([name, team]) => [name, team.approvers]))
  // Who asked is the same person in any spelling: what they may not approve goes by it.
  const requester = spelled(Object.values(members).flat(), office.desk.requester)
  const deadlines = Object.fromEntries(
    Object.entries(teams).flatMap(([name, { deadline, escalatesTo = platformTeam }]) =>
      deadline === undefined ? [] : [[name, { after: deadline, to: [escalatesTo] }]],
    ),
  )
  const reminders = Object.fromEntries(
    Object.entries(teams).flatMap(([name, { remindEvery }]) =>
      remindEvery === undefined ? [] : [[name, remindEvery]],
    ),
  )
  Object.assign(office, {
    platformTeam,
    teams,
    trust,
    desk: { ...office.desk, members, requester, deadlines, reminders },
  })
}

/** For what is noted; what is decided goes by a `Clock`. */
export const now = (): string => new Date().toISOString()

export const statuses = (office: Office): Status[] =>
  office.runs.map((run) => statusOf(run, office.desk, office.paused))

/** Who was not told, for a status; absent where everybody was. */
export function untoldOf({ teller }: Office): { readonly untold?: readonly Untold[] } {
  const untold = teller.untold()
  return untold.length > 0 ? { untold } : {}
}

/** In current details. */
export const untoldInWords = ({ teller }: Office): string[] =>
  teller.untold().map(({ place, why }) => `**${place} was not told:** ${why}`)

/** Brings what people see up to date: current details and search attributes. */
export function show(office: Office): void {
  const all = statuses(office)
  const { blind, held } = office
  const above = [
    ...(blind ? [`**${blindness(blind)}**`] : []),
    ...(held === undefined ? [] : [`**no more turns: ${held}**`]),
    ...untoldInWords(office),
  ]
  const text = details(all, { ...here(), ...proves(office) })
  setCurrentDetails([...above.flatMap((line) => [line, '']), text].join('\n'))
  tag({
    phase: [
      ...new Set(
        all.map((s) => (s.subject.environment === undefined ? s.phase : `${s.subject.environment}: ${s.state}`)),
      ),
    ],
    waitingFor: [
      ...new Set([
        ...openGates(office.desk).flatMap((g) => (g.opensAt === undefined ? teamsOf(g) : [])),
        ...all.flatMap(({ awaits = [] }) => awaits),
      ]),
    ].toSorted(),
  })
  office.teller.refresh()
}

/**
 * Leaves the open gates with Temporal. Only when one opens or closes, and with a pause: an answer must not be a command
 * of its own, because a replay may hear it before the gate is open (docs/adr/0019-time-decides-by-timers.md).
 */
export const keep = (office: Office): void => remember(remembered(statuses(office), office.paused, office.replanned))

/** What `pause` and `resume` do, whichever workflow hears them. */
export const resting = (office: Office): Readonly<Record<'pause' | 'resume', () => void>> => ({
  pause: () => {
    office.paused = true
    keep(office)
  },
  resume: () => {
    office.paused = false
    keep(office)
  },
})

/**
 * Opens the gate and waits; a cancelled wait withdraws it. The commands are the same whether an approval came before the
 * gate was open or right after: a query on a new worker may open it before the task does in which both are.
 */
export async function ask(office: Office, subject: Subject, gate: Gate): Promise<Answer> {
  office.desk = opened(office.desk, gate)
  const it = () => asIs(office, gate)
  tellOfGate(office, subject, it(), 0, 0)
  show(office)
  keep(office)
  const looked = lookAtImages(office, subject, gate, 0)
  /** One message at a time: the one that the deadline has come is a reminder too. */
  const reminding = async (): Promise<never> => {
    const { escalates, remindEvery } = it().rule
    let left = escalates ? milliseconds(escalates.after) : Infinity
    let waited = 0
    for (let n = 1; ; n += 1) {
      const rest = Math.min(left, milliseconds(remindEvery))
      await sleep(rest, { summary: summary(`remind of ${gate.id}`) })
      left -= rest
      waited += rest
      const isDue = left === 0
      if (isDue) left = waitsForTime(it(), after(gate, waited)) ? milliseconds(remindEvery) : Infinity
      if (isDue && left === Infinity) {
        office.desk = escalated(office.desk, gate.id, now())
        tellOfGate(office, subject, it(), 'escalated', waited)
        show(office)
      } else tellOfGate(office, subject, it(), n, waited)
      void lookAtImages(office, subject, gate, n)
    }
  }
  try {
    const answer = await under(reminding, async () => {
      // Nobody decides without what is seen of the images.
      await looked
      return answered(it)
    })
    office.desk = closed(office.desk, gate.id, answer, now())
    return answer
  } catch (error) {
    if (isCancellation(error)) office.desk = closed(office.desk, gate.id, 'withdrawn', now())
    throw error
  } finally {
    office.teller.tell(gateSettled(here(), subject, it()))
    show(office)
    keep(office)
  }
}

/** By the timers that have fired, and not by the clock; `waited` in milliseconds. */
const after = ({ openedAt }: Gate, waited: number): string => new Date(Date.parse(openedAt) + waited).toISOString()

/** As the desk has it now: whoever it is for, and what was said. */
const asIs = ({ desk }: Office, gate: Gate): Gate => desk.gates.findLast((g) => g.id === gate.id) ?? gate

/**
 * As `ask`, where it goes on by itself at a moment (ISO), so that nobody is reminded. True: somebody said before that it
 * goes on now.
 */
export async function askMeanwhile(office: Office, subject: Subject, gate: Gate, moment: string): Promise<boolean> {
  office.desk = opened(office.desk, gate)
  office.teller.tell(gateNotice(here(), subject, gate, 0))
  show(office)
  keep(office)
  let said: Answer | undefined
  const comes = async (): Promise<never> => {
    await new Clock(gate.openedAt).until(() => false, moment, summary(gate.title))
    throw failed('Opened', 'its hours have come')
  }
  try {
    said = await under(comes, () => answered(() => asIs(office, gate)))
    return true
  } catch (error) {
    if (isCancellation(error) || problemOf(error).type !== 'Opened') throw error
    return false
  } finally {
    office.desk = closed(office.desk, gate.id, said ?? 'withdrawn', now())
    office.teller.tell(gateSettled(here(), subject, asIs(office, gate)))
    show(office)
    keep(office)
  }
}

/**
 * Those who have answered are not reminded, and nobody is of what only time has to decide. `waited`: milliseconds since it
 * was opened, by the timers that have fired and not by the clock.
 */
function tellOfGate(
  { desk, runs, paused, teller }: Office,
  subject: Subject,
  gate: Gate,
  reminder: number | 'escalated',
  waited: number,
): void {
  const at = after(gate, waited)
  const { teams, people } = late(desk, gate, at)
  if (reminder !== 0 && (people.length === 0 || waitsForTime(gate, at))) return
  const run = runs.find((r) => r.plan.subject.environment === subject.environment)
  const evidence = run === undefined ? [] : evidenceOf(statusOf(run, desk, paused))
  const asked = reminder === 0 ? { missing: people, evidence } : { missing: people, evidence, teams }
  teller.tell(gateNotice(here(), subject, gate, reminder, asked))
}

/** Waits until people have decided, or time has. */
async function answered(it: () => Gate): Promise<Answer> {
  const clock = new Clock(it().openedAt)
  for (;;) {
    const { given } = it()
    for (const { at } of given) clock.heard(at)
    const answer = outcome(it(), clock.at)
    if (answer) return answer
    // Also one that was withdrawn.
    const more = () => it().given !== given
    const moment = nextMoment(it(), clock.at)
    if (moment === undefined) await condition(more)
    else await clock.until(more, moment, summary(`until time decides ${it().id}`))
  }
}

/** Who decides sees what runs other images on the two sides, and what Argo CD would do to them by itself. */
async function lookAtImages(office: Office, subject: Subject, gate: Gate, n: number): Promise<void> {
  const seen = await bothSides(office, subject, `${gate.id}/images.${n}`)
  if (seen === undefined) return
  // What was approved until then was approved for both sides as they were before.
  const because = newlyUnlike(asIs(office, gate), seen)
  office.desk = compared(office.desk, gate.id, seen)
  if (because !== '') office.desk = takenOut(office.desk, gate.id, () => true, because, now())
  show(office)
}

/** What is seen of both sides while the environment is on both, or why nobody sees it. Undefined where it is not on both, or nobody waits for it any more. */
export async function bothSides(
  { runs, namespaces, argocd }: Office,
  subject: Subject,
  activityId: string,
): Promise<BothSides | undefined> {
  const { environment = '' } = subject
  const run = runs.find((r) => r.plan.subject.environment === subject.environment)
  if (!run || whereOf(run) !== 'both') return undefined
  const byArgo = argocd[environment]
  const input = { subject, namespaces: namespaces[environment] ?? [], ...(byArgo && { argocd: byArgo }) }
  const words = `compare the images of ${subject.app ?? ''} ${environment}`
  return question('compareImages', activityId, words, 'glance', input).catch((error: unknown) =>
    wasStopped(error) ? undefined : { differing: [], hazards: [], unseen: problemOf(error).message },
  )
}

export const tellToDeploy = (
  office: Office,
  subject: Subject,
  step: ActionStep,
  attempt: number,
  reminder: number,
): void => office.teller.tell(deployNotice(here(), subject, step.id, attempt, reminder, wantedBy(step, subject)))

/** `arrived`: or nobody waits for it any more. */
export const tellDeployed = (office: Office, subject: Subject, step: StepId, attempt: number, arrived: boolean): void =>
  office.teller.tell(deploySettled(here(), subject, step, attempt, arrived))

/** `why`: who moved it, and what Norikae does now. */
export const tellContested = (office: Office, subject: Subject, step: StepId, attempt: number, why: string): void =>
  office.teller.tell(contestedNotice(here(), subject, step, attempt, why))

export const tellUncontested = (
  office: Office,
  subject: Subject,
  step: StepId,
  attempt: number,
  end: ContestEnd,
): void => office.teller.tell(contestedSettled(here(), subject, step, attempt, end))

export const tellWentBack = (office: Office, subject: Subject, attempt: number, why: string): void =>
  office.teller.tell(wentBackNotice(here(), subject, attempt, why))

export const tellBlind = (office: Office, subject: Subject, n: number, silence: Silence): void =>
  office.teller.tell(blindNotice(here(), subject, n, silence))

/** `again`: health is watched again, or it ends without. */
export const tellSeeing = (office: Office, subject: Subject, n: number, again: boolean): void =>
  office.teller.tell(blindSettled(here(), subject, n, again))

/** What a schedule says of an upgrade that is still to come, or did not go well. */
export const tellScheduled = (office: Office, what: Scheduled): void =>
  office.teller.tell(scheduledNotice(here(), what))

/** What people must know to prove what they say here. */
export const proves = ({ trust }: Office): { readonly proves?: ToProve } =>
  trust === undefined ? {} : { proves: toProve(trust, here().runId) }

/** A check said no, or nothing: what was approved ahead was approved before that was known. */
export function mistrust(office: Office, what: string): void {
  office.desk = voided(office.desk, () => true, what, now())
}

export const tellHeld = (office: Office, subject: Subject, n: number, why: string): void =>
  office.teller.tell(heldNotice(here(), subject, n, why))

/** `again`: turns are given again, or it ends without. */
export const tellFreed = (office: Office, subject: Subject, n: number, again: boolean): void =>
  office.teller.tell(heldSettled(here(), subject, n, again))

export const tellBreaches = (
  office: Office,
  subject: Subject,
  n: number,
  apps: readonly string[],
  notes: readonly string[],
): void => office.teller.tell(breachesNotice(here(), subject, n, apps, notes))

/** `over`: or it ends while they are still in trouble. */
export const tellCalm = (office: Office, subject: Subject, n: number, over: boolean): void =>
  office.teller.tell(breachesSettled(here(), subject, n, over))

export const tellEnded = (office: Office, subject: Subject, outcome: Outcome, figures: readonly string[]): void =>
  office.teller.tell(endedNotice(here(), subject, outcome, figures))

export const here = (): From => ({
  workflowId: workflowInfo().workflowId,
  runId: workflowInfo().firstExecutionRunId,
  at: now(),
})
