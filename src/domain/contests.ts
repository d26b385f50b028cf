import { milliseconds, seconds, type Duration } from './duration.ts'
import type { Weight } from './platform.ts'
import type { Journal } from './journal.ts'
import type { Phase } from './plan.ts'
import type { Share } from './route-shares.ts'
import { leaves } from './steps.ts'

/**
 * Somebody else moved a route towards green. Whoever did is asked to stop; what was left is written once more, and read for
 * three intervals of theirs. Only then is it known whether they have stopped, and people are asked where they have not.
 */
export interface Claim {
  /** What they wrote. */
  readonly from: Weight
  /** What was left, and is written once more. */
  readonly to: Weight
  /** Who they are, as far as that is known. */
  readonly by: string
  /** When it was written, and that was answered. Left out: the worker may have died of it, or got no answer. */
  readonly wroteAtMs?: number
  /** Since when it reads as it was written; left out as long as it did not. */
  readonly seenAtMs?: number
  /** They have stopped. */
  readonly held?: true
}

/** So many of their intervals are read. */
const INTERVALS = 3
/** What was written is read within that, or was written over before anybody saw it. */
const UNREAD_MS = 60_000

/** How often those who write by themselves do so, and how they are told not to, by the beginning of the name that is known of them. */
const writers: readonly { readonly is: string; readonly every: Duration; readonly leave: string }[] = [
  // https://argo-cd.readthedocs.io/en/stable/operator-manual/argocd-cm-yaml/ (timeout.reconciliation, and its jitter)
  {
    is: 'argocd',
    every: '3m',
    leave: 'Let Argo CD leave the weights alone (ignoreDifferences with managedFieldsManagers: [norikae])',
  },
  // An interval of one's own, without a default: 10m in https://fluxcd.io/flux/components/kustomize/kustomizations/#interval
  {
    is: 'kustomize-controller',
    every: '10m',
    leave: 'Annotate the object kustomize.toolkit.fluxcd.io/reconcile: disabled for the upgrade',
  },
  { is: 'helm-controller', every: '10m', leave: 'Suspend its HelmRelease for the upgrade' },
]
/** https://kubernetes-sigs.github.io/external-dns/latest/docs/flags/ (interval), https://docs.flagger.app/usage/how-it-works (analysis) */
const OTHERWISE: Duration = '1m'

/** For how long what is written once more is read. */
export const readFor = (by: string): Duration =>
  `${INTERVALS * seconds(writers.find(({ is }) => by.startsWith(is))?.every ?? OTHERWISE)}s`

/** What people do about whoever moved a route towards blue, before it moves again: who applies a file means nothing by it. */
export const toDoAbout = (by: string): string =>
  `${writers.find(({ is }) => by.startsWith(is))?.leave ?? 'Find out why'} before it moves again`

/** The highest weight that was left and is below what they wrote: green has no more of it than before, nor less than need be. */
export const takenBackTo = (found: Weight, left: readonly Weight[]): Weight =>
  Math.max(0, ...left.filter((weight) => weight < found))

/**
 * What has become of it. `unwritten`: nobody knows that it was. `unread`: it was, and may not be told yet. `holds`: read on.
 * `again`: they have not stopped. `moved`: somebody moved it towards blue meanwhile, which is no contest.
 */
export function standing(
  share: Share,
  { from, to, by, wroteAtMs, seenAtMs }: Claim,
  nowMs: number,
): 'unwritten' | 'unread' | 'holds' | 'held' | 'again' | 'moved' {
  if (share === to) {
    const since = seenAtMs ?? nowMs
    return nowMs - since >= milliseconds(readFor(by)) ? 'held' : 'holds'
  }
  if (share === 'closed' || share === 'unmade' || (typeof share === 'number' && share < to)) return 'moved'
  if (seenAtMs !== undefined || typeof share !== 'number') return 'again'
  if (wroteAtMs === undefined) return 'unwritten'
  return share === from && nowMs - wroteAtMs < UNREAD_MS ? 'unread' : 'again'
}

/** Green's weights by the name of their route, as far as the plan has given them. */
export type Given = Readonly<Record<string, Weight>>

/** The highest weight of each route that a step of this phase has given green, and that was not taken back. */
export function givenBy({ forward }: Phase, { steps }: Journal): Given {
  const given: Record<string, Weight> = {}
  for (const step of leaves(forward)) {
    if (step.kind !== 'action' || step.action !== 'setWeight' || steps[step.id]?.state !== 'done') continue
    const { route, to } = step.input
    given[route.name] = Math.max(given[route.name] ?? 0, to)
  }
  return given
}

/** What a watch says of a route that somebody has moved towards blue. */
export interface Moved {
  readonly route: string
  /** Green's share by now. */
  readonly share: Weight
}

/**
 * Is it less than the plan gave? A watch goes by what it sees, and others may have written a weight of the plan before the plan
 * did: what Norikae takes back of that is no move of anybody's.
 */
export const isLess = ({ route, share }: Moved, given: Given): boolean => share < (given[route] ?? 0)

/**
 * What a watch has seen of a route: the most that the plan gave green of it, as far as that can be seen, and whether the last look
 * was the first that had less.
 */
export interface SeenShare {
  readonly most: Weight
  readonly lower?: true
}

/**
 * One more look. `weights`: those of the plan, which rise; one of these may be Norikae's own, which takes back what others moved
 * towards green. Less than before, and none of these, is somebody else's doing: `moved`, where the next look says the same, for
 * one alone may be of an API that tells a moment late. Whatever else it is, is for the next step to say. `before`: what was seen,
 * or else given before the first look.
 */
export function seenAfter(share: Share, weights: readonly Weight[], before: SeenShare): SeenShare | 'moved' {
  const now = watchedShare(share)
  if (now === undefined) return before
  if (weights.includes(now)) return { most: Math.max(before.most, now) }
  if (now >= before.most) return { most: before.most }
  return before.lower === true ? 'moved' : { most: before.most, lower: true }
}

/** Undefined: it says nothing of green's share. */
export const watchedShare = (share: Share): Weight | undefined =>
  share === 'closed' ? 0 : typeof share === 'number' ? share : undefined
