import { ApplicationFailure } from '@temporalio/common'
import { REPLICAS } from '../domain/annotations.ts'
import {
  askedOf,
  beside as besideOf,
  combined,
  comparedOf,
  dimensionOf,
  groupMetrics,
  newest,
  onlyOf,
  type Asking,
  type Datapoint,
} from '../domain/cloudwatch.ts'
import { milliseconds } from '../domain/duration.ts'
import type { Side } from '../domain/platform.ts'
import { lookOf, type Probed, type ProbeTarget } from '../domain/probes.ts'
import type { Check, CheckSource, Sample } from '../domain/verdict.ts'
import { readinessOf } from '../domain/workload-state.ts'
import type { Proven } from './outside.ts'

type Reading = Pick<Sample, 'value' | 'saw' | 'periodMs'>
type Source<Kind extends CheckSource['kind']> = Extract<CheckSource, { readonly kind: Kind }>

/**
 * One reading of a check, of green, and of blue where it is held against it. A source that is away is a sample of that.
 * Undefined: there is nothing to read yet of after `sinceMs`.
 */
export async function sampleOf(world: Proven, check: Check, sinceMs: number): Promise<Sample | undefined> {
  try {
    const read = check.source.kind === 'cloudwatch' ? measured(world, check, sinceMs) : compared(world, check)
    const sample = await read
    return sample && { at: new Date().toISOString(), ...sample }
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || error.type !== 'Unreachable') throw error
    return { at: new Date().toISOString(), value: null, unreachable: error.message }
  }
}

async function compared(world: Proven, check: Check): Promise<Omit<Sample, 'at'> | undefined> {
  const [green, blue] = await Promise.all([
    reading(world, check, 'green'),
    check.limit.timesBlue === undefined ? undefined : reading(world, check, 'blue'),
  ])
  return green && { ...green, ...(blue !== undefined && { blue: blue.value }) }
}

/** Blue's number of the same minute. */
async function measured(
  world: Proven,
  { source, limit }: Check,
  sinceMs: number,
): Promise<Omit<Sample, 'at'> | undefined> {
  const asking = askedOf(Date.now(), sinceMs)
  if (!asking || source.kind !== 'cloudwatch') return undefined
  const [points, others] = await Promise.all([
    counted(world, source, 'green', asking),
    limit.timesBlue === undefined ? undefined : counted(world, source, 'blue', comparedOf(asking)),
  ])
  const last = newest(points, asking)
  if (last === undefined) return undefined
  if (last === null) return { value: null, ...(others && { blue: null }) }
  const { atMs: periodMs, value } = last
  return { value, periodMs, ...(others && { blue: besideOf(others, periodMs) }) }
}

/** Throws `unreachable` where the source does not answer. Undefined: it has nothing to tell yet. */
export async function reading(world: Proven, { source }: Check, side: Side): Promise<Reading | undefined> {
  switch (source.kind) {
    case 'prometheus':
      return queried(world, source, side)
    case 'readiness':
      return unready(world, source, side)
    case 'probe':
      return probed(world, source, side)
    case 'cloudwatch': {
      const asking = askedOf(Date.now())
      const last = asking && newest(await counted(world, source, side, asking), asking)
      if (last === null) return { value: null }
      return last && { value: last.value, periodMs: last.atMs }
    }
  }
}

/** Minute by minute. A target group that is not there was asked by nobody. */
async function counted(
  world: Proven,
  { asked }: Source<'cloudwatch'>,
  side: Side,
  asking: Asking,
): Promise<readonly Datapoint[]> {
  if (asked.of === 'query') return onlyOf(await world.cloudWatch.data(asked.queries[side], asking))
  const { of } = asked
  const series = await Promise.all(
    asked.routes.map(async ({ loadBalancer, groups }) => {
      const arn = side === 'blue' ? groups.blue : (await world.loadBalancing.findTargetGroup(groups.green))?.arn
      return arn === undefined ? {} : world.cloudWatch.data(groupMetrics(of, loadBalancer, dimensionOf(arn)), asking)
    }),
  )
  return combined(of, series)
}

async function queried(world: Proven, { url, queries }: Source<'prometheus'>, side: Side): Promise<Reading> {
  return { value: await world.metrics.query(url, queries[side]) }
}

/** Pods that should be ready and are not; what sleeps on purpose is left out. */
async function unready(world: Proven, { namespaces }: Source<'readiness'>, side: Side): Promise<Reading> {
  const cluster = await world.on(side)
  const lists = await Promise.all(
    (['Deployment', 'StatefulSet'] as const).flatMap((kind) =>
      namespaces.map((namespace) => cluster.list(kind, { namespace })),
    ),
  )
  const value = lists
    .flat()
    .filter((w) => w.metadata.annotations?.[REPLICAS] === undefined)
    .reduce((sum, w) => {
      const { wanted, ready } = readinessOf(w)
      return sum + Math.max(0, wanted - ready)
    }, 0)
  return { value }
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
