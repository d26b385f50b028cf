import { openingAt } from '../domain/calendar.ts'
import { requestsOn } from '../domain/checks.ts'
import { askedOf, balanced, comparedOf, dimensionOf, onlyOf, requestsServed } from '../domain/cloudwatch.ts'
import type { CutoverPlatform } from '../domain/plan-cutover.ts'
import { clusterOf, type Environment } from '../domain/platform.ts'
import { offsetIn } from '../domain/time-zones.ts'
import {
  FEWEST_HOURS,
  hoursSince,
  usual,
  WEEK_MS,
  type Hour,
  type SilentOfBlue,
  type Traffic,
} from '../domain/traffic-ahead.ts'
import type { Check } from '../domain/verdict.ts'
import { isFailure, isInvalidInput } from './errors.ts'
import type { Proven } from './outside.ts'
import { answersAtAll, meanIn } from './readings.ts'
import { noteAside, notedAside, onceEach } from './waiting.ts'

const HOUR_MS = 3_600_000
/** Prometheus has no price list, but each of these adds up an hour of every series. */
const HOURS_APART = 6
/**
 * Datadog takes 1,600 questions an hour of an organization, and watches live on them. A slip in a check of the platform is in
 * all environments, so a few of them find it; each is looked at again before its gate.
 */
const OF_DATADOG = 12
/** CloudWatch answers 50 requests a second of an account and region: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
const AT_ONCE = 8

/** Who may be away for all environments alike. */
type Asked = 'prometheus' | 'cloudwatch' | 'datadog'

export interface Ahead {
  /** Absent: nobody knows, or it has no routes. */
  readonly traffic?: Traffic
  readonly silent: readonly SilentOfBlue[]
}

/**
 * Looks at each once, a few at a time, whichever attempt does: where one gets too long, the next goes on. By their `place`.
 */
export async function lookedAhead(
  world: Proven,
  platform: CutoverPlatform,
  environments: readonly { readonly place: string; readonly environment: Environment }[],
): Promise<ReadonlyMap<string, Ahead>> {
  const away = new Set<Asked>((notedAside(AWAY) as readonly Asked[] | undefined) ?? [])
  const look = lookingAhead(world, platform, away)
  try {
    const seen = await onceEach(
      environments,
      ({ place }) => place,
      async ({ environment }): Promise<Seen> => {
        const { silent, ...ahead } = await look(environment)
        return { ...ahead, silent: silent.map(({ check, ...said }) => ({ name: check.name, ...said })) }
      },
      AT_ONCE,
    )
    return new Map(
      environments.map(({ place, environment: { checks } }) => {
        const { silent = [], ...ahead } = seen.get(place) ?? {}
        const named = silent.flatMap(({ name, ...said }) =>
          checks.filter((c) => c.name === name).map((check) => ({ check, ...said })),
        )
        return [place, { ...ahead, silent: named }]
      }),
    )
  } finally {
    noteAside(AWAY, [...away])
  }
}

const AWAY = 'away ahead'

/** As it is kept from attempt to attempt: checks are in what was asked for. */
interface Seen extends Pick<Ahead, 'traffic'> {
  readonly silent: readonly (Omit<SilentOfBlue, 'check'> & { readonly name: string })[]
}

/** Looks at many environments: a source that is away, or says no, is not asked of the next. It is added to `away`. */
export function lookingAhead(
  world: Proven,
  platform: CutoverPlatform,
  away = new Set<Asked>(),
): (environment: Environment) => Promise<Ahead> {
  let ofDatadog = 0
  const moves = mayMove(platform)
  /** Undefined: nobody knows. That it is refused is for who asks; all else is no reason not to plan. */
  async function trying<T>(source: Asked, ask: () => Promise<T>): Promise<T | undefined> {
    if (away.has(source)) return undefined
    try {
      return await ask()
    } catch (error) {
      if (isInvalidInput(error)) throw error
      if (!isFailure(error)) throw error
      away.add(source)
      return undefined
    }
  }

  return async (environment) => {
    const [hours, silent] = await Promise.all([
      hoursOf(environment).catch(undefinedWhereRefused),
      Promise.all(environment.checks.map(silentOf)),
    ])
    const perMinute = hours && usual(hours.seen, moves)
    return {
      ...(hours && perMinute !== undefined && { traffic: { perMinute, from: hours.from } }),
      silent: silent.flat(),
    }
  }

  async function hoursOf({
    routes,
    namespaces,
  }: Environment): Promise<{ readonly seen: readonly Hour[]; readonly from: Traffic['from'] } | undefined> {
    if (routes.length === 0) return undefined
    const untilMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
    const groups = balanced(routes)
    if (groups.length === routes.length) {
      const asking = { fromMs: untilMs - WEEK_MS, untilMs, periodMs: HOUR_MS }
      const points = await trying('cloudwatch', () =>
        Promise.all(
          groups.map(async ({ loadBalancer, groups: { blue } }) =>
            onlyOf(await world.cloudWatch.data(requestsServed(loadBalancer, dimensionOf(blue)), asking)),
          ),
        ),
      )
      const hours = points?.flat().map(({ atMs, value }) => ({ atMs, requests: value }))
      const seen = hours && hoursSince(hours, untilMs)
      if (seen) return { seen, from: 'CloudWatch' }
    }
    const { url, query } = requestsOn(platform.metrics, {
      cluster: clusterOf(platform, 'blue'),
      namespaces,
      window: '1h',
    })
    const stepMs = HOURS_APART * HOUR_MS
    const points = await trying('prometheus', () =>
      world.metrics.range(url, query, { fromMs: untilMs - WEEK_MS + stepMs, untilMs, stepMs }),
    )
    if (!points) return undefined
    const seen = points.map(({ atMs, value }) => ({ atMs: atMs - HOUR_MS, requests: value }))
    return seen.length * HOURS_APART >= FEWEST_HOURS ? { seen, from: 'Prometheus' } : undefined
  }

  async function silentOf(check: Check): Promise<SilentOfBlue[]> {
    try {
      return (await tells(check)) === false ? [{ check }] : []
    } catch (error) {
      if (!isInvalidInput(error)) throw error
      return [{ check, refused: error.message }]
    }
  }

  /** Whether it has anything of blue. Undefined: nobody knows, or it is asked elsewhere. */
  async function tells({ source }: Check): Promise<boolean | undefined> {
    switch (source.kind) {
      case 'prometheus':
        return trying('prometheus', () => answersAtAll(world, source, 'blue'))
      case 'cloudwatch': {
        const asking = askedOf(Date.now())
        const { asked } = source
        // Of target groups it has what it has of their requests, which are looked at above.
        if (asked.of !== 'query' || !asking) return undefined
        return trying(
          'cloudwatch',
          async () => onlyOf(await world.cloudWatch.data(asked.queries.blue, comparedOf(asking))).length > 0,
        )
      }
      case 'datadog':
        ofDatadog += 1
        if (ofDatadog > OF_DATADOG) return undefined
        return trying('datadog', async () => (await meanIn(world, source, 'blue')) !== null)
      case 'probe':
      case 'job':
      case 'kubernetes':
      case 'readiness':
        return undefined
    }
  }
}

/** By the platform's hours and days. Of all environments the same hours are asked. */
function mayMove({ calendar }: CutoverPlatform): (ms: number) => boolean {
  if (calendar === undefined) return () => true
  const offset = offsetIn(calendar.timeZone)
  const known = new Map<number, boolean>()
  return (ms) => {
    const open = known.get(ms) ?? openingAt(calendar, offset, ms).open
    known.set(ms, open)
    return open
  }
}

function undefinedWhereRefused(error: unknown): undefined {
  if (!isInvalidInput(error)) throw error
}
