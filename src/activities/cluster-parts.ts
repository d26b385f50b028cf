import type { ActionCall } from '../domain/actions.ts'
import { RUN_TAG } from '../domain/clone.ts'
import type { ClusterDescription } from '../domain/eks-objects.ts'
import { issuesInWords } from '../domain/eks-issues.ts'
import { contested, failed } from './errors.ts'
import { ATTEMPT_TAG } from './tokens.ts'
import { budgets, doneAt, isGoing, noteDone, notYet, remember, remembered, unlessGone } from './waiting.ts'

/** Node groups and Fargate profiles: what EKS makes and deletes as a part of a cluster, in its own time. */
export interface ClusterPart<Told extends State = State> {
  /** With its name, as messages say it: `node group apps`. */
  readonly what: string
  readonly cluster: string
  /** As it was just read; undefined: it is not there. */
  readonly found: Told | undefined
  /** As it is by now. */
  readonly again: () => Promise<State | undefined>
  readonly remove: () => Promise<void>
  /** What keeps it from going, in words that follow on; absent: nothing that is known. */
  readonly heldUp?: string
}

/** The time of what EKS makes begins then: what was waited for before, while others changed the cluster, is none of it. */
export const ASKED = 'asked for'

interface State {
  readonly status: string
  readonly tags: Readonly<Record<string, string>>
  readonly healthIssues: readonly string[]
}

/**
 * What is ACTIVE and this run's; `create` asks for it where it is not there. Throws not yet for as long as EKS takes, failed
 * with EKS's own reasons, contested where this run did not make it. What an earlier try left broken is deleted first. Safe
 * to repeat.
 */
export async function made<Told extends State>(
  { run, attempt }: Pick<ActionCall, 'run' | 'attempt'>,
  { what, cluster, found, again, remove }: ClusterPart<Told>,
  create: () => Promise<void>,
): Promise<Told> {
  if (!found) {
    noteDone(ASKED)
    await create()
    throw notYet(`${what} was just asked for`, budgets.nodegroup, undefined, doneAt(ASKED))
  }
  if (found.tags[RUN_TAG] !== run)
    throw contested(`${what} of ${cluster} is there already, and this run did not make it`)
  if (found.status === 'ACTIVE') return found
  // DEGRADED is no end: EKS goes on asking for the nodes that it lacks.
  if (found.status !== 'CREATE_FAILED' && found.status !== 'DELETE_FAILED')
    throw notYet(
      `${what} is ${found.status}${found.healthIssues.length > 0 ? `: ${reasons(found)}` : ''}`,
      budgets.nodegroup,
      undefined,
      doneAt(ASKED),
    )
  if (found.status === 'CREATE_FAILED' && Number(found.tags[ATTEMPT_TAG]) >= attempt)
    throw failed(`${what} could not be made: ${reasons(found)}`)
  // Told anew once by each try, as of what is only deleted.
  if (found.status === 'DELETE_FAILED' && doneAt(REMOVED) !== undefined)
    throw failed(`${what} failed in an earlier try, and could not be deleted: ${reasons(found)}`)
  await unlessGone(`${what} of ${cluster}`, budgets.nodegroup, async () => isGoing(await again()), remove)
  noteDone(REMOVED)
  throw notYet(`${what} failed in an earlier try and is deleted first`, budgets.nodegroup)
}

/** This try has had EKS delete it: what is DELETE_FAILED then is what came of that. */
export const REMOVED = 'removed'

/**
 * Returns once it is gone. Throws not yet for as long as EKS takes, failed with EKS's own reasons where it cannot be deleted.
 * Whether it may be is for the caller to prove. Safe to repeat.
 */
export async function gone({
  what,
  cluster,
  found,
  again,
  remove,
  heldUp = '',
}: ClusterPart): Promise<{ readonly note: string }> {
  if (!found) return { note: `${what} of ${cluster} is gone` }
  // Told anew once by each try: what stood in its way may be gone.
  if (found.status === 'DELETE_FAILED' && remembered(false))
    throw failed(`${what} could not be deleted: ${reasons(found)}${heldUp}`)
  if (found.status !== 'DELETING' && found.status !== 'CREATING') {
    await unlessGone(`${what} of ${cluster}`, budgets.nodegroup, async () => isGoing(await again()), remove)
    remember(true)
  }
  throw notYet(
    `${what} of ${cluster} is ${found.status === 'CREATING' ? 'CREATING, and is deleted once it is there' : 'DELETING'}${heldUp}`,
    budgets.nodegroup,
  )
}

/** EKS makes parts of a cluster only while nothing of the cluster itself is changed, by whomever. */
export function refuseWhileChanged({ name, status }: Pick<ClusterDescription, 'name' | 'status'>, what: string): void {
  if (status === 'CREATING' || status === 'UPDATING')
    throw notYet(`${what} is asked for once ${name} is not ${status} any more`, budgets.nodegroup)
}

const reasons = ({ healthIssues }: State): string => issuesInWords('nodes', healthIssues)
