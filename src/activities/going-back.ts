import type { ApplicationFailure } from '@temporalio/common'
import type { ActionCall, BeganBack, OntoBlue, Receipt } from '../domain/actions.ts'
import { servedBy } from '../domain/left-weights.ts'
import type { Route, Scope, Weight } from '../domain/platform.ts'
import { onTheWayBack, stepsBack } from '../domain/way-back-weights.ts'
import type { Check } from '../domain/verdict.ts'
import { blueSize, inTime, missingIn, type BlueSize } from './blue-size.ts'
import { brokenSoFar, greenNow, lookAtBlue, wasLookedAt, type Broken } from './blue-watch.ts'
import { inWords } from './contests.ts'
import { badlyToo, isDenied, notReady, tooSmall } from './errors.ts'
import type { Proven } from './outside.ts'
import type { Reading, RouteDriver } from './routes/driver.ts'
import { shortest } from './sampling.ts'
import { pinned } from './sizes.ts'
import { budgets, firstDoneAtMs, notedAside, noteAside, notYet } from './waiting.ts'

/** A route as it was found, with what green has of it. */
interface Found {
  readonly route: Route
  readonly driver: RouteDriver
  readonly found: Reading
  readonly share: Weight
}

/**
 * All of a route back to blue: at once, where blue is ready for all of it, people say so or `ordered` it; otherwise as far as blue can
 * carry it, as it gets ready. Fails as `TOO_SMALL` where that is not all of it, to be asked for again beside the people who are
 * told; and as `BadlyToo` where blue's checks say that green did better, which has what it had then. Safe to repeat.
 */
export async function goBack(
  world: Proven,
  { input: { expect }, scope, choice, because, told }: ActionCall<'setWeight'>,
  it: Found,
  onto: OntoBlue,
): Promise<Receipt> {
  const { route, driver, found, share: was } = it
  const now = choice === 'skip' || because === 'ordered'
  const checks = now || because === 'moved' ? [] : onto.checks
  const began = told?.began ?? (await beganWith(world, it, checks))
  const held = { green: began.green, breach: because === 'breach' }
  const broken = judged() ?? brokenSoFar(checks, was, held)
  if (broken?.greenDoesBetter) throw await givenBack(it, began, broken, scope)

  const size: Carried = now || was === 0 ? { share: 1, all: [] } : await carried(world, driver, onto, scope)
  const next = onTheWayBack({ found: was, steps: stepsBack(expect), share: size.share })
  if (was !== next) await found.write(next)
  const sinceMs = firstDoneAtMs(`at ${next} %`)
  const read = await readBack(driver, route, next, sinceMs)
  if (checks.length > 0 && next < 100) await lookAtBlue(world, checks, next, sinceMs)
  if (next > 0) {
    const why = `route ${route.name} is at ${next} %: ${await sizeInWords(world, size, scope)}`
    if (told) throw notReady(why, '2s')
    const words = `${why}. It goes on by itself as ${scope.blue} gets ready; skip: all of it goes there now, ready or not`
    throw tooSmall(words, began)
  }
  await driver.inForce(read, 'weight', sinceMs)
  const less = brokenSoFar(checks, 0, held)
  if (checks.length > 0 && (less?.greenDoesBetter === true || !wasLookedAt(checks, firstDoneAtMs('in force'))))
    throw notReady(`route ${route.name} is at 0 %, and ${scope.blue} is looked at with it`, shortest(checks))
  return {
    note: [
      '0 % read back',
      ...(now ? [`whatever ${scope.blue} is like`] : []),
      ...(less ? [`and ${scope.blue} does not do well either: ${less.why}`] : []),
    ].join(', '),
  }
}

const BEGAN = 'way back from'
/** Noted before anything is written: a worker that dies after that would take what it finds then for how it was. */
async function beganWith(world: Proven, { route, share }: Found, checks: readonly Check[]): Promise<BeganBack> {
  const before = notedAside(BEGAN) as BeganBack | undefined // only this file notes there
  if (before || checks.length === 0) return before ?? { from: share, green: {} }
  noteAside(BEGAN, { from: share, green: await greenNow(world, checks) } satisfies BeganBack)
  throw notReady(`route ${route.name} goes back from ${share} %`, 1)
}

const JUDGED = 'blue does worse'
const judged = (): Broken | undefined => notedAside(JUDGED) as Broken | undefined // only this file notes there

/** What to throw until green has what it had. Noted before it is written: then nothing is seen of blue at that weight any more. */
async function givenBack(
  { route, driver, found, share }: Found,
  { from }: BeganBack,
  broken: Broken,
  { blue, green }: Scope,
): Promise<ApplicationFailure> {
  if (!judged()) {
    noteAside(JUDGED, broken)
    return notReady(`route ${route.name} is at ${share} %, and ${green} did better`, 1)
  }
  const to = Math.max(from, share)
  if (share !== to) await found.write(to)
  await readBack(driver, route, to, firstDoneAtMs('given back'))
  return badlyToo(
    [
      `route ${route.name} is at ${to} %: ${blue}, to which it goes back, does badly too: ${broken.why}.`,
      `${green} did better, so it has what it had, and nothing of ${green} is taken away.`,
      `retry: try ${blue} once more; skip: all of it goes to ${blue} all the same`,
    ].join(' '),
  )
}

/** Throws `notYet` as long as the route reads otherwise. */
export async function readBack(driver: RouteDriver, route: Route, to: Weight, sinceMs: number): Promise<Reading> {
  const read = await driver.read()
  if (read.share === to) return read
  throw notYet(
    `route ${route.name} still reads ${inWords(read.share)}, not ${to} %`,
    budgets.weight,
    undefined,
    sinceMs,
  )
}

/** What of blue is ready, and what does not tell, in words: not to know is no reason to send more there. */
interface Carried extends BlueSize {
  readonly silent?: string
}

/** By its pods and by its targets, whichever is less. What was not raised when the way back began is raised now. */
async function carried(world: Proven, driver: RouteDriver, onto: OntoBlue, scope: Scope): Promise<Carried> {
  const [size, targets] = await Promise.all([blueSize(world, onto.workloads), inTime(driver.health('blue'), undefined)])
  const small = size.all.filter(({ scaled }) => scaled && size.share !== 1)
  await Promise.all(
    small.map(({ ref: workload }) =>
      pinned(world, { workload, on: 'blue', like: 'green', wait: false }, scope).catch(nextTime),
    ),
  )
  if (size.share === undefined) return { ...size, silent: `${scope.blue} does not answer` }
  if (!targets)
    return {
      ...size,
      share: undefined,
      silent: `the load balancer does not tell which targets of ${scope.blue} are healthy`,
    }
  return { ...size, share: servedBy({ share: size.share, targets: targets.expected, healthy: targets.healthy }) }
}

/** What cannot be raised now is at the next look, unless it may not be at all. */
function nextTime(error: unknown): void {
  if (isDenied(error)) throw error
}

async function sizeInWords(world: Proven, size: Carried, scope: Scope): Promise<string> {
  if (size.share === undefined)
    return `${size.silent ?? `${scope.blue} does not answer`}, so nobody can tell how much it can carry`
  const ready = `${Math.floor(size.share * 100)} % of what ${scope.blue} needs for all of it is ready`
  return `${ready} (${await missingIn(world, size, scope)})`
}
