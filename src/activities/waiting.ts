import { AsyncLocalStorage } from 'node:async_hooks'
import { activityInfo, Context, heartbeat } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import { milliseconds, seconds, type Duration } from '../domain/duration.ts'
import { failed, isDenied, isNotFound, notReady } from './errors.ts'

/** Since the step was asked for: over all attempts, whichever worker ran them. */
const waitedSeconds = (): number => (Date.now() - activityInfo().scheduledTimestampMs) / 1000

/** Is it so long since the step was asked for? */
export const hasWaited = (time: Duration): boolean => waitedSeconds() > seconds(time)

/** After a tenth of the time waited so far, between one second and half a minute: quick at first, cheap in the long run. */
const soon = (waited: number): Duration => `${Math.round(Math.min(30, Math.max(1, waited / 10)))}s`

/**
 * What to throw when it is not so yet: asked again until the budget is used up, then failed for good with what was
 * last seen. No slot is held and no history grows while it waits. `sinceMs`: when the waiting began, where that was not
 * when the step was asked for.
 */
export function notYet(why: string, budget: Duration, every?: Duration, sinceMs?: number): ApplicationFailure {
  const waited = sinceMs === undefined ? waitedSeconds() : (Date.now() - sinceMs) / 1000
  if (waited > seconds(budget)) return failed(`took longer than ${budget}; last: ${why}`)
  return notReady(why, every ?? soon(waited))
}

/**
 * What is asked of a thing that was read a moment ago. AWS tells what was written before all of it knows: a thing that is not
 * found then was just made, or goes. It is looked at again; whatever else goes wrong is passed on. `thing` begins what is told.
 */
export async function onceKnown<T>(
  thing: string,
  budget: Duration,
  work: () => Promise<T>,
  sinceMs: () => number | undefined = () => undefined,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isNotFound(error)) throw error
    throw notYet(`${thing} is not told alike everywhere yet: ${error.message}`, budget, undefined, sinceMs())
  }
}

/**
 * Removes what was read as there a moment ago. IAM goes by its tags, and denies what is asked of a thing that is gone: where
 * `goes` says so, it is looked at again. Any other denial is passed on. `thing` begins what is told.
 */
export async function unlessGone(
  thing: string,
  budget: Duration,
  goes: () => Promise<boolean>,
  remove: () => Promise<void>,
  sinceMs: () => number | undefined = () => undefined,
): Promise<void> {
  try {
    await remove()
  } catch (error) {
    if (!isDenied(error) || !(await goes())) throw error
    throw notYet(`${thing} is going`, budget, undefined, sinceMs())
  }
}

/** Of what EKS makes: it is gone, or will be by itself. */
export const isGoing = (found: { readonly status: string } | undefined): boolean =>
  found === undefined || found.status === 'DELETING'

/** As `onceKnown`, in a step that may have waited for hours before it asks: its time begins when nothing was found first. */
export const soonKnown = <T>(thing: string, budget: Duration, work: () => Promise<T>): Promise<T> =>
  onceKnown(thing, budget, work, () => firstDoneAtMs(`missed ${thing}`))

/** EC2 tells of what it made within seconds. */
const TOLD_MS = 10_000

/**
 * Asks for what AWS knows no token of. `listedAtMs`: when it was looked for, and not found. Throws `notYet` while one may be
 * there that was not told then: its answer may have been lost.
 */
export async function askedOnce<T>(
  thing: string,
  listedAtMs: number,
  budget: Duration,
  take: () => Promise<T>,
): Promise<T> {
  if (doneWithin(thing, TOLD_MS, listedAtMs))
    throw notYet(`the ${thing} was just asked for, and EC2 is to tell it`, budget, '1s')
  // Before it too: a worker may die of it.
  noteDone(thing)
  try {
    return await take()
  } finally {
    // Who serves it may do so until the request ends, which takes longer than that where nobody answers.
    noteDone(thing)
  }
}

/** As `notYet`, of what people do in their own time: there is no budget, and no end but theirs. */
export const notYetByOthers = (why: string): ApplicationFailure => notReady(why, soon(waitedSeconds()))

/** What goes from attempt to attempt: what the activity noted, and since when nobody answers it. */
export interface Memory {
  readonly noted?: unknown
  readonly silentSinceMs?: number
  /** When what was last done, by name. */
  readonly doneAtMs?: Readonly<Record<string, number>>
  /** What somebody whom it asked noted beside that, by name. */
  readonly aside?: Readonly<Record<string, unknown>>
}
const memories = new WeakMap<Context, Memory>()

/** One of several that an activity looks at beside one another, with a memory of its own. */
export class Apart {
  /** For whoever keeps it with the others'; nobody else reads in it. */
  memory: Memory

  /** `before`: what was kept of it. */
  constructor(before: unknown) {
    this.memory = (before as Memory | undefined) ?? {} // was kept of another `Apart`
  }

  /** Does `work`: what it, and whomever it asks, remember and note is kept here. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return apart.run(this, work)
  }
}
const apart = new AsyncLocalStorage<Apart>()

// Only `keep` writes heartbeat details.
const memory = (): Memory =>
  apart.getStore()?.memory ??
  memories.get(Context.current()) ??
  (activityInfo().heartbeatDetails as Memory | undefined) ??
  {}

/** Flushed when the attempt throws. */
function keep(it: Memory): void {
  const own = apart.getStore()
  if (own) {
    own.memory = it
    return
  }
  memories.set(Context.current(), it)
  heartbeat(it)
}

/** What this attempt or the last one remembered; only `remember` writes it, so it is of the same type. */
export const remembered = <T>(otherwise: T): T => (memory().noted as T | undefined) ?? otherwise

/** Kept for the next attempt. */
export const remember = (noted: unknown): void => keep({ ...memory(), noted })

/** As `remember`, for whom an activity asks: beside what it remembers itself. Only who notes under a name reads there. */
export const noteAside = (name: string, noted: unknown): void =>
  keep({ ...memory(), aside: { ...memory().aside, [name]: noted } })

export const notedAside = (name: string): unknown => memory().aside?.[name]

/** Notes that this was done just now: kept beside what is remembered. */
export function noteDone(name: string): void {
  const { doneAtMs, ...rest } = memory()
  keep({ ...rest, doneAtMs: { ...doneAtMs, [name]: Date.now() } })
}

/** When it was done last, by this attempt or one before, in milliseconds; undefined: never. */
export const doneAt = (name: string): number | undefined => memory().doneAtMs?.[name]

/** Was it done within so many milliseconds? `atMs`: as of then. */
export const doneWithin = (name: string, ms: number, atMs = Date.now()): boolean => atMs - (doneAt(name) ?? 0) < ms

/** When this was done by this attempt or one before, first: now, where it was not, and that is noted. For `notYet`. */
export function firstDoneAtMs(name: string): number {
  const at = doneAt(name)
  if (at === undefined) noteDone(name)
  return at ?? Date.now()
}

/** One attempt of a long activity ends after a minute; what is left of this one is for a last request and its time-out. */
const ATTEMPT_MS = 25_000
/** What is noted grows with what is done; a worker that dies does this much anew. */
const NOTE_MS = 1_000

/** For who does several things one after the other, each of which may take an attempt by itself: the next one had better wait. */
export function attemptIsLong(): () => boolean {
  const until = Date.now() + ATTEMPT_MS / 2
  return () => Date.now() > until
}

/**
 * The same for each item, once, and so many at a time: where an attempt gets too long, the next one goes on where it
 * stopped. In the order of the items, where it is one at a time. A failure ends it, after those under way have ended.
 */
export async function onceEach<T, R>(
  items: readonly T[],
  name: (item: T) => string,
  work: (item: T) => Promise<R>,
  atOnce = 1,
): Promise<ReadonlyMap<string, R>> {
  const done = new Map(remembered<readonly (readonly [string, R])[]>([]))
  const left = items.filter((i) => !done.has(name(i)))
  const until = Date.now() + ATTEMPT_MS
  let noteAt = 0
  const failures: unknown[] = []
  async function lane(): Promise<void> {
    for (let item = left.shift(); item !== undefined && failures.length === 0; item = left.shift()) {
      if (Date.now() > until) throw notReady(`${done.size} of ${items.length} done`, '1s')
      done.set(name(item), await work(item))
      if (Date.now() < noteAt) continue
      remember([...done])
      noteAt = Date.now() + NOTE_MS
    }
  }
  await Promise.all(Array.from({ length: atOnce }, () => lane().catch((error: unknown) => failures.push(error))))
  if (failures.length === 0) return done
  remember([...done])
  throw failures[0]
}

/**
 * The same for each of a stream, so many at a time, and no more of it in memory than that. What came out is taken in the
 * order of the stream, so that `noted` is all that the next attempt needs to go on. A failure ends it, after those under
 * way have ended.
 */
export async function streamed<T, R>(
  items: AsyncIterator<T>,
  work: (item: T) => Promise<R>,
  take: (item: T, result: R) => void,
  noted: () => unknown,
  atOnce: number,
): Promise<void> {
  const line: { readonly item: T; result?: { readonly is: R } }[] = []
  const until = Date.now() + ATTEMPT_MS
  const failures: unknown[] = []
  let [noteAt, taken] = [0, 0]
  async function lane(): Promise<void> {
    while (failures.length === 0) {
      if (Date.now() > until) throw notReady(`${taken} more done`, '1s')
      const next = await items.next()
      if (next.done === true) return
      const place: (typeof line)[number] = { item: next.value }
      line.push(place)
      place.result = { is: await work(next.value) }
      takeFinished()
    }
  }
  function takeFinished(): void {
    for (let first = line[0]; first?.result !== undefined; first = line[0]) {
      take(first.item, first.result.is)
      taken += 1
      line.shift()
    }
    if (Date.now() < noteAt) return
    remember(noted())
    noteAt = Date.now() + NOTE_MS
  }
  await Promise.all(Array.from({ length: atOnce }, () => lane().catch((error: unknown) => failures.push(error))))
  if (failures.length === 0) return
  remember(noted())
  throw failures[0]
}

/** Well below the heartbeat time-out of 10 s, less than one request to a silent server takes by itself. */
const BEAT_MS = 3_000

/** Says that this worker lives while an attempt waits for answers. */
export const beating =
  <I, O>(activity: (input: I) => Promise<O>) =>
  async (input: I): Promise<O> => {
    const beat = setInterval(() => keep(memory()), BEAT_MS)
    try {
      return await activity(input)
    } finally {
      clearInterval(beat)
    }
  }

/** Longer than a worker, a network or a control plane is away by itself; then people are asked. */
const SILENCE: Duration = '30m'

/** What is transient is tried again, but not for ever: a long activity has no other end. */
export const patient = <I, O>(activity: (input: I) => Promise<O>): ((input: I) => Promise<O>) =>
  beating(async (input: I) => {
    try {
      return await activity(input)
    } catch (error) {
      const { silentSinceMs = Date.now(), ...rest } = memory()
      if (error instanceof ApplicationFailure && (error.nonRetryable === true || error.type === 'NotReady')) {
        keep(rest)
        throw error
      }
      keep({ ...rest, silentSinceMs })
      if (Date.now() - silentSinceMs <= milliseconds(SILENCE)) throw error
      throw failed(`it went on for ${SILENCE}: ${error instanceof Error ? error.message : String(error)}`)
    }
  })

/** For how long this kind of work may take before people are asked. Generous: each is about three times what AWS takes. */
export const budgets = {
  // 8 to 16 minutes measured by others; AWS publishes none.
  cluster: '40m',
  // 2 to 5 minutes up; a deletion drains each node for up to 15.
  nodegroup: '45m',
  addon: '15m',
  // 10 to 20 minutes: every API server starts anew.
  identity: '60m',
  // Images are pulled and nodes may have to come first.
  pods: '15m',
  objects: '10m',
  // Argo CD looks at Git every three minutes, and a sync of many waves takes its time.
  sync: '30m',
  // Registration and three health checks; deregistration waits 300 s by default.
  targets: '15m',
  weight: '2m',
  // Minutes, mostly; up to a few hours.
  capacity: '4h',
  // A controller that starts anew, and what it writes to AWS.
  gateway: '10m',
  // external-dns looks once a minute, and at what it has cached where it is told to (--interval, --txt-cache-interval).
  dns: '15m',
  // A write reaches every API server of a cluster within seconds.
  fence: '2m',
  // A job that runs may be long; then people decide.
  jobs: '6h',
  probe: '3m',
  // A node that went away without a word keeps its volumes for six minutes.
  volumes: '15m',
  // The first snapshot of a large volume takes hours; AWS promises no time. All that follows has the rest.
  copy: '6h',
} as const satisfies Readonly<Record<string, Duration>>
