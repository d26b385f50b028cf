import type { ActionInput } from '../domain/actions.ts'
import { balanced, dimensionOf, type GroupOnBalancer } from '../domain/cloudwatch.ts'
import { isNameRoute, type NameRoute, type Route, type Side } from '../domain/platform.ts'
import { PODS, type Count, type Counted } from '../domain/quiet.ts'
import {
  balancerDimension,
  countsWithin,
  flowsAt,
  flowsIn,
  groupTraffic,
  isNetwork,
  openAt,
  openIn,
  quietAsking,
  requestsIn,
} from '../domain/quiet-balancers.ts'
import { isFailure } from './errors.ts'
import type { Proven } from './outside.ts'
import { balancerOf } from './routes/own-balancers.ts'

type Asked = ActionInput<'confirmQuiet'>

/**
 * What everybody counts who can: the pods of a side by Prometheus, and the load balancer of each route by CloudWatch, where the
 * window is long enough for it. Who does not answer, or may not be asked, tells nothing, and why; nobody else is held up.
 */
export async function trafficOn(world: Proven, asked: Asked): Promise<readonly Count[]> {
  const balancers = countsWithin(asked.for) ? asked.routes : []
  const all = await Promise.all([
    requestsOfPods(world, asked),
    openOfPods(world, asked),
    ...balancers.map((route) => atBalancer(world, asked, route)),
  ])
  return all.flat()
}

/** Who calls, where the query tells of anybody, and how many: it may know of some only. */
async function requestsOfPods({ metrics }: Proven, { question, callers }: Asked): Promise<readonly Count[]> {
  const of = { of: 'requests', by: 'its pods' } as const
  const by = { ...of, by: 'quiet.callers', some: true } as const
  const named = callers
    ? await orWhy(by, async () => [{ ...by, counted: (await metrics.series(callers.url, callers.query)).map(counted) }])
    : []
  const total = await orWhy(of, async () => {
    const total = await metrics.query(question.url, question.query)
    if (total === null) return [{ ...of, counted: null, why: `${question.query} gives nothing` }]
    return [{ ...of, counted: [{ name: PODS, count: total }] }]
  })
  return [...named.filter((it) => it.counted?.some(({ count }) => count > 0)), ...total]
}

async function openOfPods({ metrics }: Proven, { open }: Asked): Promise<readonly Count[]> {
  const of = { of: 'connections', by: 'quiet.open', declared: true } as const
  if (!open) return []
  return orWhy(of, async () => {
    const found = await metrics.series(open.url, open.query)
    if (found.length === 0) return [{ ...of, counted: null, why: `${open.query} gives nothing` }]
    return [{ ...of, counted: found.map(counted) }]
  })
}

/** As people know it: `batch`, `batch/v2`. */
const counted = ({
  labels,
  value,
}: {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}): Counted => ({
  name:
    Object.keys(labels)
      .toSorted()
      .flatMap((label) => labels[label] || [])
      .join('/') || PODS,
  count: value,
})

async function atBalancer(world: Proven, asked: Asked, route: Route): Promise<readonly Count[]> {
  const of = { of: 'requests', by: `the load balancer of ${route.name}`, route: route.name } as const
  return orWhy(of, async () => {
    if (isNameRoute(route)) return ofRecord(world, asked, route)
    const [on] = balanced([route])
    return on ? [{ ...of, counted: named(route, await inGroup(world, asked, on)) }] : []
  })
}

const named = ({ name }: Route, count: number | null): readonly Counted[] | null =>
  count === null ? null : [{ name, count }]

async function inGroup(world: Proven, { on, ...asked }: Asked, { loadBalancer, groups }: GroupOnBalancer) {
  // Green's is known by a name, and may be gone already: then it serves nobody.
  const arn = on === 'blue' ? groups.blue : (await world.loadBalancing.findTargetGroup(groups.green))?.arn
  if (arn === undefined) return 0
  return requestsAt(world, asked, loadBalancer, arn)
}

const requestsAt = async (
  { cloudWatch }: Proven,
  { for: window }: Pick<Asked, 'for'>,
  loadBalancer: string,
  groupArn: string,
): Promise<number | null> =>
  requestsIn(await cloudWatch.data(groupTraffic(loadBalancer, dimensionOf(groupArn)), quietAsking(Date.now(), window)))

/** A side has a load balancer of its own, which tells of connections too; one that others share tells of theirs with them. */
async function ofRecord(world: Proven, asked: Asked, route: NameRoute): Promise<readonly Count[]> {
  const { on, for: window } = asked
  const by = `the load balancer of ${route.name}`
  const requests = { of: 'requests', by, route: route.name } as const
  const connections = { of: 'connections', by, route: route.name } as const
  const found = await balancerOf(world, route, on)
  // With its cluster it serves nobody; one that is kept without its object, or is not active, may still.
  if (!found)
    return (await world.ifThere(on))
      ? [{ ...requests, counted: null, why: 'its load balancer is not found' }]
      : [{ ...requests, counted: named(route, 0) }]
  const dimension = balancerDimension(found.arn)
  const asking = quietAsking(Date.now(), window)
  const [groups, bound] = await Promise.all([world.loadBalancing.groupsBehind(found.arn), boundIn(world, asked, on)])
  const mine = groups.filter((arn) => bound.has(arn))
  const alone = mine.length > 0 && mine.length === groups.length
  if (isNetwork(dimension)) {
    // What Kubernetes makes without the controller has no bindings, and one target group for each port of that one Service.
    const ofService =
      mine.length === 0 && route.target.startsWith('Service/') && asked.namespaces.includes(route.namespace)
    if (!alone && !ofService)
      return [{ ...requests, counted: null, why: 'it has target groups of others, and tells of all flows together' }]
    const { began, open } = flowsIn(await world.cloudWatch.data(flowsAt(dimension), asking))
    return [
      { ...requests, counted: named(route, began) },
      { ...connections, counted: named(route, open) },
    ]
  }
  const each = await Promise.all(mine.map((arn) => requestsAt(world, asked, dimension, arn)))
  const told = each.filter((count) => count !== null)
  // One that nobody tells of may serve what the others do not.
  const all = mine.length > 0 && told.length === mine.length
  const total = all ? told.reduce((sum, count) => sum + count, 0) : null
  return [
    {
      ...requests,
      counted: named(route, total),
      ...(mine.length === 0 && { why: 'none of its target groups is bound here' }),
    },
    ...(alone && total !== null
      ? [{ ...connections, counted: named(route, openIn(await world.cloudWatch.data(openAt(dimension), asking))) }]
      : []),
  ]
}

async function boundIn(world: Proven, { namespaces }: Asked, on: Side): Promise<ReadonlySet<string>> {
  const cluster = await world.on(on)
  const all = await Promise.all(namespaces.map((namespace) => cluster.list('TargetGroupBinding', { namespace })))
  return new Set(
    all.flat().flatMap(({ spec }) => (typeof spec?.['targetGroupARN'] === 'string' ? [spec['targetGroupARN']] : [])),
  )
}

/** Nobody may be asked for what somebody else tells. */
async function orWhy(
  of: Pick<Count, 'of' | 'by' | 'route' | 'some' | 'declared'>,
  read: () => Promise<readonly Count[]>,
): Promise<readonly Count[]> {
  try {
    return await read()
  } catch (error) {
    if (!isFailure(error)) throw error
    return [{ ...of, counted: null, why: error.message }]
  }
}
