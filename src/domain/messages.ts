import { no, type Answer, type Decision, type Logged, type Refusal } from './gates.ts'
import type { Finding } from './findings.ts'
import type { Untold } from './notices.ts'
import { isPoint, type Point, type Waits } from './meetings.ts'
import type { Pause } from './pausing.ts'
import type { App, Platform } from './platform.ts'
import type { Replan } from './replanning.ts'
import type { Report } from './report.ts'
import type { Status } from './status.ts'
import type { ToProve } from './trust.ts'
import type { Standings, Turn } from './turns.ts'

export const TASK_QUEUE = 'norikae'
export const upgradeId = (platform: string): string => `cluster-upgrade/${platform}`
export const cutoverId = (platform: string, app: string): string => `${upgradeId(platform)}/app/${app}`
/** The platform of an upgrade, or of one of its apps, by its workflow's id. */
export const platformIn = (workflowId: string): string =>
  workflowId.startsWith(upgradeId('')) ? (workflowId.slice(upgradeId('').length).split('/')[0] ?? '') : workflowId

/** What starts `clusterUpgrade` and `upgradePlan`. `file`: the platform file's text; else the worker reads its own. */
export interface UpgradeRequest {
  readonly platform: string
  readonly to: string
  readonly by: string
  readonly file?: string
  /** What proves who starts it, where the platform file wants that. */
  readonly proof?: string
}

/** One app's journey: everything that its planner needs, because it may outlive its upgrade. */
export interface CutoverRequest {
  readonly platform: CutoverPlatform
  readonly app: App
  readonly by: string
  /** Apps whose trouble may well be this one's too: what it depends on, moves with, and what says so of it. */
  readonly related?: readonly string[]
  /** Whose it is what is made: the run of its first cutover in this upgrade, where this is a later one. */
  readonly made?: string
}

/** A platform without its other apps. */
export type CutoverPlatform = Omit<Platform, 'apps' | 'waves'>

export type Outcome = 'done' | 'rolled-back' | 'rejected' | 'blocked'

export interface UpgradeResult {
  readonly outcome: Outcome
  /** Blue's version; green's own, where it was a refresh. */
  readonly from: string
  readonly report: Report
}

export interface CutoverResult {
  readonly outcome: Outcome
  readonly report: Report
}

/** What the query `status` of an upgrade answers: counts and exceptions, so that 500 apps fit. */
export interface UpgradeStatus {
  readonly platform: string
  readonly from: string
  readonly to: string
  readonly since: string
  readonly by: string
  readonly paused: boolean
  /** Who paused it and why, while it is; absent where only Temporal could be asked. */
  readonly pause?: Pause
  /** Absent before the plan is made. */
  readonly run?: Status
  readonly apps: readonly AppStanding[]
  /** Whose turn comes after whose; absent before the plan is made. */
  readonly order?: 'breadth' | 'depth'
  /** Phases that come after the one it is in; absent before the plan is made. */
  readonly ahead?: readonly string[]
  /** Who is asked, by team. */
  readonly members: Readonly<Record<string, readonly string[]>>
  readonly findings: readonly Finding[]
  readonly ending?: string
  /** Why no more turns are given although some could be; or until when the next app rests. */
  readonly held?: string
  /** Places that were to be told something and did not take it; absent where there are none. */
  readonly untold?: readonly Untold[]
  readonly refused: readonly string[]
  /** What proves who says something; absent where names are believed, or it has not planned yet. */
  readonly proves?: ToProve
  /** Apps that were looked for again, the last of these; absent where none was. */
  readonly replans?: readonly Replan[]
}

export interface AppStanding {
  readonly app: string
  readonly team: string
  /** Absent where there are none. */
  readonly dependsOn?: readonly string[]
  readonly movesWith?: readonly string[]
  readonly environments: readonly {
    readonly name: string
    readonly is: Standings[string]['is'] | 'pending'
    readonly note?: string
    /** Of one in trouble: nothing of it is on green. */
    readonly onBlue?: true
    /** Whom it meets there and goes back with; absent where nobody. */
    readonly with?: readonly string[]
    /** Whom it waits for, of those that it moves with; absent where for nobody. */
    readonly waits?: Waits
  }[]
  /** When a check of it last broke its limit on green. */
  readonly breachedAt?: string
  /** It breached with others that it has nothing to do with, and waits for people since. */
  readonly unanswered?: true
}

/** What the query `status` of a cutover answers. */
export interface CutoverStatus {
  readonly platform: string
  readonly app: string
  readonly team: string
  readonly paused: boolean
  readonly runs: readonly Status[]
  readonly findings: readonly Finding[]
  readonly log: readonly Logged[]
  readonly untold?: readonly Untold[]
  readonly proves?: ToProve
}

/** What people may order beside the answers to gates. */
export type Command = 'pause' | 'resume' | 'abort' | 'rollback' | 'replan'
export interface Order {
  readonly by: string
  readonly reason?: string
  /** Of `replan`: which. */
  readonly app?: string
  readonly environment?: string
  readonly proof?: string
}

/** Takes back what was approved for gates and has not been used. */
export const WITHDRAW = 'withdraw'
/** What people may say. */
export type MessageName = Answer | Command | typeof WITHDRAW

/** What people send about gates: one message is one act, for the gate or for all gates that it names. */
export interface Act extends Omit<Decision, 'gate'> {
  readonly gate?: string
  readonly gates?: readonly string[]
}

/** What the workflows say to one another, as signals only. */
export const TURN = 'turn'
export const COMMIT = 'commit'
export const LEAVE = 'leave'
export const TOLD = 'told'
const tellings = [
  'on-green',
  'trouble',
  'moving',
  'awaited',
  'window',
  'behind',
  'committed',
  'back',
  'breaching',
  'leaving',
] as const
export interface Told extends Turn {
  /**
   * `awaited`: somebody else is to deploy it first. `window`: it waits for hours of its own.
   * `behind`: on blue because an earlier environment went back; it wants a turn again. `on-green`: since `at`.
   * `back`: the cutover is over and blue serves. `breaching`: a check broke its limit; it is where it was.
   * `leaving`: it goes back, and those that move with it are to follow. `ordered`: because people said so.
   */
  readonly is: (typeof tellings)[number]
  readonly at: string
  readonly note?: string
  /** Of trouble: all of it is on blue. */
  readonly onBlue?: true
  readonly ordered?: true
}

/** To its upgrade: it has come to a point at which it waits for those that it moves with. Once more: it waits still. */
export const MEET = 'meet'
export interface Met extends Turn {
  readonly point: Point
  /** Which try of its step, so that an answer to an earlier one does not count. */
  readonly attempt: number
  /** Since when it is there, ISO. */
  readonly at: string
}
/** From the upgrade: all of them are there, by the same point and try. */
export const PASS = 'pass'
export interface Pass extends Pick<Met, 'environment' | 'point' | 'attempt'> {
  /** It knows nothing of that app, which an earlier upgrade has started. */
  readonly nobody?: true
}
/** From the upgrade, or from the one that went back where that is gone: one that it moves with went back, and it does too. */
export const FOLLOW = 'follow'
export interface Follow {
  readonly environment: string
  readonly reason: string
  /** People said so, who are not asked once more. */
  readonly ordered?: true
  /** Which of those that it moves with says so itself. */
  readonly app?: string
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= LONGEST
const field = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null ? Object.entries(body).find(([key]) => key === name)?.[1] : undefined

/** Anybody may send a signal with these names, and one that cannot be read must not stop the workflow. */
export const isTold = (body: unknown): body is Told =>
  ['app', 'environment', 'at'].every((name) => isText(field(body, name))) &&
  !Number.isNaN(Date.parse(String(field(body, 'at')))) &&
  tellings.some((is) => is === field(body, 'is')) &&
  (field(body, 'note') === undefined || isText(field(body, 'note')))
export const isMet = (body: unknown): body is Met =>
  ['app', 'environment', 'at'].every((name) => isText(field(body, name))) &&
  !Number.isNaN(Date.parse(String(field(body, 'at')))) &&
  isPoint(field(body, 'point')) &&
  Number.isSafeInteger(field(body, 'attempt'))
export const isFollow = (body: unknown): body is Follow =>
  ['environment', 'reason'].every((name) => isText(field(body, name))) &&
  [undefined, true].some((it) => it === field(body, 'ordered')) &&
  (field(body, 'app') === undefined || isText(field(body, 'app')))
export const isPass = (body: unknown): body is Pass =>
  isText(field(body, 'environment')) &&
  isPoint(field(body, 'point')) &&
  Number.isSafeInteger(field(body, 'attempt')) &&
  [undefined, true].some((it) => it === field(body, 'nobody'))
/** Where it may go on, as one text. */
export const passKey = ({ environment, point, attempt }: Pass): string => `${environment}/${point}/${attempt}`
export const environmentIn = (body: unknown): string | undefined => textIn(body, 'environment')
export const reasonIn = (body: unknown): string | undefined => textIn(body, 'reason')
export const textIn = (body: unknown, name: string): string | undefined => {
  const value = field(body, name)
  return isText(value) ? value : undefined
}

/** What the workflow needs to begin at all; the rest was checked with the platform file. */
export const isCutoverRequest = (body: unknown): body is CutoverRequest =>
  isText(field(field(body, 'platform'), 'name')) &&
  typeof field(field(body, 'platform'), 'teams') === 'object' &&
  isText(field(field(body, 'app'), 'name')) &&
  Array.isArray(field(field(body, 'app'), 'environments')) &&
  ['undefined', 'string'].includes(typeof field(body, 'made'))

const texts = ['gate', 'by', 'comment', 'typed', 'notBefore', 'notAfter', 'proof', 'reason', 'environment', 'app']

/** Long enough for a reason, short enough for a history. */
const LONGEST = 2000

/** A signature with what it is about, or a token of an identity provider. */
export const LONGEST_PROOF = 8000

/** Of one workflow: an app has a handful, and each is shown before it is approved. */
export const MOST_GATES = 50

const longest = (name: string): number => (name === 'proof' ? LONGEST_PROOF : LONGEST)

/** The shape only: one JSON object with texts, and those that must be there. */
function malformed(body: unknown, needed: readonly string[], severalGates = false): Refusal | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return no('malformed', `send one JSON object with ${needed.join(', ')}`)
  const fields = Object.entries(body)
  const several = severalGates ? fields.find(([name]) => name === 'gates') : undefined
  const single = fields.filter((f) => f !== several)
  const wrong = single.find(([name, value]) => !texts.includes(name) || typeof value !== 'string')
  if (wrong) return no('malformed', `${wrong[0].slice(0, 80)} is not one of ${texts.join(', ')}, or not a text`)
  const long = single.find(([name, value]) => String(value).length > longest(name))
  if (long) return no('malformed', `${long[0]} is longer than ${longest(long[0])} characters`)
  const missing = needed.find(
    (name) => !(name === 'gate' && several) && !single.some(([n, v]) => n === name && v !== ''),
  )
  if (missing !== undefined) return no('malformed', `${missing} is missing`)
  return (
    several &&
    wrongGates(
      several[1],
      single.some(([name]) => name === 'gate'),
    )
  )
}

function wrongGates(gates: unknown, besideGate: boolean): Refusal | undefined {
  if (besideGate) return no('malformed', 'say gate or gates, not both')
  const all: readonly unknown[] = Array.isArray(gates) ? gates : []
  if (all.length === 0 || all.length > MOST_GATES || !all.every((g) => isText(g) && g !== ''))
    return no('malformed', `gates is a list of 1 to ${MOST_GATES} ids of gates`)
  return new Set(all).size < all.length ? no('malformed', 'gates names a gate twice') : undefined
}

/** These may name several gates; every other answer is about what happened at one. */
const ofSeveral = (name: MessageName): boolean => name === 'approve' || name === WITHDRAW

export const isAct = (name: Answer | typeof WITHDRAW, body: unknown): body is Act => !badShape(name, body)
export const isOrder = (body: unknown): body is Order => !malformed(body, ['by'])
/** Who takes something back, or changes what was agreed to, says why: it is in the report. */
export const shapeOf = (name: MessageName): readonly string[] =>
  isAnswer(name) || name === WITHDRAW ? ['gate', 'by'] : needed[name]
const needed: Readonly<Record<Command, readonly string[]>> = {
  pause: ['by'],
  resume: ['by'],
  abort: ['by', 'reason'],
  rollback: ['by', 'reason'],
  replan: ['app', 'by', 'reason'],
}
export const badShape = (name: MessageName, body: unknown): Refusal | undefined =>
  malformed(body, shapeOf(name), ofSeveral(name))
export const answers: readonly Answer[] = ['approve', 'reject', 'retry', 'skip', 'rerun']
export const commands: readonly Command[] = ['pause', 'resume', 'abort', 'rollback', 'replan']
export const isAnswer = (name: string): name is Answer => answers.some((a) => a === name)
