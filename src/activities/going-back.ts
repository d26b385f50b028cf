import type { ApplicationFailure } from '@temporalio/common'
import type { ActionCall, OntoBlue, Receipt } from '../domain/actions.ts'
import { milliseconds, type Duration } from '../domain/duration.ts'
import { servedBy } from '../domain/left-weights.ts'
import type { Route, Scope, Weight } from '../domain/platform.ts'
import { onTheWayBack, stepsBack, type NextBack } from '../domain/way-back-weights.ts'
import { blueSize, inTime, missingIn, type BlueSize } from './blue-size.ts'
import { brokenSoFar, lookAtBlue, wasLookedAt, type Broken } from './blue-watch.ts'
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

/** So long it waits at one weight before people are told: pods take some minutes, nodes included. */
const GROWS_WITHIN: Duration = '5m'
/** An API server that starts anew is away for less. */
const SEEN_WITHIN: Duration = '1m'

/**
 * All of a route back to blue: at once, where blue is ready for all of it; as far as it can carry it, as it gets ready, where it is
 * not. Blue's own checks are read at each step, unless somebody `ordered` it. Fails as `TOO_SMALL` where blue does not get further,
 * and as `BadlyToo` where it does no better than green. Safe to repeat.
 */
export async function goBack(
  world: Proven,
  { input: { expect }, scope, choice, ordered, told }: ActionCall<'setWeight'>,
  it: Found,
  onto: OntoBlue,
): Promise<Receipt> {
  const { route, driver, found, share: was } = it
  const allTheSame = choice === 'skip'
  const looks = ordered !== true && !allTheSame
  const from = beganAt(was)
  const broken = looks ? (judged() ?? brokenSoFar(onto.checks, was)) : undefined
  const size: Carried = allTheSame || was === 0 ? { share: 1, all: [] } : await carried(world, driver, onto, scope)
  const next = onTheWayBack({
    found: was,
    from,
    steps: stepsBack(expect),
    share: size.share,
    ...(broken && { broken }),
  })
  // Before it is written: once green has it again, what was seen of blue is of another weight.
  if (broken && next.is === 'broken') noteAside(JUDGED, broken)
  if (was !== next.weight) await found.write(next.weight)
  const sinceMs = firstDoneAtMs(`at ${next.weight} %`)
  const read = await readBack(driver, route, next.weight, sinceMs)
  if (broken && next.is === 'broken') throw badlyToo(brokenInWords(it, next, scope, broken))

  const hasSome = next.weight < from || next.weight === 0
  if (looks && hasSome) await lookAtBlue(world, onto.checks, next.weight, sinceMs)
  if (next.weight > 0) throw await waiting(world, it, next, size, { scope, sinceMs, told: told === true })
  await driver.inForce(read, 'weight', sinceMs)
  if (looks && !wasLookedAt(onto.checks, firstDoneAtMs('in force')))
    throw notReady(`route ${route.name} is at 0 %, and ${scope.blue} is looked at with it`, shortest(onto.checks))
  const less = looks ? brokenSoFar(onto.checks, 0) : undefined
  return {
    note: [
      '0 % read back',
      ...(allTheSame ? [`whatever ${scope.blue} is like`] : []),
      ...(less ? [`and ${scope.blue} does better than ${scope.green} did, but not well: ${less.why}`] : []),
    ].join(', '),
  }
}

/** What to throw while blue has not got all of it. */
async function waiting(
  world: Proven,
  { route }: Found,
  { weight, is }: NextBack,
  size: Carried,
  { scope, sinceMs, told }: { readonly scope: Scope; readonly sinceMs: number; readonly told: boolean },
): Promise<ApplicationFailure> {
  const why = `route ${route.name} is at ${weight} %: ${await sizeInWords(world, size, scope)}`
  const patience = milliseconds(is === 'unseen' ? SEEN_WITHIN : GROWS_WITHIN)
  if (told || Date.now() - sinceMs <= patience) return notReady(why, '2s')
  return tooSmall(
    `${why}. It goes on by itself as ${scope.blue} gets ready; skip: all of it goes there now, ready or not`,
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

const JUDGED = 'blue does badly'
const judged = (): Broken | undefined => notedAside(JUDGED) as Broken | undefined // only this file notes there

const BEGAN = 'way back from'
function beganAt(was: Weight): Weight {
  const before = notedAside(BEGAN)
  if (typeof before === 'number') return before
  noteAside(BEGAN, was)
  return was
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

function brokenInWords(
  { route }: Found,
  { weight }: NextBack,
  { blue, green }: Scope,
  { why, better }: Broken,
): string {
  return [
    `route ${route.name} is at ${weight} %: ${blue}, to which it goes back, does badly too: ${why}.`,
    `${better === 'green' ? `${green} did better, so it has what it had` : 'No side does better, so it stays there'}, and nothing of ${green} is taken away.`,
    `retry: try ${blue} once more; skip: all of it goes to ${blue} all the same`,
  ].join(' ')
}
