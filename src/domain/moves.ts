import { changes, leaves, type LeafStep, type Step, type StepId } from './steps.ts'

/** A way there and the way back, planned together; and what is let go of once nobody can go back. */
export interface Move {
  readonly forward: readonly Step[]
  readonly back: readonly Step[]
  readonly commit: readonly Step[]
}

export const stay: Move = { forward: [], back: [], commit: [] }

/** Steps that change nothing, so need no way back. */
export const just = (...forward: Step[]): Move => ({ ...stay, forward })

/** One step and the one that takes it back. */
export const pair = (forward: LeafStep, back: LeafStep): Move => ({
  ...stay,
  forward: [forward],
  back: [{ ...back, undoes: [forward.id] }],
})

/** One step that takes back several. */
export const undoing = <S extends LeafStep>(forward: readonly Step[], back: S): S => ({
  ...back,
  undoes: leaves(forward)
    .filter(changes)
    .map((s) => s.id),
})

/** One after the other; back in the opposite order. */
export const inOrder = (...moves: Move[]): Move => ({
  forward: moves.flatMap((m) => m.forward),
  back: moves.toReversed().flatMap((m) => m.back),
  commit: moves.flatMap((m) => m.commit),
})

/** Side by side, at most n at once, in every direction. `does`: what a way does that is not what `title` says. */
export function sideBySide(
  id: StepId,
  title: string,
  atMost: number,
  moves: readonly Move[],
  does: { readonly back?: string; readonly commit?: string } = {},
): Move {
  const group = (way: keyof Move): Step[] => {
    const lanes = moves.map((m) => leaves(m[way])).filter((lane) => lane.length > 0)
    if (lanes.length === 0) return []
    const undoes = lanes.flat().flatMap((s) => s.undoes ?? [])
    const suffix = way === 'forward' ? '' : `/${way}`
    const says = (way === 'forward' ? undefined : does[way]) ?? title
    return [{ kind: 'group', id: id + suffix, title: says, atMost, lanes, ...(undoes.length > 0 && { undoes }) }]
  }
  return { forward: group('forward'), back: group('back'), commit: group('commit') }
}
