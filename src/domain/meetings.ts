import type { Duration } from './duration.ts'
import type { Standing } from './turns.ts'

/** Where those that move together stand, in one environment, and which of them may go on. Pure. */

/** `ready`: green is. `approved`: its people have said yes. A number: before that weight. */
export type Point = string

export const READY = 'ready'
export const APPROVED = 'approved'

/** How far it is, at least: the points have one order, whatever the weights of each. */
const rank = (point: Point): number => (point === READY ? 0 : point === APPROVED ? 1 : 1 + Number(point))

export const isPoint = (value: unknown): value is Point =>
  typeof value === 'string' && (value === READY || value === APPROVED || /^[1-9]\d{0,2}$/.test(value))

export interface Member {
  readonly standing: Standing | undefined
  /** Those that it knows of, as it was begun; undefined: it moves by itself here. */
  readonly others: ReadonlySet<string> | undefined
  /** It has routes, so weights. */
  readonly weighed: boolean
  /** The last point that it has come to in this try. */
  readonly at?: Point | undefined
}

/** All that were begun and have the environment, by app. */
export type Members = ReadonlyMap<string, Member>

export interface WaitsFor {
  readonly app: string
  readonly why: 'is not there yet' | 'stands in line' | 'is in trouble' | 'is on blue'
}

const isOnGreen = ({ standing }: Member): boolean => standing?.is === 'on-green' || standing?.is === 'committed'

/** Those of its group that know of it too: who joined later, or left, meets nobody that began without it, or goes on without it. */
export const mates = (members: Members, app: string): { readonly name: string; readonly member: Member }[] =>
  [...(members.get(app)?.others ?? [])].flatMap((name) => {
    const member = members.get(name)
    return member?.others?.has(app) ? [{ name, member }] : []
  })

/** Whom it waits for at this point, and why; empty: it may go on. */
export function waitsFor(members: Members, app: string, point: Point): WaitsFor[] {
  const weight = rank(point) > rank(APPROVED)
  return mates(members, app).flatMap(({ name, member }): WaitsFor[] => {
    const { standing, at, weighed } = member
    if ((weight && !weighed) || isOnGreen(member)) return []
    if (standing === undefined) return [{ app: name, why: 'stands in line' }]
    if (standing.is === 'trouble' || standing.is === 'back')
      return [{ app: name, why: isOnBlue(standing) ? 'is on blue' : 'is in trouble' }]
    return at !== undefined && rank(at) >= rank(point) ? [] : [{ app: name, why: 'is not there yet' }]
  })
}

const isOnBlue = (standing: Standing | undefined): boolean =>
  standing?.is === 'back' || (standing?.is === 'trouble' && standing.onBlue === true)

/** One of them that is on blue, and asks or is over there: whoever is ahead of it goes back too. Undefined: there is none. */
export const goneBack = (members: Members, app: string): string | undefined =>
  mates(members, app).find(({ member }) => isOnBlue(member.standing))?.name

/** Who has begun to move, and goes back when this one does. */
export const followers = (members: Members, app: string): string[] =>
  mates(members, app).flatMap(({ name, member: { standing } }) =>
    standing === undefined || standing.is === 'committed' || isOnBlue(standing) ? [] : [name],
  )

/**
 * What follows from a word that it waits at a point. `go-back`: it was told to, and has not heard that or is about to; twice
 * does no harm. `moves`: it went on after it was in trouble, or nobody told it to go back. Undefined: it stands as was known.
 * `heard`: when it last said where it stands, ISO time as `at` is; messages may overtake one another.
 */
export function whenMet(
  standing: Standing | undefined,
  following: boolean,
  { at, heard }: { readonly at: string; readonly heard: string | undefined },
): 'go-back' | 'moves' | undefined {
  if (standing?.is !== 'trouble') return undefined
  if (following) return 'go-back'
  return heard === undefined || heard < at ? 'moves' : undefined
}

/**
 * When it is said again that one waits, which makes up for what was lost with a reset of either side. Ever more seldom: all
 * come to one upgrade, and a history takes 10,000 signals.
 */
export const saidAgainAfter = (times: number): Duration => SAID_AGAIN[times] ?? '4h'
const SAID_AGAIN: readonly Duration[] = ['1h', '1h', '2h']

export const atPoint = (point: Point): string =>
  point === READY ? 'ready on green' : point === APPROVED ? 'before it moves' : `before ${point} %`

/** For people: where one waits, for whom and why, and since when. */
export interface Waits {
  /** `before 25 %` */
  readonly where: string
  /** `chat-worker (is in trouble)` */
  readonly for: readonly string[]
  /** ISO time. */
  readonly since: string
}

/** Undefined: for nobody. */
export const waitsInWords = (point: Point, whom: readonly WaitsFor[], since: string): Waits | undefined =>
  whom.length === 0 ? undefined : { where: atPoint(point), for: whom.map(({ app, why }) => `${app} (${why})`), since }

/** Why one goes back that is well itself. */
export const followsBecause = (app: string, why: string): string => `it moves with ${app}, which went back: ${why}`
