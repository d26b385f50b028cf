import type { Side, Weight } from './platform.ts'

/**
 * What a route reads means the same whatever kind it is: which shares may be written over, which a terminated cutover left
 * behind, and which somebody else wrote. The drivers read and write; this decides.
 */

/**
 * Green's share of a route in per cent. `closed`: only blue is in it. `unmade`: what green would need for it is not there
 * either. `elsewhere`: somebody else is served too, or nobody.
 */
export type Share = Weight | 'closed' | 'unmade' | 'elsewhere'

/** What is known of a route when it was read. */
export interface RouteRead {
  readonly share: Share
  /** Green's part of it was made by the run that the call is about. */
  readonly ours: boolean
}

/** A call of the next cutover, where one was terminated: what it left is taken up, and not disputed. */
type Asked = { readonly successor: boolean }

/** What opening does: green enters at 0, is there already, is taken back to 0 first, or is left alone. */
export function opening({ share }: RouteRead, { successor }: Asked): 'enter' | 'entered' | 'takeUp' | 'contested' {
  if (share === 'closed' || share === 'unmade') return 'enter'
  if (share === 'elsewhere') return 'contested'
  if (share === 0) return 'entered'
  return successor ? 'takeUp' : 'contested'
}

/** What a step knows of its own weight: nothing, that it was written, or that it was read back after that. */
export type Own = 'unwritten' | 'written' | 'read'

/**
 * What writing a weight does. Whoever moved it towards blue meant it: it is `followed`, and all of the environment goes back;
 * on the way back they only went ahead. Whoever moved it towards green is asked to stop, and it is `claimed` once more.
 * `done`: green is not in it and is to have nothing. Once the step's own is `written`, one between that and the last is less
 * than was left, and not more; once it was `read` back, the last one is less too, which may be told late only before that.
 */
export function weighing(
  share: Share,
  to: Weight,
  expect: readonly Weight[],
  own: Own = 'unwritten',
): 'write' | 'done' | 'unmade' | 'followed' | 'claimed' | 'contested' {
  const [least, most] = [Math.min(...expect, to), Math.max(...expect, to)]
  if ((share === 'closed' || share === 'unmade') && to === 0) return 'done'
  if (share === 'unmade') return 'unmade'
  if (share === 'closed') return 'followed'
  if (share === 'elsewhere') return 'contested'
  if (own === 'read' && share < to) return 'followed'
  if (share === to || expect.includes(share)) return 'write'
  if (share > most) return 'claimed'
  if (share < least) return 'followed'
  return to === least ? 'write' : own === 'unwritten' ? 'claimed' : 'followed'
}

/**
 * What was left before a step writes its weight. `expect` has the step's own too, which an attempt before may have written, and
 * which green may never have had. Going back, all that was used may be there.
 */
export function leftBefore(to: Weight, expect: readonly Weight[]): readonly Weight[] {
  const less = expect.filter((weight) => weight < to)
  return less.length > 0 ? less : expect
}

/** What leaving only one side in it does. `there`: the other side is in it still. */
export function settling(
  { share, ours }: RouteRead,
  { on, there, successor }: Asked & { readonly on: Side; readonly there: boolean },
): 'drop' | 'dropped' | 'takeUp' | 'contested' {
  if (!there) return 'dropped'
  if (share === settledAt(on)) return 'drop'
  return on === 'blue' && typeof share === 'number' && ours && successor ? 'takeUp' : 'contested'
}

/** Green's share when only this side is left. */
export const settledAt = (on: Side): Weight => (on === 'blue' ? 0 : 100)
