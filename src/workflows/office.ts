import {
  CancellationScope,
  condition,
  isCancellation,
  setCurrentDetails,
  sleep,
  workflowInfo,
} from '@temporalio/workflow'
import { milliseconds } from '../domain/duration.ts'
import {
  closed,
  compared,
  escalated,
  nextMoment,
  opened,
  openGates,
  outcome,
  teamsOf,
  type Answer,
  type Desk,
  type Gate,
} from '../domain/gates.ts'
import {
  blindness,
  blindNotice,
  deployNotice,
  endedNotice,
  gateNotice,
  wentBackNotice,
  type Notice,
} from '../domain/notices.ts'
import type { Outcome } from '../domain/messages.ts'
import type { Subject } from '../domain/plan.ts'
import type { Team } from '../domain/platform.ts'
import { spelled } from '../domain/people.ts'
import { remembered } from '../domain/remembered.ts'
import { scheduledNotice, type Scheduled } from '../domain/scheduled.ts'
import { details, statusOf, whereOf, type Status } from '../domain/status.ts'
import type { StepId } from '../domain/steps.ts'
import { question, type Silence } from './activities.ts'
import { Clock } from './clock.ts'
import type { LiveRun } from './executor.ts'
import { remember } from './memo.ts'
import { failed, problemOf, summary } from './problems.ts'
import { tag } from './search-attributes.ts'
import { under } from './under.ts'

/** Where people and the run meet: what they may say, and what is waited for. */
export interface Office {
  desk: Desk
  runs: LiveRun[]
  paused: boolean
  /** While health cannot be watched. */
  blind?: Silence | undefined
  /** Why no turns are given out although some could be. */
  held?: string | undefined
  platformTeam: string
  teams: Readonly<Record<string, Team>>
  /** The namespaces of each environment; none of an upgrade. */
  namespaces: Readonly<Record<string, readonly string[]>>
  /** Notices on their way. */
  readonly telling: Set<Promise<void>>
}

export const anOffice = (by: unknown): Office => ({
  desk: { gates: [], ahead: [], log: [], requester: typeof by === 'string' ? by : '', members: {} },
  runs: [],
  paused: false,
  platformTeam: '',
  teams: {},
  namespaces: {},
  telling: new Set(),
})

export function furnish(office: Office, platformTeam: string, teams: Readonly<Record<string, Team>>): void {
  const members = Object.fromEntries(Object.entries(teams).map(([name, team]) => [name, team.approvers]))
  // Who asked is the same person in any spelling: what they may not approve goes by it.
  const requester = spelled(Object.values(members).flat(), office.desk.requester)
  const deadlines = Object.fromEntries(
    Object.entries(teams).flatMap(([name, { deadline }]) =>
      deadline === undefined ? [] : [[name, { after: deadline, to: [platformTeam] }]],
    ),
  )
  Object.assign(office, { platformTeam, teams, desk: { ...office.desk, members, requester, deadlines } })
}

/** For what is noted; what is decided goes by a `Clock`. */
export const now = (): string => new Date().toISOString()

export const statuses = (office: Office): Status[] =>
  office.runs.map((run) => statusOf(run, office.desk, office.paused))

/** Brings what people see up to date: current details, search attributes and the memo. */
export function show(office: Office): void {
  const all = statuses(office)
  const { blind, held } = office
  const above = [...(blind ? [blindness(blind)] : []), ...(held === undefined ? [] : [`no more turns: ${held}`])]
  setCurrentDetails([...above.flatMap((what) => [`**${what}**`, '']), details(all)].join('\n'))
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
  remember(remembered(all, office.paused))
}

/** Opens the gate and waits; a cancelled wait withdraws it. */
export async function ask(office: Office, subject: Subject, gate: Gate): Promise<Answer> {
  office.desk = opened(office.desk, gate)
  tell(office, gateNotice(here(), subject, gate, 0))
  show(office)
  void lookAtImages(office, subject, gate, 0)
  const it = () => asIs(office, gate)
  /** One message at a time: the one that the deadline has come is a reminder too. */
  const reminding = async (): Promise<never> => {
    const { escalates, remindEvery } = it().rule
    let left = escalates ? milliseconds(escalates.after) : Infinity
    for (let n = 1; ; n += 1) {
      const rest = Math.min(left, milliseconds(remindEvery))
      await sleep(rest, { summary: summary(`remind of ${gate.id}`) })
      left -= rest
      if (left === 0) {
        left = Infinity
        escalate()
      } else tell(office, gateNotice(here(), subject, it(), n))
      void lookAtImages(office, subject, gate, n)
    }
  }
  const escalate = (): void => {
    office.desk = escalated(office.desk, gate.id, now())
    tell(office, gateNotice(here(), subject, it(), 'escalated'))
    show(office)
  }
  try {
    const answer = await under(reminding, () => answered(it))
    office.desk = closed(office.desk, gate.id, answer, now())
    return answer
  } catch (error) {
    if (isCancellation(error)) office.desk = closed(office.desk, gate.id, 'withdrawn', now())
    throw error
  } finally {
    show(office)
  }
}

/** As the desk has it now: whoever it is for, and what was said. */
const asIs = ({ desk }: Office, gate: Gate): Gate => desk.gates.findLast((g) => g.id === gate.id) ?? gate

/**
 * As `ask`, where it goes on by itself at a moment (ISO), so that nobody is reminded. True: somebody said before that it
 * goes on now.
 */
export async function askMeanwhile(office: Office, subject: Subject, gate: Gate, moment: string): Promise<boolean> {
  office.desk = opened(office.desk, gate)
  tell(office, gateNotice(here(), subject, gate, 0))
  show(office)
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
    show(office)
  }
}

/** Waits until people have decided, or time has. */
async function answered(it: () => Gate): Promise<Answer> {
  const clock = new Clock(it().openedAt)
  for (;;) {
    const { given } = it()
    for (const { at } of given) clock.heard(at)
    const answer = outcome(it(), clock.at)
    if (answer) return answer
    const more = () => it().given.length > given.length
    const moment = nextMoment(it(), clock.at)
    if (moment === undefined) await condition(more)
    else await clock.until(more, moment, summary(`until time decides ${it().id}`))
  }
}

/** Who decides sees what runs other images on the two sides; nobody waits for it. */
async function lookAtImages(office: Office, subject: Subject, { id }: Gate, n: number): Promise<void> {
  const differing = await imagesThatDiffer(office, subject, `${id}/images.${n}`)
  if (differing === undefined) return
  office.desk = compared(office.desk, id, differing)
  show(office)
}

/**
 * What runs other images on blue than on green, while the environment is on both. Undefined where it is not, or nobody
 * can see it now.
 */
export async function imagesThatDiffer(
  { runs, namespaces }: Office,
  subject: Subject,
  activityId: string,
): Promise<readonly string[] | undefined> {
  const { environment = '' } = subject
  const run = runs.find((r) => r.plan.subject.environment === subject.environment)
  if (!run || whereOf(run) !== 'both') return undefined
  const input = { subject, namespaces: namespaces[environment] ?? [] }
  const words = `compare the images of ${subject.app ?? ''} ${environment}`
  return question('compareImages', activityId, words, 'glance', input).catch(() => undefined)
}

export const tellToDeploy = (office: Office, subject: Subject, step: StepId, attempt: number, reminder: number): void =>
  tell(office, deployNotice(here(), subject, step, attempt, reminder))

export const tellWentBack = (office: Office, subject: Subject, attempt: number, why: string): void =>
  tell(office, wentBackNotice(here(), subject, attempt, why))

export const tellBlind = (office: Office, subject: Subject, n: number, silence: Silence): void =>
  tell(office, blindNotice(here(), subject, n, silence))

export const tellEnded = (office: Office, subject: Subject, outcome: Outcome): Promise<void> =>
  tellNow(office, endedNotice(here(), subject, outcome), 'notifyLast')

/** What a schedule says of an upgrade that is still to come, or did not go well. */
export const tellScheduled = (office: Office, what: Scheduled): void => tell(office, scheduledNotice(here(), what))

const here = () => ({ workflowId: workflowInfo().workflowId, runId: workflowInfo().firstExecutionRunId })

/** Before a workflow ends: an activity that is still on its way then is dropped. */
export const allTold = (office: Office): Promise<unknown> =>
  CancellationScope.nonCancellable(() =>
    condition(() => office.telling.size === 0, '5m', { summary: 'until the last notices are told' }),
  )

/** Nothing waits for it but the workflow's end, and it never fails what it speaks of. */
function tell(office: Office, notice: Notice): void {
  const telling = tellNow(office, notice).finally(() => office.telling.delete(telling))
  office.telling.add(telling)
}

function tellNow({ teams }: Office, notice: Notice, pace: 'notify' | 'notifyLast' = 'notify'): Promise<void> {
  const webhooks = [...new Set(notice.teams.flatMap((team) => teams[team]?.webhook ?? []))]
  const activityId = `tell/${notice.id.slice(notice.runId.length + 1)}`
  const words = `tell ${notice.teams.join(', ')}: ${notice.about}`
  // Also of what is being cancelled.
  return CancellationScope.nonCancellable(() =>
    question('notify', activityId, words, pace, { notice, webhooks }),
  ).catch(() => undefined)
}
