import {
  allHandlersFinished,
  condition,
  CancellationScope,
  defineQuery,
  defineSignal,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import { blank } from '../domain/journal.ts'
import {
  COMMIT,
  FOLLOW,
  LEAVE,
  environmentIn,
  isCutoverRequest,
  isFollow,
  isPass,
  PASS,
  passKey,
  reasonIn,
  TURN,
  type CutoverRequest,
  type CutoverResult,
  type CutoverStatus,
  type Order,
} from '../domain/messages.ts'
import { scopeOf, type Environment } from '../domain/platform.ts'
import { no } from '../domain/gates.ts'
import { reportOf } from '../domain/report.ts'
import type { WatchedEnvironment } from '../domain/watching.ts'
import { question } from './activities.ts'
import { appWatch } from './app-watch.ts'
import { environmentLife, type Journey } from './environment-life.ts'
import type { LiveRun } from './executor.ts'
import { listen } from './listen.ts'
import { anOffice, furnish, proves, resting, show, statuses, untoldOf } from './office.ts'
import { failed } from './problems.ts'
import { tag } from './search-attributes.ts'
import { mayHaveNoWayBack, noWayBack } from './way-back.ts'

/** One app. Each environment lives by itself: it waits for its turn, moves, stays watched on green, and is committed or goes back. */
export async function appCutover(request: CutoverRequest): Promise<CutoverResult> {
  if (!isCutoverRequest(request))
    throw failed('InvalidInput', 'appCutover is started by clusterUpgrade, with its platform')
  const { platform, app } = request
  const names = app.environments.map((e) => e.name)
  const office = anOffice(request.by)
  furnish(office, platform)
  office.namespaces = Object.fromEntries(app.environments.map((e) => [e.name, e.namespaces]))
  office.argocd = Object.fromEntries(
    app.environments.flatMap(({ name, argocd, fenced = [] }) =>
      argocd ? [[name, { ...argocd, asleep: fenced }]] : [],
    ),
  )
  const journey: Journey = {
    office,
    request,
    turns: new Set(),
    arrived: new Set(),
    held: new Set(),
    leaving: new Map(),
    following: new Map(),
    passes: new Map(),
    rollbacks: [],
    watch: appWatch({
      subject: { ...scopeOf({ ...platform, platform: platform.name }), team: app.team, app: app.name },
      environments: () => app.environments.map((environment, n) => watchedAs(environment, office.runs[n])),
      run: request.made ?? workflowInfo().firstExecutionRunId,
    }),
    ending: undefined,
    calledBack: false,
    committing: false,
    unwatched: new Set(),
  }
  const lives = app.environments.map((environment) => environmentLife(journey, environment))
  const leaveAll = (why: string) => {
    journey.ending = why
    for (const name of names) journey.leaving.set(name, why)
  }
  const why = ({ by, reason }: Order, did: string) => `${by} ${did}: ${reason ?? 'no reason given'}`

  setHandler(defineQuery('status'), (): CutoverStatus => ({
    platform: platform.name,
    app: app.name,
    team: app.team,
    paused: office.paused,
    runs: statuses(office),
    findings: office.runs.flatMap((run) => run.plan.findings),
    log: office.desk.log,
    ...untoldOf(office),
    ...proves(office),
  }))
  // Before `listen`, whose handler of unknown messages would take what was sent before the first task.
  setHandler(defineSignal<[unknown]>(TURN), (body) => {
    const environment = environmentIn(body)
    if (environment !== undefined && names.includes(environment)) journey.turns.add(environment)
  })
  setHandler(defineSignal<[unknown]>(LEAVE), (body) => {
    journey.calledBack = true
    leaveAll(reasonIn(body) ?? 'the upgrade takes it back')
  })
  setHandler(defineSignal<[unknown]>(PASS), (body) => {
    if (isPass(body)) journey.passes.set(passKey(body), body)
  })
  setHandler(defineSignal<[unknown]>(FOLLOW), (body) => {
    if (!isFollow(body)) return
    const { environment, app: from } = body
    const others = app.environments.find((e) => e.name === environment)?.group?.others ?? []
    // Of one that has not begun nothing is on green.
    if (journey.turns.has(environment) && (from === undefined || others.some((o) => o.app === from)))
      journey.following.set(environment, body)
  })
  setHandler(defineSignal(COMMIT), () => commit())
  listen(
    office,
    {
      ...resting(office),
      abort: (order) => leaveAll(why(order, 'aborted it')),
      rollback: (order) => {
        for (const name of order.environment === undefined ? names : [order.environment]) {
          if (journey.turns.has(name)) journey.leaving.set(name, why(order, 'rolled it back'))
        }
      },
      replan: () => undefined, // refused: it is for the upgrade
    },
    { rollback: beforeGoingBack },
  )
  tag({ platform: platform.name, app: app.name, team: app.team })
  // Planned at once, so that findings and gates are known before anything moves.
  const plans = await CancellationScope.nonCancellable(() =>
    question('planApp', 'plan', `plan ${app.name}`, 'quick', { platform, app, by: request.by }),
  )
  office.runs = plans.map((plan): LiveRun => ({ plan, journal: blank, goingBack: false }))
  show(office)

  const ends = await Promise.all(lives.map((life, n) => life.live(office.runs[n] ?? missing(names[n]))))
  // The end waits for whoever does not answer; how it stands is told before.
  if (office.teller.isTelling())
    await Promise.all(lives.map((life, n) => life.told(ends[n] === 'done' ? 'committed' : 'back')))
  await office.teller.allTold()
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished))
  return {
    outcome: ends.every((end) => end === 'done') ? 'done' : 'rolled-back',
    report: reportOf(office.runs, office.desk, journey.rollbacks),
  }

  /** What its owner has handed over blue does not serve any more: told before anything goes back, and not half-way. */
  function beforeGoingBack({ environment }: Order, pace: 'glance' | 'quick') {
    const asked = app.environments.flatMap((it, n) => {
      const subject = office.runs[n]?.plan.subject
      const goes = (environment === undefined || it.name === environment) && journey.turns.has(it.name)
      return goes && subject && mayHaveNoWayBack(it) ? [{ subject, environment: it }] : []
    })
    if (asked.length === 0) return undefined
    return async () => {
      const told = await Promise.all(
        asked.map(async (one) => {
          const why = await noWayBack({ ...one, made: request.made, as: 'way-back', pace })
          return why && `${one.environment.name}: ${why}`
        }),
      )
      const why = told.find((it) => it !== undefined)
      return why === undefined ? undefined : no('handed-over', why)
    }
  }

  /** Refused as a whole when one environment is not there: half a commit helps nobody. */
  function commit(): void {
    const away = lives.filter(
      ({ name }, n) => !journey.arrived.has(name) || journey.held.has(name) || office.runs[n]?.goingBack !== false,
    )
    for (const life of away) void life.told('trouble', 'not well on green')
    if (away.length > 0) return
    journey.committing = true
    for (const run of office.runs) run.letGo = true
  }
}

const watchedAs = ({ name, routes, weights }: Environment, run: LiveRun | undefined): WatchedEnvironment => {
  const [phase] = run?.plan.phases ?? []
  return { name, checks: phase?.health?.checks ?? [], routes, weights }
}

function missing(name: string | undefined): never {
  throw new Error(`${name ?? ''} has no run`)
}
