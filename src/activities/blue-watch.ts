import { milliseconds, type Duration } from '../domain/duration.ts'
import type { Side, Weight } from '../domain/platform.ts'
import { followedBy, inWords, judge, type Check, type Sample } from '../domain/verdict.ts'
import { isDue } from '../domain/watching.ts'
import { betterSide } from '../domain/way-back-weights.ts'
import { inTime } from './blue-size.ts'
import type { Proven } from './outside.ts'
import { reading } from './readings.ts'
import { noteAside, notedAside } from './waiting.ts'

/** Blue breaks limits: which, and which side does better by the same checks. */
export interface Broken {
  readonly why: string
  readonly better: Side | undefined
}

/** Of both sides by the name of the check: blue's readings at one weight, and green's as it was when the way back began. */
interface Seen {
  readonly at?: Weight
  readonly blue: Readonly<Record<string, readonly Sample[]>>
  readonly green: Readonly<Record<string, number>>
  readonly readMs: Readonly<Record<string, number>>
}

/** CloudWatch tells of a minute when the next is over, and a breach takes two. Jobs wait for it on the way back. */
const LOOKED_FOR: Duration = '3m'
const SEEN = 'blue on the way back'
const nothing: Seen = { blue: {}, green: {}, readMs: {} }
const noted = (): Seen => (notedAside(SEEN) as Seen | undefined) ?? nothing // only this file notes there

/**
 * One look at those that are due, of blue with green's share at this weight `sinceMs`. What cannot be read says nothing, and holds
 * nobody up. Kept for the next attempt.
 */
export async function lookAtBlue(world: Proven, checks: readonly Check[], at: Weight, sinceMs: number): Promise<void> {
  const before = noted()
  const seen = before.at === at ? before : { ...nothing, green: before.green, at }
  const nowMs = Date.now()
  const due = checks.filter(({ name, every }) =>
    isDue((seen.readMs[name] ?? 0) + milliseconds(every), milliseconds(every), nowMs),
  )
  const read = await Promise.all(
    due.map(async (check) => [check.name, await looked(world, check, seen, sinceMs)] as const),
  )
  if (read.length === 0) return
  noteAside(SEEN, {
    at,
    blue: { ...seen.blue, ...Object.fromEntries(read.map(([name, { samples }]) => [name, samples])) },
    green: {
      ...seen.green,
      ...Object.fromEntries(read.flatMap(([name, { green }]) => (green === null ? [] : [[name, green]]))),
    },
    readMs: { ...seen.readMs, ...Object.fromEntries(read.map(([name]) => [name, nowMs])) },
  } satisfies Seen)
}

/** What was seen until now, of blue at this weight of green's. Undefined: it breaks nothing. */
export function brokenSoFar(checks: readonly Check[], at: Weight): Broken | undefined {
  const { at: seenAt, blue, green } = noted()
  if (seenAt !== at) return undefined
  const bad = checks.map((check) => judge(check, blue[check.name] ?? [])).filter((it) => it.verdict === 'fail')
  if (bad.length === 0) return undefined
  const sides = checks.map((check) => ({
    check,
    blue: blue[check.name]?.findLast((s) => s.value !== null)?.value ?? null,
    green: green[check.name] ?? null,
  }))
  return { why: bad.map(inWords).join('; '), better: betterSide(sides) }
}

/** Each was read often enough for a breach, and blue breaks nothing that keeps it from having all; or it was long enough `sinceMs`. */
export function wasLookedAt(checks: readonly Check[], sinceMs: number): boolean {
  const { blue } = noted()
  const known = ({ name }: Check) => (blue[name] ?? []).filter((s) => s.value !== null).length
  const often = checks.every((check) => known(check) >= check.breachAfter)
  const broken = brokenSoFar(checks, 0)
  const mayEnd = broken === undefined || broken.better === 'blue'
  return mayEnd && (often || Date.now() - sinceMs > milliseconds(LOOKED_FOR))
}

/** Green is held against what made it go back: it has less and less of the traffic. */
async function looked(world: Proven, check: Check, seen: Seen, sinceMs: number) {
  const ask = (side: Side) => inTime(reading(world, check, side), { value: null })
  const knowsGreen = seen.green[check.name] !== undefined
  const [blue, green] = await Promise.all([ask('blue'), knowsGreen ? { value: null } : ask('green')])
  const before = seen.blue[check.name] ?? []
  const isNew = blue.periodMs === undefined || blue.periodMs >= sinceMs
  const samples = isNew ? followedBy(before, { at: new Date().toISOString(), ...blue }) : before
  return { samples: samples.slice(-check.breachAfter), green: green.value }
}
