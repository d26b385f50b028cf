import { arrive, byOthers, copiedAs, pointAway } from './arrival.ts'
import { askedBeforehand } from './before-requests.ts'
import { behindPage, findRoom, type Around, type Moved } from './behind-page.ts'
import { calendarInWords } from './calendar.ts'
import { filled, measuring, requestsOn } from './checks.ts'
import { seconds, type Duration } from './duration.ts'
import type { EnvironmentFacts } from './facts.ts'
import { few } from './few.ts'
import { isPlain } from './floors.ts'
import type { GateRule } from './gates.ts'
import { meeting } from './groups.ts'
import { handover, startsAsleep, type Workload } from './handover.ts'
import { shownFor, stops, type Shown } from './maintenance.ts'
import type { Measure } from './measures.ts'
import { movable } from './movable.ts'
import { inOrder, just, pair, sideBySide, stay, undoing, type Move } from './moves.ts'
import type { PlanBody } from './plan.ts'
import { deployedByOthers } from './platform-file.ts'
import {
  isBound,
  isNameRoute,
  clusterOf,
  scopeOf,
  slug,
  type App,
  type Environment,
  type Platform,
  type Route,
  type Side,
} from './platform.ts'
import { ELSEWHERE_STEP, PROOF_STEP } from './roles.ts'
import { act, ask, leaves, waitFor, type LeafStep, type Step, type WaitStep } from './steps.ts'
import { judgesBlue, needsNoTraffic, takesBack, withoutBlue, type Check } from './verdict.ts'
import { waived } from './waivers.ts'

const HANDOVERS_AT_ONCE = 5

/** One environment of one app. Made early for all, so that findings and gates are known, and again when its turn comes. */
export function planCutover(
  platform: CutoverPlatform,
  app: App,
  declared: Environment,
  facts: EnvironmentFacts,
): PlanBody {
  const ofFile = tidied(declared)
  const { workloads, findings } = movable(facts.workloads, ofFile, { clocks: platform.calendar !== undefined })
  const shown = shownFor(ofFile, workloads)
  // Behind a page nobody is served by both: green has all of it, or nothing.
  const environment = shown ? { ...ofFile, weights: [100] } : ofFile
  const it: Subject = { platform, app, environment, workloads, left: ofFile.weights, ...(shown && { shown }) }

  const ready = getReady(it)
  const moved = shown ? behindPage(aroundPage(it, shown, ready.forward)) : inTheOpen(it)
  const { begins } = moved
  const awake = { ...environment, checks: untilAwake(it) }
  const watched = shown ? byItself(awake) : awake
  const together = meeting(app.name, environment, gates(environment), moved)

  return {
    subject: {
      ...scopeOf({ ...platform, platform: platform.name }),
      app: app.name,
      environment: environment.name,
      team: app.team,
    },
    images: facts.images,
    findings: waived(findings, platform.waivers ?? []),
    phases: [
      {
        name: environment.name,
        title: `${app.name} ${environment.name}`,
        forward: [
          verify(it),
          ...ready.forward,
          ...proveRoles(it, facts),
          ...proveChecks(it),
          ...(shown ? [findRoom(environment.name, shown)] : []),
          ...smoke(it),
          ...together.forward,
          ...quiet(it, 'blue'),
        ],
        back: [...moved.back, ...quiet(it, 'green').map((step) => undoing(moved.weights, step)), ...ready.back],
        commit: [pointAway(placeOf(it)), ...moved.commit, ...ready.commit],
        onFailure: 'rollback',
        ...(begins && { health: { from: begins.id, checks: watched.checks.filter(takesBack) } }),
      },
    ],
  }
}

/** Traffic first, there and back: people are served before jobs are tidied up. */
function inTheOpen(it: Subject): Moved {
  const [traffic, jobs] = [moveTraffic(it), handOver(it)]
  const forward = [...traffic.forward, ...jobs.forward]
  return {
    forward,
    back: [...traffic.back, ...jobs.back],
    commit: [...traffic.commit, ...jobs.commit],
    weights: traffic.forward,
    begins: leaves(forward)[0],
  }
}

/** With what stops apart from what keeps nobody waiting. */
function aroundPage(it: Subject, shown: Shown, ready: readonly Step[]): Around {
  const { app, environment, workloads } = it
  const [behind, others] = [workloads.filter(stops), workloads.filter((w) => !stops(w))]
  const served = { ...environment, checks: untilAwake({ ...it, workloads: others }) }
  return {
    environment: environment.name,
    shown,
    opened: leaves(ready).filter((step) => step.kind === 'action' && step.action === 'openRoute'),
    windows: behind.flatMap((w) => window(it, w)),
    traffic: moveTraffic(it),
    stopping: workloadsMove(it, behind, { windows: false }),
    others: workloadsMove(it, others, { windows: true, name: 'handover-after' }),
    served: observed(app, byItself(served), 'served', 'once its visitors are served'),
    handedOver: observed(app, byItself(environment), 'handover', 'after the handover'),
    unfenced: (handedOver) => unfenced(it, handedOver),
  }
}

/** These lists come in whatever order they were found: equal ones must give equal plans. */
const tidied = (environment: Environment): Environment => ({
  ...environment,
  namespaces: environment.namespaces.toSorted(),
  routes: inNameOrder(environment.routes, (r) => r.name),
  externals: inNameOrder(environment.externals, (e) => e.name),
  checks: inNameOrder(environment.checks, (c) => c.name),
})

const inNameOrder = <T>(items: readonly T[], name: (item: T) => string): T[] =>
  items.toSorted((a, b) => (name(a) < name(b) ? -1 : 1))

export type CutoverPlatform = Pick<
  Platform,
  'name' | 'account' | 'region' | 'blue' | 'green' | 'quiet' | 'metrics' | 'calendar' | 'waivers'
>

interface Subject {
  readonly platform: CutoverPlatform
  readonly app: App
  readonly environment: Environment
  readonly workloads: readonly Workload[]
  /** What an earlier cutover, which may have had no page, may have left its routes at. */
  readonly left: Environment['weights']
  readonly shown?: Shown
}

const placeOf = ({ app, environment }: Subject) => ({
  app: app.name,
  environment: environment.name,
  namespaces: environment.namespaces,
})

/** Once more: since all were tried together its team may have deployed. What is noticed is read at its gate. */
const verify = (it: Subject): LeafStep =>
  act(`${it.environment.name}/verify`, 'dryRunObjects', {
    ...placeOf(it),
    on: 'green',
    ...byOthers(it.app),
    ...copiedAs(it.environment),
    movesNext: true,
  })

/** Its pods are there, and nothing has moved. */
const proveRoles = (it: Subject, { roles, rolesElsewhere }: EnvironmentFacts): LeafStep[] => {
  const its = { ...placeOf(it), on: 'green' as const }
  return [
    ...(rolesElsewhere ? [act(`${it.environment.name}/${ELSEWHERE_STEP}`, 'awaitRolesElsewhere', its)] : []),
    ...(roles
      ? [
          act(`${it.environment.name}/${PROOF_STEP}`, 'proveRoles', {
            ...its,
            ...(rolesElsewhere && { elsewhere: true }),
          }),
        ]
      : []),
  ]
}

/** Routes are open, at weight 0: what would say nothing at any weight is found before anybody is sent there. */
function proveChecks(it: Subject): LeafStep[] {
  const checks = askedBeforehand(it.environment.checks)
  if (checks.length === 0) return []
  // Where no requests come in, what is judged may be its jobs.
  const mayBeAsleep = sleeps(it) || (it.environment.routes.length === 0 && it.workloads.some(startsAsleep))
  return [
    act(`${it.environment.name}/checks`, 'proveChecks', {
      ...placeOf(it),
      checks,
      ...(mayBeAsleep && { mayBeAsleep: true as const }),
    }),
  ]
}

/** Green runs the app at blue's size, and blue keeps its size for the way back. */
function getReady(it: Subject): Move {
  const { environment, workloads } = it
  const id = (...path: string[]) => [environment.name, ...path].join('/')

  const green = ({ ref: workload, scaled }: Workload): Move => ({
    ...pair(
      act(id(slug(workload), 'pin-green'), 'pinSize', { workload, on: 'green', like: 'blue', wait: true }),
      act(id(slug(workload), 'unpin-green'), 'unpinSize', { workload, on: 'green' }),
    ),
    commit: [
      act(id('commit', slug(workload), 'unpin-green'), 'unpinSize', {
        workload,
        on: 'green',
        ...(!scaled && { serves: true as const }),
      }),
    ],
  })
  const scaled = workloads.filter(sized).map((one): Move => {
    const { ref: workload } = one
    const pin = act(id(slug(workload), 'pin'), 'pinSize', {
      workload,
      on: 'green',
      like: 'blue',
      wait: true,
      both: true,
    })
    const unpinBlue = act(id(slug(workload), 'unpin-blue'), 'unpinSize', { workload, on: 'blue' })
    const { back, commit } = green(one)
    return { forward: [pin], back: [...leaves(back), unpinBlue].map((step) => undoing([pin], step)), commit }
  })
  // A copy has blue's size; what others deploy has the one that is written where they deploy from.
  const plain = deployedByOthers(it.app.deploy) ? workloads.filter(sizedByItself).map(green) : []
  const sizes = [...scaled, ...plain]
  const left = { weights: it.left, grown: workloads.filter(sized).map((w) => w.ref) }
  const untold = environment.routes.filter((r) => !isBound(r))

  return inOrder(
    arrive(it.app.deploy, {
      place: placeOf(it),
      copied: copiedAs(environment),
      asleep: workloads.filter(startsAsleep).map((w) => w.ref),
      fenced: fencedNamespaces(it),
      drains: greenBuffers(it),
      ...(untold.length > 0 && { routes: untold }),
      ...(environment.argocd && { argocd: environment.argocd }),
    }),
    sideBySide(id('size'), 'size green like blue', HANDOVERS_AT_ONCE, sizes, {
      back: 'give sizes back to their owners',
      commit: 'give sizes back to their owners',
    }),
    ...environment.routes.map((route) => ({
      ...pair(
        act(id('route', route.name, 'open'), 'openRoute', {
          route,
          left,
          ...(it.shown && { mayBeAsleep: true as const }),
        }),
        act(id('route', route.name, 'close'), 'settleRoute', { route, on: 'blue', left }),
      ),
      commit: [act(id('route', route.name, 'settle'), 'settleRoute', { route, on: 'green' })],
    })),
    ...environment.routes.flatMap((route) => warmed(route, id)),
    just(
      ...environment.externals.map(({ name, endpoint }) =>
        act(id('external', name), 'checkExternal', {
          app: it.app.name,
          namespace: environment.namespaces[0] ?? '',
          on: 'green',
          endpoint,
        }),
      ),
    ),
  )
}

/** A load balancer of its own is new on green; one that both sides share is not. */
function warmed(route: Route, id: (...path: string[]) => string): Move[] {
  if (!isNameRoute(route) || route.capacity === 0) return []
  const release = (name: string) => act(id('route', route.name, name), 'releaseCapacity', { route })
  const reserve = act(id('route', route.name, 'reserve'), 'reserveCapacity', { route })
  return [{ ...pair(reserve, release('release')), commit: [release('let-go')] }]
}

/** Where something may run on one side only; not at all, or a list. */
function fencedNamespaces({ workloads }: Subject): (readonly string[])[] {
  const namespaces = new Set(workloads.filter(startsAsleep).map((w) => w.ref.namespace))
  return namespaces.size === 0 ? [] : [[...namespaces].toSorted()]
}

const greenBuffers = (it: Subject): LeafStep[] =>
  it.workloads.flatMap(({ ref: workload, handover: h }) =>
    h.class === 'buffer'
      ? [
          act(`${it.environment.name}/${slug(workload)}/drain-green`, 'drainBuffer', {
            workload,
            on: 'green',
            within: h.drainWithin,
            depth: asks(it)('green', workload.namespace, h.depth),
            ...(h.flush !== undefined && { flush: h.flush }),
          }),
        ]
      : [],
  )

const beside = (name: string, title: string, steps: readonly LeafStep[]): readonly Step[] =>
  steps.length < 2
    ? steps
    : sideBySide(
        name,
        title,
        steps.length,
        steps.map((step) => ({ ...stay, back: [step] })),
      ).back

/** Up by steps, each observed; back in one. */
function moveTraffic(it: Subject): Move {
  const { app, environment, workloads } = it
  const id = (...path: string[]) => [environment.name, ...path].join('/')
  const { routes, weights } = environment
  if (routes.length === 0) return stay

  const forward = weights.flatMap((to, n): Step[] => [
    ...routes.map((route) =>
      act(id('route', route.name, `${to}`), 'setWeight', { route, to, expect: [weights[n - 1] ?? 0, to] }),
    ),
    observed(app, { ...environment, checks: untilAwake(it) }, `${to}`, `at ${to} %`),
  ])
  const onto = {
    workloads: workloads.filter((w) => sized(w) || sizedByItself(w)).map((w) => w.ref),
    // What may be asleep on blue, since jobs go back after traffic, says nothing of it.
    checks: untilAwake(it)
      .filter((check) => check.onceWell !== true)
      .flatMap(withoutBlue)
      .filter(judgesBlue),
  }
  const back = [
    // Blue may have been at 0 % for days: raise its floor to what green runs now. Its routes do so by themselves, and wait for nothing else.
    ...(it.shown ? workloads : [])
      .filter(sized)
      .map(({ ref: workload }) =>
        undoing(
          forward,
          act(id(slug(workload), 'grow-blue'), 'pinSize', { workload, on: 'blue', like: 'green', wait: false }),
        ),
      ),
    // One that waits for blue, or for people, must not keep the others on green.
    ...beside(
      id('routes'),
      `take the routes of ${app.name} back`,
      routes.map((route) =>
        undoing(
          forward.filter(moves(route)),
          act(id('route', route.name, 'back'), 'setWeight', {
            route,
            to: 0,
            expect: [0, ...weights],
            // Behind a page nobody is served by either side while blue grows.
            ...(onto.workloads.length + onto.checks.length > 0 && !it.shown && { onto }),
          }),
        ),
      ),
    ),
  ]
  return { forward, back, commit: [] }
}

function handOver(it: Subject): Move {
  const { app, environment, workloads } = it
  const all = workloadsMove(it, workloads, { windows: true })
  if (all.forward.length === 0) return all
  return {
    ...all,
    forward: [...all.forward, observed(app, byItself(environment), 'handover', 'after the handover')],
    back: [...all.back, ...unfenced(it, all.forward)],
  }
}

/** `windows`: each waits for its own. */
function workloadsMove(
  it: Subject,
  workloads: readonly Workload[],
  { windows, name = 'handover' }: { readonly windows: boolean; readonly name?: string },
): Move {
  const { app, environment } = it
  const spot = { environment: environment.name, team: environment.gate ?? teamDecides(app), ask: asks(it) }
  const waits = (w: Workload) => (windows ? window(it, w) : [])
  const moved = workloads.map((w) => inOrder(just(...waits(w)), handover(w, spot)))
  // Who waits for a window, for days perhaps, takes nobody's place.
  const waiting = workloads.flatMap(waits)
  const title = [`hand over ${app.name}'s workloads`, ...waiting.map((w) => w.title)].join('; ')
  return sideBySide(`${environment.name}/${name}`, title, HANDOVERS_AT_ONCE + waiting.length, moved, {
    back: `hand ${app.name}'s workloads back`,
    commit: `let go of what ${app.name}'s workloads had on blue`,
  })
}

/** What is stopped or suspended on blue is fenced by that. */
const unfenced = (it: Subject, handedOver: readonly Step[]): LeafStep[] =>
  handedOver.length === 0
    ? []
    : fencedNamespaces(it).map((namespaces) =>
        undoing(handedOver, act(`${it.environment.name}/unfence-blue`, 'removeFence', { namespaces, on: 'blue' })),
      )

/** Its own hours, whatever those of the platform are; closed days are everybody's. */
function window({ platform: { calendar }, environment }: Subject, { ref, handover: h }: Workload): WaitStep[] {
  if (!calendar || h.window === undefined || h.class === 'overlap') return []
  const open = { ...calendar, hours: h.window }
  return [
    waitFor(
      `${environment.name}/${slug(ref)}/window`,
      open,
      `wait for the window of ${ref.name}: ${calendarInWords(open)}`,
    ),
  ]
}

const asks =
  ({ platform }: Subject) =>
  (side: Side, namespace: string, measure: Measure) =>
    measuring(measure, platform.metrics, { cluster: clusterOf(platform, side), namespaces: [namespace] })

function gates({ name, gate, group }: Environment): Step[] {
  const others = group ? `, together with ${few(group.others.map((o) => o.app))}` : ''
  return gate ? [ask(`${name}/gate`, `move ${name} to green${others}`, gate)] : []
}

/** Blue serves nothing any more: there is nothing to compare with, but its pods and its API server. */
const byItself = (environment: Environment): Environment => ({
  ...environment,
  checks: environment.checks.flatMap((check) => (check.source.kind === 'kubernetes' ? [check] : withoutBlue(check))),
})

const observed = (app: App, { name, observe, checks }: Environment, point: string, words: string): LeafStep => ({
  kind: 'observe',
  id: `${name}/observe/${point}`,
  title: `observe ${app.name} ${words}`,
  for: observe,
  checks,
})

/** What is probed may sleep on green until its handover. Nobody serves from a CronJob. */
const sleeps = ({ workloads }: Subject): boolean => workloads.some((w) => startsAsleep(w) && w.ref.kind !== 'CronJob')

/**
 * Whom a probe asks its address does not tell: where something sleeps, one counts once it was answered well. A Job is run once
 * in a window and says nothing of what sleeps: it is for the window after the handover.
 */
const untilAwake = (it: Subject): readonly Check[] =>
  sleeps(it)
    ? it.environment.checks
        .filter(({ source }) => source.kind !== 'job')
        .map((check) => (needsNoTraffic(check) ? { ...check, onceWell: true as const } : check))
    : it.environment.checks

/** What needs no traffic is looked at before anybody is asked; not where it may be asleep. */
function smoke(it: Subject): LeafStep[] {
  const { app, environment } = it
  const checks = sleeps(it) ? [] : environment.checks.filter(needsNoTraffic)
  if (checks.length === 0) return []
  const observe: Duration = `${Math.max(...checks.map((c) => c.minSamples * seconds(c.every)))}s`
  return [observed(app, { ...environment, observe, checks }, 'before', 'before it moves')]
}

const sized = (w: Workload): boolean => w.scaled && w.handover.class === 'overlap'

/** Nothing but its owner changes its size. */
const sizedByItself = (w: Workload): boolean => !w.scaled && w.handover.class === 'overlap' && isPlain(w.ref)

/** Where no requests come in there is nothing to be quiet. */
function quiet(it: Subject, on: Side): LeafStep[] {
  const { app, platform, environment } = it
  const { routes, namespaces } = environment
  if (routes.length === 0) return []
  const { callers, open, ...rule } = platform.quiet
  const { url } = platform.metrics
  const asked = { cluster: clusterOf(platform, on), namespaces, window: rule.for }
  const put = (query: string | undefined) => (query === undefined ? undefined : { url, query: filled(query, asked) })
  const [named, left] = [put(callers), put(open)]
  return [
    act(`${environment.name}/quiet/${on}`, 'confirmQuiet', {
      ...placeOf(it),
      ...rule,
      ...app.quiet,
      accept: [...new Set([...rule.accept, ...(app.quiet?.accept ?? [])])].toSorted(),
      on,
      routes,
      question: requestsOn(platform.metrics, asked),
      ...(named && { callers: named }),
      ...(left && { open: left }),
    }),
  ]
}

const moves =
  (route: Route) =>
  (step: Step): boolean =>
    step.kind === 'action' && step.action === 'setWeight' && step.input.route.name === route.name

const teamDecides = (app: App): GateRule => ({ teams: [app.team], approvals: 1, exclude: [], remindEvery: '4h' })
