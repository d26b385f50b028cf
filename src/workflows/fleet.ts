import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import {
  CancellationScope,
  condition,
  defineSignal,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  setHandler,
  startChild,
} from '@temporalio/workflow'
import {
  COMMIT,
  cutoverId,
  isTold,
  LEAVE,
  TOLD,
  TURN,
  type AppStanding,
  type CutoverResult,
  type Told,
} from '../domain/messages.ts'
import { milliseconds, type Duration } from '../domain/duration.ts'
import { unlessAlways, type Calendar, type Opening } from '../domain/calendar.ts'
import type { App, Platform } from '../domain/platform.ts'
import type { Report } from '../domain/report.ts'
import { breached, breachOf, NO_BREACHES, overBreach, relatedTo, settledBreach } from '../domain/troubles.ts'
import type { AppStep } from '../domain/steps.ts'
import { key, outside, turns, type Mover, type Standing, type Turn, type Turns } from '../domain/turns.ts'
import type { appCutover } from './app-cutover.ts'
import type { Together } from './lookout.ts'
import { gathering } from './gathering.ts'
import { show, type Office } from './office.ts'
import { alarmOf } from './clock.ts'
import { epoch, openingOf } from './openings.ts'
import { failed, problemOf, summary } from './problems.ts'
import { pairsOf } from './search-attributes.ts'

/** Each is sent what it needs of the platform, some 10 KB. */
const STARTED_TOGETHER = 50

/** The upgrade's apps: started together, given turns, and taken back or committed. */
export interface Fleet {
  /** Again: of an app that is new it says where it stands, and it gets turns once it was started. */
  know(platform: Platform): void
  /** Its cutover ends, of which nothing is on green, and is started anew where the platform still has it. */
  letGo(app: string, why: string): Promise<void>
  go(step: AppStep, why: () => string): Promise<void>
  /**
   * Ends when all of them are on green, each since so long; fails where one is over, and starts it again when asked once
   * more.
   */
  onGreen(apps: readonly string[], since?: Duration): Promise<void>
  /** Beside whatever is done; never ends by itself. */
  giveTurns(): Promise<never>
  standings(): AppStanding[]
  reports(): Report[]
  /** Why too many are in trouble for anybody to get a turn; undefined: they are not. */
  stopped(): string | undefined
  readonly together: Together
}

/** Undefined: it stands in line for its turn. */
function standingAs(
  is: Exclude<Told['is'], 'breaching' | 'leaving'>,
  at: string,
  onBlue: boolean,
): Standing | undefined {
  if (is === 'behind') return undefined
  if (is === 'on-green') return { is, since: at }
  return is === 'trouble' && onBlue ? { is, onBlue } : { is }
}

export function fleet(office: Office, by: unknown): Fleet {
  const standings: Record<string, Standing> = {}
  const notes: Record<string, string> = {}
  let breaches = NO_BREACHES
  /** Those of them that breached with others that they have nothing to do with, and of whom nobody was told. */
  const together = new Set<string>()
  const started = new Set<string>()
  const over = new Map<string, CutoverResult | { readonly failed: string }>()
  /** Those whose start was tried: nobody waits for the others of these. */
  const tried = new Set<string>()
  /** Those that were said to have left, and by whom where another lets go of blue with them: asked again, they start again. */
  const missed = new Set<string>()
  /** Told to let go of blue, and neither over nor in trouble since. */
  const letting = new Set<string>()
  /** Those that are started again in this moment, whoever asked for it. */
  const coming = new Set<string>()
  /** The run of each one's first cutover here: what is made is that one's, whoever goes on with it. */
  const firsts = new Map<string, string>()
  /** Terminated or broken in mid-run, and why: where it had got to nobody knows, until another cutover has brought all of it to green. */
  const lost = new Map<string, string>()
  const kept: Report[] = []
  const leaving = new Set<string>()
  /** Told to go back because the upgrade does. */
  const calledBack = new Set<string>()
  let platform: Platform | undefined
  let movers: Mover[] = []
  let placesOf: ReadonlyMap<string, readonly string[]> = new Map()
  let allTried = false
  let version = 0
  /**
   * Whether turns may be given out, as it was told last, and how often that was asked. Forgotten by all that happens and
   * does not tell when: by then it may be late.
   */
  let opening: Opening | undefined
  let looks = 0
  /** Rests are over by what the apps tell, and by the timers that were set for it. */
  const clock = epoch()

  const set = (place: string, standing: Standing | undefined, note = '') => {
    if (standing === undefined) delete standings[place]
    else standings[place] = standing
    notes[place] = note
    version += 1
  }
  setHandler(defineSignal<[unknown]>(TOLD), (body) => {
    // Also an app of an earlier upgrade may speak: it is not ours.
    if (!isTold(body) || !started.has(body.app) || !places(body.app).includes(key(body.app, body.environment))) return
    const { app, environment, is, at, note, onBlue } = body
    clock.heard(at)
    if (is === 'breaching') return breaching(app, environment, at)
    if (is !== 'trouble' || onBlue === true) breaches = settledBreach(breaches, { app, environment })
    if (is === 'trouble') letting.delete(app)
    if (is === 'leaving') set(key(app, environment), { is: 'trouble' }, `goes back: ${note ?? ''}`)
    else set(key(app, environment), standingAs(is, at, onBlue === true), note)
    if (isThere(app)) lost.delete(app)
    group.heard(body)
    show(office)
  })

  const group = gathering({
    standings,
    isOver: (app) => over.has(app),
    moves: (app, environment) => {
      // What overtook the end of its run changes nothing.
      if (!over.has(app)) set(key(app, environment), { is: 'moving' })
    },
    wentAlong: (app, environment, why) => set(key(app, environment), { is: 'trouble' }, `goes back: ${why}`),
    speak: (app, signal, body) => speak(app, signal, body),
    show: () => show(office),
  })

  function breaching(app: string, environment: string, at: string): void {
    const now = breached(breaches, { app, environment, at }, relatedTo(app, platform?.apps ?? []))
    breaches = now.breaches
    for (const name of now.together) together.add(name)
  }

  // Asked of every app by each condition at every event.
  const places = (name: string): readonly string[] => placesOf.get(name) ?? []
  /** Nobody of them is on blue, or asks. */
  const isThere = (name: string) =>
    places(name).every((p) => ['on-green', 'committed'].includes(standings[p]?.is ?? ''))
  /** By workflow id: a handle of a child does not survive a reset. */
  const speak = (app: string, signal: string, body: object) =>
    getExternalWorkflowHandle(cutoverId(platform?.name ?? '', app)).signal(signal, body)

  /** What one task sends is one piece, of which Temporal takes 4 MB: so many with all that each needs, and then the next. */
  const line = { came: 0, went: 0 }
  async function inLine<T>(work: () => Promise<T>): Promise<T> {
    const place = line.came
    line.came += 1
    try {
      if (place >= line.went + STARTED_TOGETHER) await condition(() => place < line.went + STARTED_TOGETHER)
      return await work()
    } finally {
      line.went += 1
    }
  }

  async function start(app: App, of: Platform): Promise<void> {
    const made = firsts.get(app.name)
    const child = await inLine(() => begun(app, of, made))
    if (made === undefined) firsts.set(app.name, child.firstExecutionRunId)
    over.delete(app.name)
    calledBack.delete(app.name)
    for (const place of places(app.name)) set(place, undefined)
    started.add(app.name)
    tried.add(app.name)
    group.begun(app)
    opening = undefined
    version += 1
    void CancellationScope.nonCancellable(() => child.result())
      .catch((error: unknown) => ({ failed: problemOf(error).message }))
      .then((end) => ended(app.name, end))
  }

  /** Not cancelled with the step: whoever goes back is told so by name, one wave after the other. */
  function begun(app: App, of: Platform, made: string | undefined) {
    const { apps: _apps, waves: _waves, ...rest } = of
    const related = relatedTo(app.name, of.apps)
    return CancellationScope.nonCancellable(() =>
      startChild<typeof appCutover>('appCutover', {
        workflowId: cutoverId(of.name, app.name),
        args: [
          { platform: rest, app, by: typeof by === 'string' ? by : '', related, ...(made !== undefined && { made }) },
        ],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        // For so long a worker that died in a task of it is waited for. Only the upgrade's own tasks may take longer.
        workflowTaskTimeout: '10s',
        staticSummary: summary(`move ${app.name} to ${of.green}`),
        staticDetails: `${app.environments.map((e) => e.name).join(', ')} of ${app.name} (${app.team}), from ${of.blue} to ${of.green}`,
        typedSearchAttributes: pairsOf({
          platform: of.name,
          app: app.name,
          team: app.team,
          // As it would write itself, with an event, once it has planned.
          phase: app.environments.map((e) => `${e.name}: pending`),
        }),
      }),
    ).catch((error: unknown) => {
      tried.add(app.name)
      for (const place of places(app.name)) set(place, { is: 'trouble' }, 'it could not be started')
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
      throw failed(
        'Contested',
        `${cutoverId(of.name, app.name)} is still open from an earlier upgrade: end it there (abort), then retry`,
      )
    })
  }

  function ended(name: string, end: CutoverResult | { readonly failed: string }): void {
    over.set(name, end)
    letting.delete(name)
    breaches = overBreach(breaches, name)
    opening = undefined
    if ('report' in end) kept.push(end.report)
    else lost.set(name, end.failed)
    const committed = 'outcome' in end && end.outcome === 'done'
    for (const place of places(name))
      if (committed) set(place, { is: 'committed' })
      else set(place, { is: 'trouble', ...('outcome' in end && { onBlue: true }) }, left(name))
    // Whoever is let go of has nothing on green, and starts anew or is gone; where all go back each is told by itself.
    if (!leaving.has(name) && !calledBack.has(name))
      group.ended(name, committed ? 'committed' : 'outcome' in end ? 'on-blue' : 'unknown')
    show(office)
  }

  const isCommitted = (name: string): boolean => {
    const end = over.get(name)
    return end !== undefined && 'outcome' in end && end.outcome === 'done'
  }

  const left = (name: string): string => {
    const end = over.get(name)
    const how = end === undefined ? 'it is open' : 'failed' in end ? end.failed : end.outcome
    return `${name} left the upgrade (${how}): retry starts it again`
  }

  /** Fails once for those that are over; asked again, it starts them again. */
  async function gather(names: readonly string[], of: Platform, along?: string): Promise<void> {
    const gone = names.filter((name) => over.has(name) && !isCommitted(name))
    const isOther = (name: string) => along !== undefined && name !== along
    const as = (name: string) => (isOther(name) ? key(along ?? '', name) : name)
    const news = gone.filter((name) => !missed.has(as(name)))
    for (const name of news) missed.add(as(name))
    const why = (name: string) => `${isOther(name) ? `${along} lets go of blue with ${name} alone: ` : ''}${left(name)}`
    if (news.length > 0) throw failed('Failed', news.map(why).join('; '))
    for (const app of of.apps.filter((a) => gone.includes(a.name))) await again(app, of)
  }

  async function again(app: App, of: Platform): Promise<void> {
    if (coming.has(app.name)) await condition(() => !coming.has(app.name))
    if (!over.has(app.name)) return
    coming.add(app.name)
    await start(app, of).finally(() => coming.delete(app.name))
    notMissed(app.name)
  }

  function notMissed(name: string): void {
    for (const it of missed) if (it === name || it.endsWith(key('', name))) missed.delete(it)
  }

  /** `along`: it lets go of blue with the others of these. */
  async function gathered(names: readonly string[], since?: Duration, along?: string): Promise<void> {
    if (!platform) throw failed('Failed', 'no platform')
    await gather(names, platform, along)
    const there = () => names.every((name) => isCommitted(name) || isThere(name))
    const gone = () => names.some((name) => over.has(name) && !isCommitted(name))
    for (;;) {
      await condition(() => there() || gone())
      if (!there()) return gather(names, platform, along)
      if (since === undefined) return
      const moment = new Date(arrivedLast(names) + milliseconds(since)).toISOString()
      if (!(await clock.until(() => !there(), moment, `until the last that moved is on green for ${since}`))) return
    }
  }

  /** When the one that moved last came to green; milliseconds since 1970. */
  const arrivedLast = (names: readonly string[]): number =>
    Math.max(
      ...names.flatMap(places).map((p) => {
        const standing = standings[p]
        return standing?.is === 'on-green' ? Date.parse(standing.since) : 0
      }),
    )

  async function move(app: App, of: Platform): Promise<void> {
    if (leaving.has(app.name)) await condition(() => !leaving.has(app.name))
    if (!started.has(app.name) || over.has(app.name)) await start(app, of)
    await condition(() => isThere(app.name) || over.has(app.name))
    if (over.has(app.name)) throw failed('Failed', left(app.name))
  }

  async function takeBack(name: string, why: string): Promise<void> {
    if (!started.has(name)) return
    if (!over.has(name)) {
      calledBack.add(name)
      for (const place of places(name))
        if (standings[place]?.is === 'on-green') set(place, { is: 'trouble' }, `goes back: ${why}`)
      await speak(name, LEAVE, { reason: why }).catch(async (error: unknown) => {
        // It ended by itself in this moment.
        if (!(await condition(() => over.has(name), '1m', { summary: `whether ${name} is over` }))) throw error
      })
      await condition(() => over.has(name))
    }
    // It is where it was, perhaps on green, which must not be deleted under it. Whoever was started for it since took back
    // only what it had begun itself.
    const how = lost.get(name)
    if (how !== undefined)
      throw failed('Failed', `${name} did not come back (${how}): see that blue serves it, then skip this`)
  }

  async function letGo(name: string, why: string): Promise<void> {
    leaving.add(name)
    try {
      // Terminated, it is on blue all the same: nothing of it was on green.
      await takeBack(name, why).catch((error: unknown) => {
        if (!over.has(name)) throw error
      })
      for (const all of [started, tried]) all.delete(name)
      notMissed(name)
      over.delete(name)
      for (const place of places(name)) set(place, undefined)
    } finally {
      leaving.delete(name)
      opening = undefined
    }
  }

  async function commit(name: string): Promise<void> {
    if (isCommitted(name)) return
    const all = [name, ...group.withIt(name)]
    await gathered(all, undefined, name)
    for (const place of places(name)) if (standings[place]?.is === 'trouble') set(place, { is: 'moving' })
    // In one moment, and to each once, whoever of them comes first. One that breaches in that moment stays alone (ADR 93).
    const news = all.filter((it) => !isCommitted(it) && !letting.has(it))
    for (const it of news) letting.add(it)
    for (const it of news) if (it !== name) void speak(it, COMMIT, {}).catch(() => letting.delete(it))
    if (news.includes(name))
      await speak(name, COMMIT, {}).catch(async (error: unknown) => {
        letting.delete(name)
        if (!(await condition(() => over.has(name), '1m', { summary: `whether ${name} is over` }))) throw error
      })
    await condition(() => over.has(name) || places(name).some((p) => standings[p]?.is === 'trouble'))
    const end = over.get(name)
    if (end === undefined) throw failed('Failed', `${name} is not on green any more`)
    if (!isCommitted(name)) throw failed('Failed', left(name))
  }

  /** Asked once for as long as it holds, by what is known of the time. */
  async function openNow(calendar: Calendar): Promise<Opening> {
    if (opening && (opening.changes === undefined || clock.at < opening.changes)) return opening
    looks += 1
    opening = await openingOf(calendar, `hours.${looks}`, clock)
    return opening
  }

  /** Too many are in trouble: why nobody gets a turn, until people end it. */
  let stopped: string | undefined
  const holds = ({ paused: why, ...next }: Pick<Turns, 'paused' | 'stopped'>): void => {
    stopped = next.stopped && why
    if (office.held === why) return
    office.held = why
    show(office)
  }

  async function giveTurns(): Promise<never> {
    try {
      return await giveThem()
    } finally {
      holds({})
    }
  }

  async function giveThem(): Promise<never> {
    await condition(() => allTried || movers.every((m) => tried.has(m.name)))
    allTried = true
    const still = () => office.paused || office.blind !== undefined
    const alarm = alarmOf(clock, 'until a turn may be given')
    for (;;) {
      if (still()) opening = undefined
      await condition(() => !still())
      if (!platform) throw failed('Failed', 'no platform')
      const seen = version
      const there = movers.filter((m) => tried.has(m.name) && !leaving.has(m.name))
      const could = turns(there, standings, platform, clock.at)
      const calendar = unlessAlways(platform.calendar)
      const hours = calendar && could.start.length > 0 ? await openNow(calendar) : undefined
      if (version !== seen || still()) continue
      const next = calendar && hours?.open === false ? { ...could, start: [], ...outside(calendar, hours) } : could
      holds(next)
      for (const { app, environment } of next.start) set(key(app, environment), { is: 'moving' })
      const give = ({ app, environment }: Turn) =>
        speak(app, TURN, { environment }).catch(() => {
          // It is over in this moment, and says so itself.
          if (standings[key(app, environment)]?.is === 'moving') set(key(app, environment), { is: 'trouble' })
        })
      // A new plan ends the giving of turns, and not one that is on its way. Together: each by itself is a task of its own.
      await CancellationScope.nonCancellable(() => Promise.all(next.start.map(give)))
      const changed = () => version > seen + next.start.length || still()
      if (next.lookAgainAt !== undefined) alarm.set(next.lookAgainAt)
      await condition(() => changed() || alarm.rings())
    }
  }

  return {
    giveTurns,
    know: (it) => {
      platform = it
      movers = it.apps.map((app) => ({
        ...app,
        environments: app.environments.map((e) => e.name),
        meets: app.environments.flatMap((e) => (e.group ? [e.name] : [])),
      }))
      group.are(movers.map((m) => m.name))
      placesOf = new Map(movers.map((m) => [m.name, m.environments.map((e) => key(m.name, e))]))
      version += 1
      opening = undefined
    },
    letGo,
    onGreen: gathered,
    stopped: () => stopped,
    together: {
      isAny: () => together.size > 0,
      take: () => {
        const apps = [...together]
        together.clear()
        return apps
      },
      notes: (apps) =>
        [...apps].flatMap((name) =>
          places(name).flatMap((p) =>
            standings[p]?.is === 'trouble' ? [`${p.replace('/', ' ')}: ${notes[p] ?? ''}`] : [],
          ),
        ),
    },
    reports: () => kept,
    standings: () =>
      (platform?.apps ?? []).map(({ name, team, environments, dependsOn, movesWith }) => ({
        app: name,
        team,
        ...(dependsOn.length > 0 && { dependsOn }),
        ...(movesWith.length > 0 && { movesWith }),
        ...breachOf(breaches, name),
        environments: environments.map((e) => {
          const place = key(name, e.name)
          const note = notes[place] ?? ''
          const standing = standings[place] ?? { is: 'pending' as const }
          const waits = group.waits(name, e.name)
          const mates = group.mates(name, e.name)
          return {
            name: e.name,
            is: standing.is,
            ...(note !== '' && { note }),
            ...('onBlue' in standing && { onBlue: true as const }),
            ...(mates.length > 0 && { with: mates }),
            ...(waits && { waits }),
          }
        }),
      })),
    async go({ app: name, go }, why) {
      const app = platform?.apps.find((a) => a.name === name)
      if (!app || !platform) throw failed('InvalidInput', `there is no app ${name}`)
      switch (go) {
        case 'cutover':
          return move(app, platform)
        case 'abort':
          return takeBack(name, why())
        case 'commit':
          return commit(name)
      }
    },
  }
}
