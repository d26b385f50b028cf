import { milliseconds, seconds, type Duration } from '../domain/duration.ts'
import { awayInWords, followedBy, type Check, type Sample } from '../domain/verdict.ts'
import { isDue } from '../domain/watching.ts'
import type { Proven } from './outside.ts'
import { samplesOf } from './readings.ts'
import { doneAt, noteDone } from './waiting.ts'

/** What was read of each check, by its name. */
export type Samples = Readonly<Record<string, readonly Sample[]>>

/** Longer than Prometheus is away when it is moved or restarted, and CloudWatch or an API server by itself. */
export const SILENT_FOR: Duration = '30m'

/** What is looked back on at least: all that CloudWatch tells at once. Details of a heartbeat may be 2 MB, and a window days. */
const KEPT = 30
export const keptOf = ({ breachAfter }: Check): number => Math.max(KEPT, breachAfter)

export const shortest = (checks: readonly Check[]): Duration =>
  checks.map((c) => c.every).toSorted((a, b) => seconds(a) - seconds(b))[0] ?? '30s'

/** One more reading of each check. `sinceMs`: what began before says nothing. `run`: as of `samplesOf`. */
export async function sampled(
  world: Proven,
  checks: readonly Check[],
  before: Samples,
  sinceMs: number,
  run?: string,
): Promise<Samples> {
  const often = milliseconds(shortest(checks))
  const entries = await Promise.all(
    checks.map(async (check): Promise<[string, readonly Sample[]]> => {
      const { name } = check
      const samples = before[name] ?? []
      const every = milliseconds(check.every)
      if (every > often) {
        // Beside one that is read more often, a slow one has its own pace. One that is away, too: it may be too many who ask
        // it that keep it away.
        if (!isDue((doneAt(`read ${name}`) ?? 0) + every, every, Date.now())) return [name, samples]
        noteDone(`read ${name}`)
      }
      const next = await samplesOf(world, check, sinceMs, samples, run)
      // Who was reached and has nothing new to say is not away any more.
      const known = next.length > 0 ? samples : samples.filter((s) => s.unreachable === undefined)
      return [name, next.reduce<readonly Sample[]>((all, sample) => followedBy(all, sample), known)]
    }),
  )
  return Object.fromEntries(entries)
}

/** Which sources could not be reached when they were last asked, and why; undefined: each was. */
export function awayIn(checks: readonly Check[], samples: Samples): string | undefined {
  const away = checks.flatMap((check) => awayOf(check, samples) ?? [])
  return away.length === 0 ? undefined : away.join('; ')
}

/** Undefined: it was reached when it was last asked. */
export function awayOf(check: Check, samples: Samples): string | undefined {
  const why = samples[check.name]?.at(-1)?.unreachable
  return why === undefined ? undefined : awayInWords(check, why)
}
