import {
  askedOf,
  beside,
  combined,
  comparedOf,
  dimensionOf,
  groupMetrics,
  isNoData,
  onlyOf,
  type Asking,
  type Datapoint,
} from '../domain/cloudwatch.ts'
import { askedOfDatadog, meanOf, NO_DATADOG_KEYS, spansOf, within, type Span } from '../domain/datadog.ts'
import { milliseconds } from '../domain/duration.ts'
import type { Side } from '../domain/platform.ts'
import { lookOf, type Probed, type ProbeTarget } from '../domain/probes.ts'
import type { Check, CheckSource, Limit, Sample } from '../domain/verdict.ts'
import { ran } from './check-jobs.ts'
import { denied, isUnreachable } from './errors.ts'
import { fewAtATime } from './few-at-a-time.ts'
import { toldByKubernetes, unready } from './kubernetes-readings.ts'
import type { Proven } from './outside.ts'
import { notedAside, noteAside } from './waiting.ts'

type Reading = Pick<Sample, 'value' | 'saw' | 'periodMs'>
type Source<Kind extends CheckSource['kind']> = Extract<CheckSource, { readonly kind: Kind }>

/**
 * One look of a check, of green, and of blue where it is held against it. A source that is away is a sample of that. Several
 * where the source tells of periods: all since the last of which `before` tells, and that one again. None: there is nothing
 * to read yet of after `sinceMs`. `run`: whose it is what is made for it.
 */
export async function samplesOf(
  world: Proven,
  check: Check,
  sinceMs: number,
  before: readonly Sample[],
  run?: string,
): Promise<readonly Sample[]> {
  const at = new Date().toISOString()
  try {
    const { source } = check
    if (source.kind === 'job') return (await ran(world, check, source, run)).map((sample) => ({ at, ...sample }))
    const read =
      source.kind === 'cloudwatch'
        ? await measured(world, check.limit, source, askedOf(Date.now(), sinceMs, lastOf(before)))
        : [await compared(world, check)]
    return read.map((sample) => ({ at, ...sample }))
  } catch (error) {
    if (!isUnreachable(error)) throw error
    return [{ at, value: null, unreachable: error.message }]
  }
}

const lastOf = (samples: readonly Sample[]): number | undefined =>
  samples.findLast((s) => s.periodMs !== undefined)?.periodMs

async function compared(world: Proven, check: Check): Promise<Omit<Sample, 'at'>> {
  const { source, limit } = check
  if (limit.timesBlue === undefined) return reading(world, check, 'green')
  if (source.kind === 'kubernetes') return besideCluster(world, source, limit)
  const [green, blue] = await Promise.all([reading(world, check, 'green'), reading(world, check, 'blue')])
  return { ...green, blue: blue.value }
}

/**
 * What is built in is held against blue in every app: an API server of blue that is away must not keep all of them from being
 * watched on green. Blue is asked where it matters, and of restarts always, because they are counted from look to look.
 */
async function besideCluster(
  world: Proven,
  source: Source<'kubernetes'>,
  { fineUpTo = -Infinity }: Limit,
): Promise<Omit<Sample, 'at'>> {
  const blue = async () => ({ blue: await ofBlueIfThere(world, source) })
  if (source.of === 'restarts') {
    const [green, beside] = await Promise.all([toldByKubernetes(world, source, 'green'), blue()])
    return { ...green, ...beside }
  }
  const green = await toldByKubernetes(world, source, 'green')
  return green.value !== null && green.value <= fineUpTo ? green : { ...green, ...(await blue()) }
}

async function ofBlueIfThere(world: Proven, source: Source<'kubernetes'>): Promise<number | null> {
  try {
    return (await toldByKubernetes(world, source, 'blue')).value
  } catch (error) {
    if (!isUnreachable(error)) throw error
    return null
  }
}

/** Each with blue's number of the same minute. */
async function measured(
  world: Proven,
  limit: Limit,
  source: Source<'cloudwatch'>,
  asking: Asking | undefined,
): Promise<readonly Omit<Sample, 'at'>[]> {
  if (!asking) return []
  const [points, others] = await Promise.all([
    counted(world, source, 'green', asking),
    limit.timesBlue === undefined ? undefined : counted(world, source, 'blue', comparedOf(asking)),
  ])
  if (isNoData(points, asking)) return [{ value: null, ...(others && { blue: null }) }]
  return points.map(({ atMs: periodMs, value }) => ({
    value,
    periodMs,
    ...(others && { blue: beside(others, periodMs) }),
  }))
}

/** The newest; of a Job none, which is run for a window alone. Throws `unreachable` where the source does not answer. */
export async function reading(world: Proven, { source }: Check, side: Side): Promise<Reading> {
  switch (source.kind) {
    case 'prometheus':
      return queried(world, source, side)
    case 'datadog':
      return { value: await meanIn(world, source, side) }
    case 'readiness':
      return { value: await unready(world, source.namespaces, side) }
    case 'job':
      return { value: null }
    case 'kubernetes':
      return toldByKubernetes(world, source, side)
    case 'probe':
      return probed(world, source, side)
    case 'cloudwatch': {
      const asking = askedOf(Date.now())
      const last = asking && (await counted(world, source, side, asking)).at(-1)
      return last ? { value: last.value, periodMs: last.atMs } : { value: null }
    }
  }
}

/** Minute by minute. A target group that is not there was asked by nobody. */
export async function counted(
  world: Proven,
  { asked }: Pick<Source<'cloudwatch'>, 'asked'>,
  side: Side,
  asking: Asking,
): Promise<readonly Datapoint[]> {
  if (asked.of === 'query') return onlyOf(await world.cloudWatch.data(asked.queries[side], asking))
  const { of } = asked
  const series = await Promise.all(
    asked.routes.map(async ({ loadBalancer, groups }) => {
      const arn = side === 'blue' ? groups.blue : await knownGroup(world, groups.green)
      return arn === undefined ? {} : world.cloudWatch.data(groupMetrics(of, loadBalancer, dimensionOf(arn)), asking)
    }),
  )
  return combined(of, series)
}

/** Looked for once: as long as an activity goes on, the group stays the one that it is. */
async function knownGroup({ loadBalancing }: Proven, name: string): Promise<string | undefined> {
  const key = `target group ${name}`
  const known = notedAside(key)
  if (typeof known === 'string') return known
  const found = await loadBalancing.findTargetGroup(name)
  if (found) noteAside(key, found.arn)
  return found?.arn
}

/** Of the window that ends now, as far as it is settled. Throws `denied` where the worker has no keys. */
export const meanIn = async (world: Proven, source: Source<'datadog'>, side: Side): Promise<number | null> =>
  (await meansIn(world, source, side, [Date.now()]))[0] ?? null

/** Questions of one check under way at once. */
const AT_ONCE = 5

/** Of the windows that end at these times, oldest first: in as few questions as tell of each what its own would. */
export async function meansIn(
  { datadog }: Proven,
  { site, queries, window }: Source<'datadog'>,
  side: Side,
  times: readonly number[],
): Promise<(number | null)[]> {
  if (!datadog) throw denied(NO_DATADOG_KEYS)
  const windows = times.map((atMs) => askedOfDatadog(atMs, window))
  const told = new Map<Span, readonly Datapoint[]>()
  await fewAtATime(spansOf(windows), AT_ONCE, async (span) =>
    told.set(span, await datadog.query(site, queries[side], span)),
  )
  return windows.map((its) => {
    const [, points = []] =
      [...told].find(([{ fromMs, untilMs }]) => fromMs <= its.fromMs && its.untilMs <= untilMs) ?? []
    return meanOf(within(points, its))
  })
}

/** Any number at all, NaN too. Throws `invalidInput` where it gives several, as a watch that asks the same would. */
export const answersAtAll = async (
  { metrics }: Pick<Proven, 'metrics'>,
  { url, queries }: Source<'prometheus'>,
  side: Side,
): Promise<boolean> => (await metrics.query(url, queries[side])) !== null || metrics.answers(url, queries[side])

async function queried(world: Proven, { url, queries }: Source<'prometheus'>, side: Side): Promise<Reading> {
  return { value: await world.metrics.query(url, queries[side]) }
}

async function probed(world: Proven, { gives, timeout, targets }: Source<'probe'>, side: Side): Promise<Reading> {
  const ask = async (target: ProbeTarget): Promise<Probed> => {
    if (target.of === 'outside') return world.probes.get(target, milliseconds(timeout))
    const { namespace, service: name, scheme, port, path } = target
    const cluster = await world.on(side)
    return cluster.probe({ kind: 'Service', namespace, name, scheme, port, path }, milliseconds(timeout))
  }
  return lookOf(gives, await Promise.all(targets[side].map(async (target) => ({ target, probed: await ask(target) }))))
}
