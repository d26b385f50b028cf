import { teamsOf, type Gate } from './gates.ts'
import type { Outcome } from './messages.ts'
import type { Subject } from './plan.ts'
import { waiting, type Waiting } from './status.ts'
import type { StepId } from './steps.ts'
import type { ScheduledAbout } from './scheduled.ts'

/** What people are told, once each: a gate or a deployment that waits for them, a way back, the end. */
export interface Notice {
  /** The same for the same message, so that a receiver can drop a repetition. */
  readonly id: string
  readonly about: 'gate' | 'reminder' | 'deploy' | 'blind' | 'went-back' | 'ended' | ScheduledAbout
  readonly platform: string
  readonly app?: string
  readonly environment?: string
  readonly workflowId: string
  readonly runId: string
  readonly title: string
  readonly teams: readonly string[]
  /** Present for gates and reminders: what to send. */
  readonly waiting?: Waiting
}

/** Whom it concerns: where their webhooks are is looked up when the notice is written. */
export interface Addressed {
  readonly notice: Notice
  readonly webhooks: readonly string[]
}

interface From {
  readonly workflowId: string
  readonly runId: string
}

const about = ({ platform, app, environment }: Subject) => ({
  platform,
  ...(app !== undefined && { app }),
  ...(environment !== undefined && { environment }),
})

/** `reminder`: how often it was told before; or that it is for others too from now on. */
export const gateNotice = (from: From, subject: Subject, gate: Gate, reminder: number | 'escalated'): Notice => ({
  id: `${from.runId}/${gate.id}/${reminder}`,
  about: reminder === 0 ? 'gate' : 'reminder',
  ...about(subject),
  ...from,
  title: reminder === 'escalated' ? `${overdue(gate)}: ${gate.title}` : gate.title,
  teams: teamsOf(gate),
  waiting: waiting(gate),
})

const overdue = ({ rule: { teams, escalates } }: Gate): string =>
  `${teams.join(', ')} did not answer for ${escalates?.after ?? ''}, and ${escalates?.to.join(', ') ?? ''} may decide too`

/** What only they can do, and Norikae waits for. `reminder`: how often they were told before. */
export const deployNotice = (
  from: From,
  subject: Subject,
  step: StepId,
  attempt: number,
  reminder: number,
): Notice => ({
  id: `${from.runId}/${step}/${attempt}/${reminder}`,
  about: 'deploy',
  ...about(subject),
  ...from,
  title: wanted(subject),
  teams: [subject.team],
})

/** Of an upgrade as a whole that is telling Argo CD of green. */
const wanted = ({ app, environment = '', blue, green }: Subject): string =>
  app === undefined
    ? `register ${green} with Argo CD, as ${blue} is; Norikae waits for it`
    : `deploy ${app} ${environment} to ${green} as it is on ${blue}, and from now on to both; Norikae waits for it. What is missing: norikae where ${app}/${environment}`

export const wentBackNotice = (from: From, subject: Subject, attempt: number, why: string): Notice => ({
  id: `${from.runId}/${subject.environment ?? ''}/back/${attempt}`,
  about: 'went-back',
  ...about(subject),
  ...from,
  title: why,
  teams: [subject.team],
})

/** Nobody would see a breach. `n`: how often that was so before, and this time. */
export const blindNotice = (
  from: From,
  subject: Subject,
  n: number,
  silence: { readonly since: string; readonly why: string },
): Notice => ({
  id: `${from.runId}/blind/${n}`,
  about: 'blind',
  ...about(subject),
  ...from,
  title: blindness(silence),
  teams: [subject.team],
})

/** As people read it. */
export const blindness = ({ since, why }: { readonly since: string; readonly why: string }): string =>
  `health cannot be watched since ${since}: ${why}. No app gets its turn, and nothing goes back by itself, until it can`

export const endedNotice = (from: From, subject: Subject, outcome: Outcome): Notice => ({
  id: `${from.runId}/ended`,
  about: 'ended',
  ...about(subject),
  ...from,
  title: `${subject.platform}: ${subject.blue} → ${subject.green} ended: ${outcome}`,
  teams: [subject.team],
})
