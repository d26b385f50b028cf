import type { ApplicationFailure } from '@temporalio/common'
import type { ActionCall, BeganBack, OntoBlue, Receipt } from '../domain/actions.ts'
import { servedBy } from '../domain/left-weights.ts'
import { isNameRoute, type Route, type Scope, type Weight } from '../domain/platform.ts'
import { onTheWayBack, stepsBack } from '../domain/way-back-weights.ts'
import type { Check } from '../domain/verdict.ts'
import { blueSize, missingIn, sizesOnGreen, toldOf, type BlueSize, type Sizes } from './blue-size.ts'
import { brokenSoFar, greenNow, lookAtBlue, wasLookedAt, type Broken } from './blue-watch.ts'
import { inWords } from './contests.ts'
import { badlyToo, notReady, tooSmall } from './errors.ts'
import type { Proven } from './outside.ts'
import type { Reading, RouteDriver } from './routes/driver.ts'
import { shortest } from './sampling.ts'
import { pinned } from './sizes.ts'
import { budgets, firstDoneAtMs, notedAside, noteAside, notYet, notYetByOthers } from './waiting.ts'

/** A route as it was found, with what green has of it. */
interface Found {
  readonly route: Route
  readonly driver: RouteDriver
  readonly found: Reading
  readonly share: Weight
}

/**
 * All of a route back to blue: at once, where blue is ready for all of it, or people say that it does not matter; otherwise as far
 * as blue can carry it, as it gets ready. Where somebody wants it there, blue's checks are not looked at. Safe to repeat.
 * @throws `TOO_SMALL` where that is not all of it, to be asked for again beside the people who are told; `BadlyToo` where blue's
 * checks say that green did better: green has what it had then, but not what broke a limit there.
 */
export async function goBack(
  world: Proven,
  { input: { expect }, scope, choice, because, told }: ActionCall<'setWeight'>,
  it: Found,
  onto: OntoBlue,
): Promise<Receipt> {
  const { route, driver, found, share: was } = it
  const now = choice === 'skip'
  const isWanted = because === 'ordered' || because === 'moved'
  const began = told?.began ?? (await beganWith(world, it, now || isWanted ? { ...onto, checks: [] } : onto))
  // Who tries again at 0 % reads nothing of a green that has nothing.
  const checks = now || isWanted || began.from === 0 ? [] : onto.checks
  const broken = judged() ?? brokenSoFar(checks, was, began.green)
  // What broke a limit on green is sent nothing again.
  if (broken?.greenDoesBetter && because !== 'breach') throw await givenBack(it, began, broken, scope)

  const size = was === 0 ? whole : await carried(world, it, onto, { scope, sizes: began.sizes, now })
  const next = onTheWayBack({ found: was, steps: stepsBack(expect), share: size.share })
  if (was !== next) await found.write(next)
  const sinceMs = firstDoneAtMs(`at ${next} %`)
  const read = await readBack(driver, route, next, sinceMs)
  if (checks.length > 0 && next < 100) await lookAtBlue(world, checks, next, sinceMs)
  if (next > 0) {
    const why = `route ${route.name} is at ${next} %: ${await sizeInWords(world, size, scope)}`
    if (told) throw notYetByOthers(why)
    const words = `${why}. It goes on by itself as ${scope.blue} gets ready; skip: all of it goes there now, ready or not`
    throw tooSmall(words, began)
  }
  await driver.inForce(read, 'weight', sinceMs)
  const less = brokenSoFar(checks, 0, began.green)
  if (less?.greenDoesBetter) throw because === 'breach' ? bothDoBadly(route, less, scope) : lookedAt(it, checks, scope)
  if (checks.length > 0 && !wasLookedAt(checks, firstDoneAtMs('in force'))) throw lookedAt(it, checks, scope)
  return {
    note: [
      '0 % read back',
      ...(now ? [`whatever ${scope.blue} is like`] : []),
      ...(less ? [`and ${scope.blue} does not do well either: ${less.why}`] : []),
    ].join(', '),
  }
}

const lookedAt = ({ route }: Found, checks: readonly Check[], { blue }: Scope): ApplicationFailure =>
  notReady(`route ${route.name} is at 0 %, and ${blue} is looked at with it`, shortest(checks))

/** It is where it should be, and not well there: people know before anything else is taken from green. */
const bothDoBadly = (route: Route, { why }: Broken, { blue, green }: Scope): ApplicationFailure =>
  badlyToo(
    [
      `route ${route.name} is at 0 %, and ${blue}, which has all of it, does worse than ${green} did: ${why}.`,
      `${green} broke its limits, so it gets nothing back by itself.`,
      `skip: the rest leaves ${green} too; \`norikae retry\` of the app moves it to ${green} again after that`,
    ].join(' '),
  )

const BEGAN = 'way back from'
/** Noted before anything is written: a worker that dies after that would take what it finds then for how it was. */
async function beganWith(world: Proven, { route, share }: Found, { checks, workloads }: OntoBlue): Promise<BeganBack> {
  const before = notedAside(BEGAN) as BeganBack | undefined // only this file notes there
  if (before || checks.length + workloads.length === 0 || share === 0) return before ?? { from: share, green: {} }
  const [green, sizes] = await Promise.all([greenNow(world, checks), sizesOnGreen(world, workloads)])
  noteAside(BEGAN, { from: share, green, sizes } satisfies BeganBack)
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

/** Nobody has to be asked. */
const whole: BlueSize = { share: 1, all: [] }

interface Around {
  readonly scope: Scope
  readonly sizes: Sizes | undefined
  /** Whatever blue is like. */
  readonly now: boolean
}

/** By its pods and by its targets, whichever is less. What is lower than it has to be is raised, as far as it may be. */
async function carried(
  world: Proven,
  { route, driver }: Found,
  { workloads }: OntoBlue,
  { scope, sizes, now }: Around,
): Promise<BlueSize> {
  const [size, targets] = await Promise.all([blueSize(world, workloads, sizes), targetsOf(route, driver)])
  const raising = size.all.filter((it) => it.toRaise && it.ready < it.needed)
  const refused = await Promise.all(
    raising.map(({ ref: workload }) =>
      toldOf(pinned(world, { workload, on: 'blue', like: 'green', wait: false }, scope)),
    ),
  )
  if (now) return whole
  const why = refused.flatMap((it) => ('why' in it ? [it.why] : []))[0]
  const silent = size.silent !== undefined ? `${scope.blue} does not answer (${size.silent})` : targets.silent
  if (silent !== undefined) return { ...size, share: undefined, silent }
  const share = servedBy({ share: size.share ?? 0, ...targets })
  return { ...size, share, ...(why !== undefined && { silent: `its size cannot be raised: ${why}` }) }
}

interface Targets {
  readonly targets: number
  readonly healthy: number
  /** Why it is not known. */
  readonly silent?: string
}

/** How many of blue's targets are healthy. Behind a name is a load balancer that others may use too: there its pods tell. */
async function targetsOf(route: Route, driver: RouteDriver): Promise<Targets> {
  if (isNameRoute(route)) return { targets: 1, healthy: 1 }
  const health = await toldOf(driver.health('blue'))
  return 'told' in health
    ? { targets: health.told.expected, healthy: health.told.healthy }
    : {
        targets: 0,
        healthy: 0,
        silent: `the load balancer does not tell which targets of blue are healthy (${health.why})`,
      }
}

async function sizeInWords(world: Proven, size: BlueSize, scope: Scope): Promise<string> {
  if (size.share === undefined) return `${size.silent}, so nobody can tell how much it can carry`
  const ready = `${Math.floor(size.share * 100)} % of what ${scope.blue} needs for all of it is ready`
  const refused = size.silent === undefined ? '' : `; ${size.silent}`
  return `${ready} (${await missingIn(world, size, scope)}${refused})`
}
