import { no, type Answer, type Decision, type Logged, type Refusal } from './gates.ts'
import type { Finding } from './findings.ts'
import type { App, Platform } from './platform.ts'
import type { Replan } from './replanning.ts'
import type { Report } from './report.ts'
import type { Status } from './status.ts'
import type { Standings, Turn } from './turns.ts'

export const TASK_QUEUE = 'norikae'
export const upgradeId = (platform: string): string => `cluster-upgrade/${platform}`
export const cutoverId = (platform: string, app: string): string => `${upgradeId(platform)}/app/${app}`

/** What starts `clusterUpgrade` and `upgradePlan`. `file`: the platform file's text; else the worker reads its own. */
export interface UpgradeRequest {
  readonly platform: string
  readonly to: string
  readonly by: string
  readonly file?: string
}

/** One app's journey: everything that its planner needs, because it may outlive its upgrade. */
export interface CutoverRequest {
  readonly platform: CutoverPlatform
  readonly app: App
  readonly by: string
  /** Apps whose trouble may well be this one's too: what it depends on, moves with, and what says so of it. */
  readonly related?: readonly string[]
}

/** A platform without its other apps. */
export type CutoverPlatform = Omit<Platform, 'apps' | 'waves'>

export type Outcome = 'done' | 'rolled-back' | 'rejected' | 'blocked'

export interface UpgradeResult {
  readonly outcome: Outcome
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
  /** Absent before the plan is made. */
  readonly run?: Status
  readonly apps: readonly AppStanding[]
  readonly findings: readonly Finding[]
  readonly ending?: string
  /** Why no more turns are given although some could be. */
  readonly held?: string
  readonly refused: readonly string[]
  /** Apps that were looked for again, the last of these; absent where none was. */
  readonly replans?: readonly Replan[]
}

export interface AppStanding {
  readonly app: string
  readonly team: string
  readonly environments: readonly {
    readonly name: string
    readonly is: Standings[string]['is'] | 'pending'
    readonly note?: string
    /** Of one in trouble: nothing of it is on green. */
    readonly onBlue?: true
  }[]
  /** When a check of it last broke its limit on green. */
  readonly breachedAt?: string
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
}

/** What people may order beside the answers to gates. */
export type Command = 'pause' | 'resume' | 'abort' | 'rollback' | 'replan'
export interface Order {
  readonly by: string
  readonly reason?: string
  /** Of `replan`: which. */
  readonly app?: string
  readonly environment?: string
}

/** What the workflows say to one another, as signals only. */
export const TURN = 'turn'
export const COMMIT = 'commit'
export const LEAVE = 'leave'
export const TOLD = 'told'
const tellings = ['on-green', 'trouble', 'moving', 'awaited', 'behind', 'committed', 'back', 'breaching'] as const
export interface Told extends Turn {
  /**
   * `awaited`: somebody else is to deploy it first.
   * `behind`: on blue because an earlier environment went back; it wants a turn again. `on-green`: since `at`.
   * `back`: the cutover is over and blue serves. `breaching`: a check broke its limit; it is where it was.
   */
  readonly is: (typeof tellings)[number]
  readonly at: string
  readonly note?: string
  /** Of trouble: all of it is on blue. */
  readonly onBlue?: true
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
  Array.isArray(field(field(body, 'app'), 'environments'))

const texts = ['gate', 'by', 'comment', 'typed', 'notBefore', 'notAfter', 'proof', 'reason', 'environment', 'app']

/** Long enough for a reason, short enough for a history. */
const LONGEST = 2000

/** The shape only: one JSON object with texts, and those that must be there. */
function malformed(body: unknown, needed: readonly string[]): Refusal | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return no('malformed', `send one JSON object with ${needed.join(', ')}`)
  const fields = Object.entries(body)
  const wrong = fields.find(([name, value]) => !texts.includes(name) || typeof value !== 'string')
  if (wrong) return no('malformed', `${wrong[0].slice(0, 80)} is not one of ${texts.join(', ')}, or not a text`)
  const long = fields.find(([, value]) => String(value).length > LONGEST)
  if (long) return no('malformed', `${long[0]} is longer than ${LONGEST} characters`)
  const missing = needed.find((name) => !fields.some(([n, v]) => n === name && v !== ''))
  if (missing !== undefined) return no('malformed', `${missing} is missing`)
  return fields.some(([name]) => name === 'proof')
    ? no('Unsupported', 'proof comes with a later release; leave it out')
    : undefined
}

export const isDecision = (body: unknown): body is Decision => !malformed(body, ['gate', 'by'])
export const isOrder = (body: unknown): body is Order => !malformed(body, ['by'])
/** Who takes something back, or changes what was agreed to, says why: it is in the report. */
export const shapeOf = (name: Answer | Command): readonly string[] => (isAnswer(name) ? ['gate', 'by'] : needed[name])
const needed: Readonly<Record<Command, readonly string[]>> = {
  pause: ['by'],
  resume: ['by'],
  abort: ['by', 'reason'],
  rollback: ['by', 'reason'],
  replan: ['app', 'by', 'reason'],
}
export const badShape = (name: Answer | Command, body: unknown): Refusal | undefined => malformed(body, shapeOf(name))
export const answers: readonly Answer[] = ['approve', 'reject', 'retry', 'skip', 'rerun']
export const commands: readonly Command[] = ['pause', 'resume', 'abort', 'rollback', 'replan']
export const isAnswer = (name: string): name is Answer => answers.some((a) => a === name)
