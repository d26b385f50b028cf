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
  nextMoment,
  opened,
  openGates,
  outcome,
  voided,
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
import type { Platform, Team } from '../domain/platform.ts'
import { spelled } from '../domain/people.ts'
import { details, statusOf, whereOf, type Status } from '../domain/status.ts'
import type { StepId } from '../domain/steps.ts'
import { toProve, type ToProve, type Trust } from '../domain/trust.ts'
import { question, type Silence } from './activities.ts'
import { Clock } from './clock.ts'
import type { LiveRun } from './executor.ts'
import { summary } from './problems.ts'
import { tag } from './search-attributes.ts'
import { under } from './under.ts'

/** Where people and the run meet: what they may say, and what is waited for. */
export interface Office {
  desk: Desk
  runs: LiveRun[]
  paused: boolean
  /** While health cannot be watched. */
  blind?: Silence | undefined
  platformTeam: string
  teams: Readonly<Record<string, Team>>
  /** How people prove who they are; undefined where names are believed, and before anything is known. */
  trust?: Trust | undefined
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

/** What a workflow must know before people may say anything to it. */
export function furnish(
  office: Office,
  { platformTeam, teams, trust }: Pick<Platform, 'platformTeam' | 'teams' | 'trust'>,
): void {
  const members = Object.fromEntries(Object.entries(teams).map(([name, team]) => [name, team.approvers]))
  // Who asked is the same person in any spelling: what they may not approve goes by it.
  const requester = spelled(Object.values(members).flat(), office.desk.requester)
  Object.assign(office, { platformTeam, teams, trust, desk: { ...office.desk, members, requester } })
}

/** For what is noted; what is decided goes by a `Clock`. */
export const now = (): string => new Date().toISOString()

export const statuses = (office: Office): Status[] =>
  office.runs.map((run) => statusOf(run, office.desk, office.paused))

/** Brings what people see up to date: current details and search attributes. */
export function show(office: Office): void {
  const all = statuses(office)
  const text = details(all, { ...here(), ...proves(office) })
  setCurrentDetails([...(office.blind ? [`**${blindness(office.blind)}**`, ''] : []), text].join('\n'))
  tag({
    phase: [
      ...new Set(
        all.map((s) => (s.subject.environment === undefined ? s.phase : `${s.subject.environment}: ${s.state}`)),
      ),
    ],
    waitingFor: [
      ...new Set([...openGates(office.desk).flatMap((g) => g.rule.teams), ...all.flatMap(({ awaits = [] }) => awaits)]),
    ].toSorted(),
  })
}

/** Opens the gate and waits; a cancelled wait withdraws it. */
export async function ask(office: Office, subject: Subject, gate: Gate): Promise<Answer> {
  office.desk = opened(office.desk, gate)
  tell(office, gateNotice(here(), subject, gate, 0))
  show(office)
  void lookAtImages(office, subject, gate, 0)
  const it = () => office.desk.gates.findLast((g) => g.id === gate.id) ?? gate
  const reminding = async (): Promise<never> => {
    for (let n = 1; ; n += 1) {
      await sleep(milliseconds(gate.rule.remindEvery), { summary: summary(`remind of ${gate.id}`) })
      tell(office, gateNotice(here(), subject, it(), n))
      void lookAtImages(office, subject, gate, n)
    }
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

/** What people must know to prove what they say here. */
export const proves = ({ trust }: Office): { readonly proves?: ToProve } =>
  trust === undefined ? {} : { proves: toProve(trust, here().runId) }

/** A check said no, or nothing: what was approved ahead was approved before that was known. */
export function mistrust(office: Office, what: string): void {
  office.desk = voided(office.desk, () => true, what, now())
}

export const here = () => ({ workflowId: workflowInfo().workflowId, runId: workflowInfo().firstExecutionRunId })

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
