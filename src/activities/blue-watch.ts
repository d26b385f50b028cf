import type { BeganBack } from '../domain/actions.ts'
import { milliseconds, type Duration } from '../domain/duration.ts'
import type { Side, Weight } from '../domain/platform.ts'
import { followedBy, inWords, judge, type Check, type Sample } from '../domain/verdict.ts'
import { isDue } from '../domain/watching.ts'
import { greenDoesBetter } from '../domain/way-back-weights.ts'
import { known } from './blue-size.ts'
import type { Proven } from './outside.ts'
import { reading } from './readings.ts'
import { noteAside, notedAside } from './waiting.ts'

/** Blue breaks limits: which, and whether green is known to do better by the same checks. */
export interface Broken {
  readonly why: string
  readonly greenDoesBetter: boolean
}

/** Of blue, by the name of the check: its readings at one weight. */
interface Seen {
  readonly at?: Weight
  readonly blue: Readonly<Record<string, readonly Sample[]>>
  readonly readMs: Readonly<Record<string, number>>
}

/** CloudWatch tells of a minute when the next is over, and a breach takes two. Jobs wait for it on the way back. */
const LOOKED_FOR: Duration = '3m'
const SEEN = 'blue on the way back'
const nothing: Seen = { blue: {}, readMs: {} }
const noted = (): Seen => (notedAside(SEEN) as Seen | undefined) ?? nothing // only this file notes there

/** What cannot be read says nothing, and holds nobody up. */
const asked = (world: Proven, check: Check, side: Side) => known(reading(world, check, side), { value: null })

/** What these read of green now; what does not tell is left out. */
export async function greenNow(world: Proven, checks: readonly Check[]): Promise<BeganBack['green']> {
  const read = await Promise.all(checks.map(async (it) => [it.name, (await asked(world, it, 'green')).value] as const))
  return Object.fromEntries(read.flatMap(([name, value]) => (value === null ? [] : [[name, value]])))
}

/** One look at those that are due, of blue with green's share at this weight `sinceMs`. Kept for the next attempt. */
export async function lookAtBlue(world: Proven, checks: readonly Check[], at: Weight, sinceMs: number): Promise<void> {
  const before = noted()
  const seen = before.at === at ? before : nothing
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
    blue: { ...seen.blue, ...Object.fromEntries(read) },
    readMs: { ...seen.readMs, ...Object.fromEntries(read.map(([name]) => [name, nowMs])) },
  } satisfies Seen)
}

/** What was seen until now, of blue at this weight of green's. Undefined: it breaks nothing. `green`: as the way back began. */
export function brokenSoFar(checks: readonly Check[], at: Weight, green: BeganBack['green']): Broken | undefined {
  const { at: seenAt, blue } = noted()
  if (seenAt !== at) return undefined
  const bad = checks.map((check) => judge(check, blue[check.name] ?? [])).filter((it) => it.verdict === 'fail')
  if (bad.length === 0) return undefined
  const sides = checks.map((check) => ({
    check,
    blue: blue[check.name]?.findLast((s) => s.value !== null)?.value ?? null,
    green: green[check.name] ?? null,
  }))
  return { why: bad.map(inWords).join('; '), greenDoesBetter: greenDoesBetter(sides) }
}

/** Each was read often enough for a breach, or it was long enough `sinceMs`. */
export function wasLookedAt(checks: readonly Check[], sinceMs: number): boolean {
  const { blue } = noted()
  const readings = ({ name }: Check) => (blue[name] ?? []).filter((s) => s.value !== null).length
  return (
    checks.every((check) => readings(check) >= check.breachAfter) || Date.now() - sinceMs > milliseconds(LOOKED_FOR)
  )
}

async function looked(world: Proven, check: Check, seen: Seen, sinceMs: number): Promise<readonly Sample[]> {
  const blue: Pick<Sample, 'value' | 'periodMs'> = await asked(world, check, 'blue')
  const before = seen.blue[check.name] ?? []
  const isNew = blue.periodMs === undefined || blue.periodMs >= sinceMs
  const samples = isNew ? followedBy(before, { at: new Date().toISOString(), ...blue }) : before
  return samples.slice(-check.breachAfter)
}
