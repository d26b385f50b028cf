import type { ApplicationFailure } from '@temporalio/common'
import { readFor, standing, takenBackTo, toDoAbout, type Claim, type Moved } from '../domain/contests.ts'
import { seconds } from '../domain/duration.ts'
import type { Route, Weight } from '../domain/platform.ts'
import { leftBefore, weighing, type Own, type Share } from '../domain/route-shares.ts'
import { claimed, contested, movedBack } from './errors.ts'
import type { Reading, RouteDriver } from './routes/driver.ts'
import { budgets, noteAside, notedAside, notYet } from './waiting.ts'

/** A route as it was found, with a share that nobody of ours wrote. */
interface Found {
  readonly route: Route
  readonly driver: RouteDriver
  readonly found: Reading
}

const CLAIM = 'claim'
const noted = (): Claim | undefined => notedAside(CLAIM) as Claim | undefined // only this file notes under that name

export const inWords = (share: Share): string => (typeof share === 'number' ? `${share} %` : share)

/** For the end of a note: nothing, where nobody contested it. */
export function claimInWords(): string {
  const claim = noted()
  return claim ? `; ${claim.by} had it at ${claim.from} %, and has stopped` : ''
}

/** What is told of a route that somebody moved towards green, before it is taken back. */
export async function toClaim(it: Found, to: Weight, expect: readonly Weight[]): Promise<ApplicationFailure> {
  const left = leftBefore(to, expect)
  const by = await writerOf(it)
  const once = typeof it.found.share === 'number' ? takenBackTo(it.found.share, left) : 0
  return claimed(
    `${is(it, left)}: ${by} moved it towards green. Stop that: Norikae writes ${once} % once more and reads it for ${readFor(by)}, then asks who owns it if it was moved again`,
  )
}

/**
 * Writes once more what was left, where somebody has moved it towards green, and returns once that has stood for as long as
 * they need to write again, or needs not stand any more. Throws `notYet` before that, `contested` where they have not stopped.
 */
export async function stand(
  it: Found,
  { to, expect, own }: { readonly to: Weight; readonly expect: readonly Weight[]; readonly own: Own },
): Promise<void> {
  const { route, found } = it
  const { share } = found
  const left = leftBefore(to, expect)
  const claim = noted()
  if (claim?.held === true) return
  if (claim === undefined) {
    if (weighing(share, to, expect, own) !== 'claimed' || typeof share !== 'number') return
    throw await writeOnce(it, { from: share, to: takenBackTo(share, left), by: await writerOf(it) })
  }
  switch (standing(share, claim, Date.now())) {
    case 'moved':
      return noteAside(CLAIM, undefined)
    case 'held':
      return noteAside(CLAIM, { ...claim, held: true } satisfies Claim)
    case 'unwritten':
      throw await writeOnce(it, claim)
    case 'unread':
      throw notYet(
        `route ${route.name} still reads ${inWords(share)}, not ${claim.to} %`,
        budgets.weight,
        '2s',
        claim.wroteAtMs,
      )
    case 'holds': {
      const { seenAtMs = Date.now() } = claim
      noteAside(CLAIM, { ...claim, seenAtMs } satisfies Claim)
      const wanted = readFor(claim.by)
      throw notYet(
        `route ${route.name} was written back to ${claim.to} % from ${claim.from} % of ${claim.by}, and is read for ${wanted}`,
        `${seconds(wanted) + seconds(budgets.weight)}s`,
        undefined,
        seenAtMs,
      )
    }
    case 'again':
      if (share === 'elsewhere') throw await contestedRoute(it, [claim.to])
      throw contested(
        `route ${route.name} is at ${inWords(share)} again, where ${claim.to} % was written back: ${await writerOf(it)} wrote it, after they were asked to stop. Agree who owns it, then retry`,
      )
  }
}

/** Answers what to throw. Who dies of it, or gets no answer, has noted what was meant, and the next attempt reads first. */
async function writeOnce({ route, found }: Found, claim: Claim): Promise<ApplicationFailure> {
  noteAside(CLAIM, claim)
  await found.write(claim.to)
  const wroteAtMs = Date.now()
  noteAside(CLAIM, { ...claim, wroteAtMs } satisfies Claim)
  return notYet(
    `route ${route.name} was written back from ${claim.from} to ${claim.to} %`,
    budgets.weight,
    '1s',
    wroteAtMs,
  )
}

/** What is told of a route that somebody moved towards blue. `moved`: the same for who knows what the plan gave. */
export async function followed(
  it: Found,
  left: readonly Weight[],
  blue: string,
  moved?: Moved,
): Promise<ApplicationFailure> {
  const by = await writerOf(it)
  return movedBack(`${is(it, left)}: ${by} moved it towards ${blue}, and all of it follows. ${toDoAbout(by)}`, moved)
}

export async function contestedRoute(it: Found, left: readonly Weight[]): Promise<ApplicationFailure> {
  return contested(`${is(it, left)}: ${await writerOf(it)} wrote it. Agree who owns it, then retry`)
}

function is({ route, driver, found: { share, odd } }: Found, left: readonly Weight[]): string {
  const shows =
    share === 'elsewhere'
      ? (odd ?? `serves ${driver.words.others} too`)
      : typeof share === 'number'
        ? `is at ${share} %`
        : 'does not know green'
  return `route ${route.name} ${shows}, where ${left.join(' or ')} % was left`
}

const writerOf = async ({ driver }: Found): Promise<string> =>
  (await driver.writer()) ?? `somebody else (${driver.words.trail})`
