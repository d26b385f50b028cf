import { few } from './few.ts'
import { RULES_STEP } from './group-rules.ts'
import { TAGS_STEP } from './network-tags.ts'
import { REMOVAL_STEP, removalInWords } from './ownership.ts'
import { PROVIDER_STEP, ROLES_STEP } from './roles.ts'
import { wholeOf } from './readable.ts'
import { teamsOf, type Gate } from './gates.ts'
import type { Outcome } from './messages.ts'
import { sides, type Subject } from './plan.ts'
import { placeOf } from './findings.ts'
import { waiting, type Status, type Waiting } from './status.ts'
import type { Scope } from './platform.ts'
import type { ActionStep, StepId } from './steps.ts'
import type { ScheduledAbout } from './scheduled.ts'

/**
 * What people are told: what waits for them, what went back, what holds, and the end. All that is told of one thing has
 * the same `thing`: first that it began, then reminders, and at last that it is settled, where it has an end.
 */
export interface Notice {
  /** The same for the same message, so that a receiver can drop a repetition. */
  readonly id: string
  readonly about:
    | 'gate'
    | 'reminder'
    | 'deploy'
    | 'contested'
    | 'blind'
    | 'held'
    | 'breaches'
    | 'went-back'
    | 'settled'
    | 'ended'
    | ScheduledAbout
  readonly thing: string
  readonly platform: string
  readonly app?: string
  readonly environment?: string
  readonly workflowId: string
  readonly runId: string
  readonly at: string
  readonly title: string
  /** Whom it concerns. The platform team is told everything, so it is named only where it is asked itself. */
  readonly teams: readonly string[]
  /** Present for gates and reminders of them: what to send. */
  readonly waiting?: Waiting
  /** Who may answer and has not; absent where nobody is asked. */
  readonly missing?: readonly string[]
  /** What was seen, a line each. */
  readonly evidence?: readonly string[]
  /** The workflow in Temporal's UI: put in by the worker that sends it, where it knows. */
  readonly link?: string
}

/** Where it goes: looked up when it is written, so that a repetition goes to the same places. */
export interface Addressed {
  readonly notice: Notice
  readonly webhooks: readonly Webhook[]
}

export interface Webhook {
  readonly team: string
  readonly url: string
}

/** A place that did not take a notice, and why. */
export interface Untold {
  readonly place: string
  readonly why: string
}

/** A webhook that has ended: it took the notice, or refused it for good. */
export interface Heard {
  readonly url: string
  readonly refused?: Untold
}

export interface From {
  readonly workflowId: string
  readonly runId: string
  readonly at: string
}

const about = ({ platform, app, environment }: Subject) => ({
  platform,
  ...(app !== undefined && { app }),
  ...(environment !== undefined && { environment }),
})

/** `missing`, `evidence`: those of `Notice`. */
interface Asked {
  readonly missing?: readonly string[]
  readonly evidence?: readonly string[]
}

/**
 * `reminder`: how often they were told before; or that it is for others too from now on. `teams`: those of whom somebody
 * is late; left out: all.
 */
export const gateNotice = (
  from: From,
  subject: Subject,
  gate: Gate,
  reminder: number | 'escalated',
  { teams = teamsOf(gate), missing = [], evidence = [] }: Asked & { readonly teams?: readonly string[] } = {},
): Notice => ({
  id: `${from.runId}/${gate.id}/${reminder}`,
  about: reminder === 0 ? 'gate' : 'reminder',
  thing: gate.id,
  ...about(subject),
  ...from,
  title: reminder === 'escalated' ? `${overdue(gate)}: ${gate.title}` : gate.title,
  teams,
  waiting: waiting(gate),
  ...(missing.length > 0 && { missing }),
  ...(evidence.length > 0 && { evidence }),
})

const overdue = ({ rule: { teams, escalates } }: Gate): string =>
  `${teams.join(', ')} did not answer for ${escalates?.after ?? ''}, and ${escalates?.to.join(', ') ?? ''} may decide too`
/** A gate is decided, or nobody has to decide it any more. */
export const gateSettled = (from: From, subject: Subject, gate: Gate): Notice =>
  settled(from, subject, gate.id, teamsOf(gate), decided(gate))

function decided({ closed, given, rule }: Gate): string {
  const by = given.filter((d) => d.answer === closed?.as)
  const who = by.map((d) => (d.comment === undefined ? d.by : `${d.by}: ${d.comment}`)).join(', ')
  switch (closed?.as) {
    case undefined:
    case 'withdrawn':
      return 'withdrawn: nobody has to decide it any more'
    case 'approve':
      return `approved by ${who}`
    case 'reject':
      return who === ''
        ? `nobody answered within ${rule.expires ?? ''}, which counts as rejected`
        : `rejected by ${who}`
    default:
      return `answered with ${closed?.as} by ${who}`
  }
}

const settled = (from: From, subject: Subject, thing: string, teams: readonly string[], title: string): Notice => ({
  id: `${from.runId}/${thing}/settled`,
  about: 'settled',
  thing,
  ...about(subject),
  ...from,
  // Comments are as long as a message may be.
  title: title.length > LONGEST ? `${title.slice(0, LONGEST)}…` : title,
  teams,
})

const LONGEST = 1000

/** What only they can do, and Norikae waits for. `reminder`: how often they were told before. */
export const deployNotice = (
  from: From,
  subject: Subject,
  step: StepId,
  attempt: number,
  reminder: number,
  /** Where the plan says what is wanted. */
  words?: string,
): Notice => ({
  id: `${from.runId}/${step}/${attempt}/${reminder}`,
  about: 'deploy',
  thing: deployThing(step, attempt),
  ...about(subject),
  ...from,
  title: words ?? wanted(subject, step),
  teams: [subject.team],
})

/** What is asked of people by a step that waits for its owners; undefined: its plan does not say. */
export function wantedBy(step: ActionStep, { region, platform, green }: Scope): string | undefined {
  switch (step.action) {
    case 'awaitRemoval':
      return `${removalInWords(step.input.parts, { cluster: step.input.cluster, region })}. It is empty and idle, and Norikae waits until it is gone`
    case 'awaitRolesElsewhere':
      return `have IAM roles of other accounts let in pods of ${step.input.app} ${step.input.environment} on ${green}, as they let in those on blue: Norikae waits until they do. Which, and the statements whole: ${wholeOf(platform)}`
    default:
      return undefined
  }
}

export const deploySettled = (from: From, subject: Subject, step: StepId, attempt: number, arrived: boolean): Notice =>
  settled(
    from,
    subject,
    deployThing(step, attempt),
    [subject.team],
    arrived ? (step === REMOVAL_STEP ? 'it is gone' : 'it is there, and goes on') : ENDS,
  )

const deployThing = (step: StepId, attempt: number): string => `${step}/${attempt}`

/** Of an upgrade as a whole that is telling Argo CD of green, or letting it in. */
function wanted({ app, environment = '', platform, blue, green }: Subject, step: StepId): string {
  const told = (what: string) => `Norikae waits for it. ${what}: ${wholeOf(platform)}`
  switch (step) {
    case RULES_STEP:
      return `let ${green} in wherever security groups let ${blue} in; ${told('Which rules, as commands')}`
    case TAGS_STEP:
      return `tag subnets and security groups for ${green} as they are for ${blue}; ${told('Which, as commands')}`
    case PROVIDER_STEP:
      return `make an OIDC provider in IAM for the issuer of ${green}, as ${blue} has one; ${told('The command')}`
    case ROLES_STEP:
      return `let pods of ${green} act as IAM roles that are yours, as those of ${blue} do. Norikae waits for it. The new trust policy of each, whole: ${wholeOf(platform)} --out <folder>`
  }
  return app === undefined
    ? `register ${green} with Argo CD, as ${blue} is; Norikae waits for it`
    : `deploy ${app} ${environment} to ${green} as it is on ${blue}, and from now on to both; Norikae waits for it. What is missing: norikae where ${app}/${environment}`
}

/** Somebody else moves a route towards green, and is asked to stop. `why`: who, and what Norikae does now. */
export const contestedNotice = (from: From, subject: Subject, step: StepId, attempt: number, why: string): Notice => ({
  id: `${from.runId}/${step}/${attempt}/contested`,
  about: 'contested',
  thing: contestedThing(step, attempt),
  ...about(subject),
  ...from,
  title: why,
  teams: [subject.team],
})

/** How a contest ended: they stopped; they did not, which people are asked about by a gate; or it goes back, whatever they do. */
export type ContestEnd = 'stopped' | 'goes-on' | 'goes-back'

const contestEnds: Readonly<Record<ContestEnd, string>> = {
  stopped: 'they have stopped, and it goes on',
  'goes-on': 'they have not stopped, or nobody knows whether they have: people are asked',
  'goes-back': 'nobody waits for it any more: it goes back',
}

export const contestedSettled = (
  from: From,
  subject: Subject,
  step: StepId,
  attempt: number,
  end: ContestEnd,
): Notice => settled(from, subject, contestedThing(step, attempt), [subject.team], contestEnds[end])

const contestedThing = (step: StepId, attempt: number): string => `${step}/${attempt}/contested`

export const wentBackNotice = (from: From, subject: Subject, attempt: number, why: string): Notice => ({
  id: `${from.runId}/${subject.environment ?? ''}/back/${attempt}`,
  about: 'went-back',
  thing: `${subject.environment ?? ''}/back/${attempt}`,
  ...about(subject),
  ...from,
  title: why,
  teams: [subject.team],
})

interface Silence {
  readonly since: string
  readonly why: string
}

/** Nobody would see a breach. `n`: how often that was so before, and this time. */
export const blindNotice = (from: From, subject: Subject, n: number, silence: Silence): Notice => ({
  id: `${from.runId}/blind/${n}`,
  about: 'blind',
  thing: `blind/${n}`,
  ...about(subject),
  ...from,
  title: blindness(silence),
  teams: [subject.team],
})

/** `again`: or it ends without. */
export const blindSettled = (from: From, subject: Subject, n: number, again: boolean): Notice =>
  settled(from, subject, `blind/${n}`, [subject.team], again ? 'health is watched again' : ENDS)

const ENDS = 'nobody waits for it any more'

/** As people read it. */
export const blindness = ({ since, why }: Silence): string =>
  `health cannot be watched since ${since}: ${why}. No app gets its turn, and nothing goes back by itself, until it can`

/** Too many apps are in trouble: no other gets its turn. `n`: as of `blindNotice`. */
export const heldNotice = (from: From, subject: Subject, n: number, why: string): Notice => ({
  id: `${from.runId}/held/${n}`,
  about: 'held',
  thing: `held/${n}`,
  ...about(subject),
  ...from,
  title: `no app gets its turn: ${why}`,
  teams: [subject.team],
})

/** `again`: or it ends without. */
export const heldSettled = (from: From, subject: Subject, n: number, again: boolean): Notice =>
  settled(from, subject, `held/${n}`, [subject.team], again ? 'apps get their turns again' : ENDS)

/** Apps breach at once that have nothing to do with one another. `n`: as of `blindNotice`. `notes`: what is known of them, a line each. */
export const breachesNotice = (
  from: From,
  subject: Subject,
  n: number,
  apps: readonly string[],
  notes: readonly string[],
): Notice => ({
  id: `${from.runId}/breaches/${n}`,
  about: 'breaches',
  thing: `breaches/${n}`,
  ...about(subject),
  ...from,
  title: `${few(apps)} breach within five minutes, and none of them needs another: look at what the checks read, and at what all of them use. No more of them goes back by itself: its team is asked`,
  teams: [subject.team],
  ...(notes.length > 0 && { evidence: shortened(notes) }),
})

/** `over`: or it ends while they are still in trouble. */
export const breachesSettled = (from: From, subject: Subject, n: number, over: boolean): Notice =>
  settled(from, subject, `breaches/${n}`, [subject.team], over ? 'none of them is in trouble any more' : ENDS)

/** `figures`: what came of it, a line each. */
export const endedNotice = (from: From, subject: Subject, outcome: Outcome, figures: readonly string[]): Notice => ({
  id: `${from.runId}/ended`,
  about: 'ended',
  thing: 'ended',
  ...about(subject),
  ...from,
  title: `${subject.platform}: ${sides(subject)} ended: ${outcome}`,
  teams: [subject.team],
  evidence: figures,
})

/** A notice is read in a moment; the status has all of it. */
const LINES = 8

/** What an answer to a gate goes by: what the checks said, and what was noticed on the way. */
export function evidenceOf({ verdicts = [], noticed = [] }: Pick<Status, 'verdicts' | 'noticed'>): string[] {
  const all = [...verdicts, ...noticed.map((f) => `${f.level} ${f.code} ${placeOf(f)}: ${f.message}`)]
  return shortened(all)
}

function shortened(all: readonly string[]): string[] {
  const lines = all.map((line) => (line.length > 300 ? `${line.slice(0, 300)}…` : line))
  return lines.length <= LINES ? lines : [...lines.slice(0, LINES - 1), `… and ${lines.length - LINES + 1} more`]
}
