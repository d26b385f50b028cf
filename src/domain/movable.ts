import { unlikeItsClass } from './contradictions.ts'
import { byAnnotation, type Beside } from './declared.ts'
import type { WorkloadFacts } from './facts.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { classify, startsAsleep, type Workload } from './handover.ts'
import { leftPageFindings, pageFindings, shownFor } from './maintenance.ts'
import { isBound, slug, workloadName, type Environment } from './platform.ts'
import { volumeFindings } from './volume-findings.ts'

/** What of an environment can change sides, each by its class, and what stands in the way of the rest. In name order. */
export function movable(
  found: readonly WorkloadFacts[],
  environment: Environment,
  beside: Beside,
): { readonly workloads: readonly Workload[]; readonly findings: readonly Finding[] } {
  const sorted = found
    .toSorted((a, b) => (slug(a.ref) < slug(b.ref) ? -1 : 1))
    .map((w) => classify(w, environment.handovers[workloadName(w.ref)], beside))
  const workloads = sorted.filter((w) => 'handover' in w)
  return {
    workloads,
    findings: [
      ...sorted.filter((w) => 'level' in w),
      ...workloads.flatMap((w) => annotated(w, found, environment)),
      ...workloads.flatMap((w) =>
        found.filter((f) => slug(f.ref) === slug(w.ref)).flatMap((f) => unlikeItsClass(w, f)),
      ),
      ...workloads.flatMap((w) => volumesMove(w, found)),
      ...leftPageFindings(environment, workloads),
      ...pageFindings(environment, workloads),
      // Behind a page nothing has to run on both sides.
      ...(shownFor(environment, workloads)
        ? []
        : [...routesAsleep(workloads, found), ...othersAsleep(workloads, sorted.length, environment)]),
      ...found.flatMap((f) => bothAtOnce(f, workloads, environment)),
      ...tooManyConnections(environment),
    ],
  }
}

/**
 * A route is opened once its targets on green are healthy, and its traffic is moved by weights: something behind it must
 * run on both sides at once.
 */
function routesAsleep(workloads: readonly Workload[], found: readonly WorkloadFacts[]): Finding[] {
  const behind = found.flatMap(({ ref, routes = [] }) => {
    const workload = workloads.find((w) => slug(w.ref) === slug(ref))
    return routes.map((name) => ({
      route: `${ref.namespace}/${name}`,
      ref,
      asleep: workload && startsAsleep(workload),
    }))
  })
  return [...new Set(behind.map(({ route }) => route))].toSorted().flatMap((route) => {
    const all = behind.filter((b) => b.route === route)
    // What has no class is a blocker by itself.
    if (all.some(({ asleep }) => asleep !== true)) return []
    return blocker(
      'route-asleep',
      route,
      `only ${all.map(({ ref }) => workloadName(ref)).join(' and ')} is behind it, and runs on one side at a time, so weights cannot move its traffic (Unsupported)`,
      'serve it by a workload that runs on both sides, or leave this namespace out and move it by hand',
    )
  })
}

/**
 * What is behind an HTTPRoute or a record, no object tells of which one could read it here; with nothing that is awake it
 * cannot be anything.
 */
const othersAsleep = (workloads: readonly Workload[], all: number, { routes }: Environment): Finding[] =>
  workloads.length === 0 || workloads.length < all || !workloads.every(startsAsleep)
    ? []
    : routes.flatMap((route) => {
        if (isBound(route)) return []
        const [about, from] =
          route.kind !== 'http-route'
            ? [route.name, 'records']
            : [`${route.namespace}/${route.httpRoute}`, 'httpRoutes']
        return blocker(
          'route-asleep',
          about,
          'no workload of its environment runs on both sides at once, so weights cannot move its traffic (Unsupported)',
          `serve it by a workload that does, or take it out of ${from} and move it by hand`,
        )
      })

function annotated(
  { ref, handover }: Workload,
  found: readonly WorkloadFacts[],
  { handovers }: Environment,
): Finding[] {
  const facts = found.find((w) => slug(w.ref) === slug(ref))
  const inFile = handovers[workloadName(ref)] !== undefined
  return facts?.annotated === undefined || inFile ? [] : [byAnnotation(facts, handover)]
}

function volumesMove({ ref, handover }: Workload, found: readonly WorkloadFacts[]): Finding[] {
  if (handover.class !== 'stateful') return []
  const { volumes = { claims: [], faults: [] } } = found.find((w) => slug(w.ref) === slug(ref)) ?? {}
  return volumeFindings(ref, handover, volumes)
}

/** What runs on both sides at once answers with more than one, and knows of no leader on the other side. */
function bothAtOnce(
  { ref, scaled, replicas, lease }: WorkloadFacts,
  workloads: readonly Workload[],
  { gate }: Environment,
): Finding[] {
  const overlaps = workloads.some((w) => w.handover.class === 'overlap' && workloadName(w.ref) === workloadName(ref))
  if (!overlaps) return []
  return [
    // Where nobody is asked, as in test, one is usual.
    ...(replicas === 1 && !scaled && gate !== undefined
      ? [
          warning(
            'single-replica',
            workloadName(ref),
            'one pod answers for it: while that is replaced, or its node drained, nobody does',
            'give it two replicas, or declare it singleton',
          ),
        ]
      : []),
    ...(lease === undefined
      ? []
      : [
          warning(
            'leads-on-both',
            workloadName(ref),
            `its pods agree on one leader by the Lease ${lease}, of which each cluster has its own: while both sides run, two lead`,
            `declare it singleton with lease: ${lease}, or see that two leaders do no harm`,
          ),
        ]),
  ]
}

/** Both sides run at once: twice the connections. */
const tooManyConnections = ({ externals, name }: Environment): Finding[] =>
  externals
    .filter((e) => 2 * e.connections > e.limit)
    .map((e) =>
      blocker(
        'connections-exceeded',
        `${name} ${e.name}`,
        `blue and green together open ${2 * e.connections} connections to ${e.endpoint}, which takes ${e.limit}`,
        'raise its limit, or make the pools smaller, for as long as both sides run',
      ),
    )
