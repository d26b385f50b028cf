import { setTimeout as sleep } from 'node:timers/promises'
import { activityInfo, Context } from '@temporalio/activity'
import type { Given, Moved } from '../domain/contests.ts'
import { milliseconds } from '../domain/duration.ts'
import { scopeOf, type Scope } from '../domain/platform.ts'
import { underWay } from '../domain/samples.ts'
import { inWords, judgeAll, type Check } from '../domain/verdict.ts'
import {
  dueTogether,
  entriesIn,
  entryOf,
  nextLookMs,
  WATCHES,
  type Entries,
  type SeenSoFar,
  type WatchedEnvironment,
} from '../domain/watching.ts'
import type { Activities } from '../workflows/activities.ts'
import { failed, isFailure, notReady, unhealthy, unreachable, watchEnded } from './errors.ts'
import { proven, type Outside, type Proven } from './outside.ts'
import { LOOK_EVERY, lookAtRoutes } from './route-watch.ts'
import { awayIn, awayOf, keptOf, sampled, shortest, SILENT_FOR, type Samples } from './sampling.ts'
import { Apart, firstDoneAtMs, noteAside, notedAside, remember, remembered, type Memory } from './waiting.ts'

/** One environment in one attempt. */
interface Lane {
  readonly of: WatchedEnvironment
  readonly given: Given
  readonly entry: string
  readonly apart: Apart
  readonly paceMs: number
  dueMs: number
  /** Which of its sources could not be reached, and why. */
  away?: string | undefined
  /** What went wrong with the look itself: neither good nor bad news. */
  error?: unknown
}

interface Kept {
  readonly dueMs: number
  readonly memory: Memory
}

/** A look that went wrong is made again so soon. */
const AGAIN_MS = 5_000
/** A route of which one look alone had less, where no check is read more often. */
const LOOK_AGAIN_MS = 30_000

/** Temporal gives an attempt up after a minute, and with it all that was seen: it ends by itself before. */
const ATTEMPT_MS = 45_000
/** So many paces in which its workflow says that it watches nobody are no moment between two environments. */
const NONE_PACES = 3

/** Why a watch is cheap, and how it hears of what comes and goes: docs/adr/0078-one-watch-of-an-app-for-all-its-environments.md */
export const watchActivities = (outside: Outside, attemptMs = ATTEMPT_MS): Pick<Activities, 'watch'> => ({
  async watch({ subject, environments, run, seen = {} }) {
    const untilMs = performance.now() + attemptMs
    const entries = await watchedNow()
    const known = remembered(seen as Readonly<Record<string, Kept>>) // as it is kept below
    const world = await proven(outside, subject)
    const lanes = environments.flatMap((of): Lane[] => {
      const its = entries[of.name]
      if (its === undefined) return []
      const entry = entryOf(of.name, its)
      const { dueMs = 0, memory } = known[entry] ?? {}
      return [{ of, given: its.given ?? {}, entry, apart: new Apart(memory), paceMs: paceMs(of), dueMs }]
    })
    if (isNobody(lanes, environments)) throw failed('its workflow has said for a while that it watches none of them')
    const looking = { run, scope: scopeOf(subject) }
    let told = JSON.stringify(memories(known))
    const isNews = () => JSON.stringify(memories(seenOf(lanes))) !== told
    const tell = () => {
      remember(seenOf(lanes))
      told = JSON.stringify(memories(seenOf(lanes)))
    }
    await lookAtAll(lanes, untilMs, {
      look: (lane) => lookAt(world, lane, looking, () => seenOf(lanes)),
      // A bad reading must not die with a worker while a source of another environment is waited for.
      whileOthersAreAwaited: () => (isNews() ? tell() : undefined),
    })
    const now = Date.now()
    const others = environments.filter(({ name }) => entries[name] === undefined).map((of) => now + paceMs(of))
    const next = Math.max(now, Math.min(...lanes.map((it) => it.dueMs), ...others))
    // What is well leaves nothing to remember, and then Temporal need not be told.
    if (isNews() || dueTogether(lanes, next).length < lanes.length) tell()
    const broken = lanes.find((it) => it.error !== undefined)
    if (broken) throw broken.error
    const away = lanes.flatMap((it) => it.away ?? [])
    if (away.length > 0) throw unreachable(away.join('; '), next - now)
    throw notReady(lanes.length > 0 ? 'well so far' : 'none of them is watched yet', next - now)
  },
})

/** An input cannot change while environments come and go. Throws where Temporal does not answer. */
export async function watchedNow(): Promise<Entries> {
  const { workflowExecution, activityId } = activityInfo()
  if (!workflowExecution) throw new Error('a watch belongs to a workflow')
  const { workflowId, runId } = workflowExecution
  const { memo } = await Context.current().client.workflow.getHandle(workflowId, runId).describe()
  return entriesIn(memo?.[WATCHES], activityId)
}

/** As often as it is looked at; without checks its routes alone are. */
const paceMs = ({ checks }: WatchedEnvironment): number =>
  milliseconds(checks.length > 0 ? shortest(checks) : LOOK_EVERY)

/** Not for a moment, but for some paces: then whoever asked believes to be watched, and is not. */
function isNobody(lanes: readonly Lane[], environments: readonly WatchedEnvironment[]): boolean {
  const before = notedAside('nobody') as number | undefined // only noted here
  if (lanes.length > 0) {
    if (before !== undefined) noteAside('nobody', undefined)
    return false
  }
  const sinceMs = before ?? Date.now()
  noteAside('nobody', sinceMs)
  return Date.now() - sinceMs > NONE_PACES * Math.min(...environments.map(paceMs))
}

const seenOf = (lanes: readonly Lane[]): Record<string, Kept> =>
  Object.fromEntries(lanes.map(({ entry, dueMs, apart: { memory } }) => [entry, { dueMs, memory }]))

const memories = (kept: Readonly<Record<string, Kept>>) =>
  Object.entries(kept).map(([entry, { memory }]) => [entry, memory])

/**
 * Looks at all that are due. Whoever is slow to answer holds nobody else up: the others are looked at again meanwhile, at their
 * pace. What ends the watch ends it at once. Who has not answered by `untilMs` (as of `performance.now`) is asked again by the
 * next attempt: what was seen of the others is not to be lost with this one.
 */
async function lookAtAll(
  lanes: readonly Lane[],
  untilMs: number,
  { look, whileOthersAreAwaited }: { look(lane: Lane): Promise<void>; whileOthersAreAwaited(): void },
): Promise<void> {
  const over = new AbortController()
  const first = new Set(dueTogether(lanes, Date.now()))
  const one = async (lane: Lane): Promise<void> => {
    if (first.has(lane)) {
      await look(lane)
      first.delete(lane)
    }
    while (first.size > 0) {
      whileOthersAreAwaited()
      await sleep(Math.max(0, lane.dueMs - Date.now()), undefined, { signal: over.signal }).catch(() => undefined)
      if (first.size > 0) await look(lane)
    }
    over.abort()
  }
  const late = sleep(Math.max(0, untilMs - performance.now()), undefined, { signal: over.signal }).catch(
    () => undefined,
  )
  try {
    await Promise.race([Promise.all(lanes.map(one)), late])
    for (const lane of first) {
      lane.error = unreachable(`${lane.of.name}: one of its sources takes too long to answer`)
      lane.dueMs = Date.now() + AGAIN_MS
    }
  } finally {
    first.clear()
    over.abort()
  }
}

interface Looking {
  readonly run: string
  readonly scope: Scope
}

/** Throws what ends the watch; whatever else goes wrong is kept by the lane. */
async function lookAt(world: Proven, lane: Lane, looking: Looking, seen: () => SeenSoFar): Promise<void> {
  const beganMs = Date.now()
  lane.error = undefined
  try {
    const { away, soon } = await lane.apart.run(() => looked(world, lane, looking))
    lane.away = away
    const pace = soon ? Math.min(LOOK_AGAIN_MS, lane.paceMs) : lane.paceMs
    lane.dueMs = nextLookMs(beganMs, Date.now(), pace)
  } catch (error) {
    if (isFailure(error) && error.nonRetryable === true) {
      const { type, message, details } = error
      const { moved } = (details?.[0] as { moved?: Moved } | undefined) ?? {} // only `movedBack` sends any
      const trouble = { environment: lane.of.name, type: type ?? 'Failed', message, ...(moved && { moved }) }
      const { [lane.entry]: _its, ...others } = seen()
      throw watchEnded(trouble.type, `${lane.of.name}: ${message}`, { troubles: [trouble], seen: others })
    }
    lane.error = error
    lane.dueMs = Date.now() + AGAIN_MS
  }
}

/** One look: what could not be reached, and whether the next is to be soon. Throws what is bad news, or nothing to go on with. */
async function looked(
  world: Proven,
  { of: { checks, routes, weights }, given }: Pick<Lane, 'of' | 'given'>,
  looking: Looking,
): Promise<{ readonly away: string | undefined; readonly soon: boolean }> {
  const all = await sampled(world, checks, remembered<Samples>({}), firstDoneAtMs('began'))
  remember(Object.fromEntries(checks.map((c) => [c.name, underWay(c, all[c.name] ?? [], keptOf(c))])))
  const bad = judgeAll(checks, all).filter((j) => j.verdict === 'fail')
  if (bad.length > 0) throw unhealthy(bad.map(inWords).join('; '))
  const soon = await lookAtRoutes(world, { routes, weights, given, ...looking })
  const blind = blindBy(checks, all)
  if (blind !== undefined) throw failed(blind)
  return { away: awayIn(checks, all), soon }
}

/**
 * Why a watch sees too little to go on: a source that none of its checks has reached for a while. Undefined: it does not. Of
 * Prometheus one tells for all apps (`awaitMetrics`).
 */
function blindBy(checks: readonly Check[], samples: Samples): string | undefined {
  const before = notedAside('away') as Readonly<Record<string, number>> | undefined
  const others = Map.groupBy(
    checks.filter((c) => c.source.kind !== 'prometheus'),
    (c) => c.source.kind,
  )
  const away = [...others].flatMap(([kind, all]) => {
    const whys = all.flatMap((check) => awayOf(check, samples) ?? [])
    return whys.length < all.length ? [] : [{ kind, whys, sinceMs: before?.[kind] ?? Date.now() }]
  })
  noteAside('away', Object.fromEntries(away.map(({ kind, sinceMs }) => [kind, sinceMs])))
  const long = away.filter(({ sinceMs }) => Date.now() - sinceMs > milliseconds(SILENT_FOR))
  return long.length === 0 ? undefined : `for ${SILENT_FOR} ${long.flatMap(({ whys }) => whys).join('; ')}`
}
