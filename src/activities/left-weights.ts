import type { ActionCall } from '../domain/actions.ts'
import { weightAfterLeft, type MayBeLeft } from '../domain/left-weights.ts'
import type { Route, Weight } from '../domain/platform.ts'
import { stepsBack } from '../domain/way-back-weights.ts'
import { contested } from './errors.ts'
import type { Proven } from './outside.ts'
import type { Reading, RouteDriver } from './routes/driver.ts'
import { blueSize } from './blue-size.ts'
import { pinned } from './sizes.ts'
import { budgets, notYet } from './waiting.ts'

/** A route as it was found: green's part of it is this run's, and has some of the traffic. */
interface Found {
  readonly route: Route
  readonly driver: RouteDriver
  readonly found: Reading
  readonly share: Weight
}

/**
 * One step of an earlier cutover's traffic back onto blue, as far as blue can serve it. Always throws: not yet, as long
 * as green has some; contested, where no cutover uses such a weight. Safe to repeat.
 */
export async function takeUp(
  world: Proven,
  { scope }: Pick<ActionCall, 'scope'>,
  { route, driver, found, share }: Found,
  { weights, grown }: MayBeLeft = { weights: [], grown: [] },
): Promise<never> {
  if (!stepsBack(weights).includes(share)) throw leftBehind(driver, route, share)
  // Green may have grown while it had the traffic.
  for (const workload of grown) await pinned(world, { workload, on: 'blue', like: 'green', wait: false }, scope)
  const { expected: targets, healthy } = await driver.health('blue')
  const { share: ready = 0 } = await blueSize(world, grown)
  const to = weightAfterLeft(share, weights, { share: ready, targets, healthy }) ?? share
  if (to !== share) await found.write(to)
  throw notYet(
    `route ${route.name} was at ${share} %, left by an earlier cutover of this app: ${to === share ? 'it stays there' : `it goes to ${to} %`}, with ${healthy} of ${targets} targets healthy and ${Math.round(ready * 100)} % of the pods ready on ${scope.blue}`,
    budgets.pods,
    '2s',
  )
}

const leftBehind = ({ words }: RouteDriver, { name }: Route, found: Weight) =>
  contested(
    `route ${name} is at ${found} %, where 0 % was left: an earlier cutover of this app ended in mid-run, and this is no weight of its steps. See that blue serves it, set green's weight in ${words.place} to 0, then retry`,
  )
