import type { ActionCall } from '../domain/actions.ts'
import { concerns, identityOf, revisionInWords, runs, type Registered } from '../domain/argocd.ts'
import { isAutomated } from '../domain/argocd-hazards.ts'
import { refreshRequest, standing, syncRequest } from '../domain/argocd-sync.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { clusterOf } from '../domain/platform.ts'
import { knownOr, LOOK_EVERY, nameOf, placeOf, type ArgoView } from './argocd-hub.ts'
import { failed } from './errors.ts'
import { otherSide } from './outside.ts'
import { budgets, notYet, remember, remembered } from './waiting.ts'

export type Placed = ActionCall<'syncApplications' | 'checkApplications'>

/** An Application of the other side, what it runs, and those here that deploy the same. */
export interface Pair {
  readonly theirs: KubernetesObject
  readonly mine: readonly KubernetesObject[]
  readonly wanted: readonly string[]
}

export async function pairsOf(
  view: ArgoView,
  { input, scope }: Placed,
): Promise<{ readonly cluster: Registered; readonly pairs: readonly Pair[] }> {
  const { app, environment, namespaces, hub, on } = input
  const other = otherSide(on)
  const cluster = knownOr(await view.known(scope[on]), hub, scope[on])
  const from = knownOr(await view.known(scope[other]), hub, scope[other])
  const { here, theirs } = await view.applicationsOn({ here: cluster, theirs: from }, (a) => concerns(a, namespaces))
  const mine = here.map((a) => ({ a, key: identityOf(a, cluster, scope[on]) }))
  if (theirs.length === 0)
    throw failed(
      `no Application of ${placeOf(hub)} deploys ${app} ${environment} (namespace ${namespaces.join(', ')}) to ${scope[other]}, so what green needs is not known. Mend apps.${app}.deploy in the platform file, or its Application`,
    )
  const pairs = theirs.map((a) => {
    const key = identityOf(a, from, scope[other])
    return { theirs: a, mine: mine.filter((m) => m.key === key).map((m) => m.a), wanted: runs(a) }
  })
  return { cluster, pairs }
}

/** Each look is a request to Git, of every Application that waits. */
const LOOK_AGAIN_MS = 15_000

/** Ends when each is there; asks for what nobody else does. */
export async function synced(view: ArgoView, call: Placed, pairs: readonly Pair[]): Promise<void> {
  const { scope, run, step, attempt, input } = call
  const asked = `${run}/${step}/${attempt}`
  const waits: string[] = []
  const behind: Pair[] = []
  for (const pair of pairs) {
    const { theirs, mine, wanted } = pair
    if (wanted.length === 0)
      throw notYet(
        `${nameOf(theirs)} has not been synced on ${clusterOf(scope, otherSide(input.on))} yet`,
        budgets.sync,
        LOOK_EVERY,
      )
    for (const application of mine) {
      const stands = standing(application, wanted, asked)
      const what = `${nameOf(application)} (${revisionInWords(wanted)} is to run)`
      if (stands.is === 'there') continue
      if (stands.is === 'failed') throw failed(`${what}: ${stands.why}. Mend it, then retry`)
      if (stands.is === 'to ask') {
        await patched(view, application, syncRequest(application, wanted, asked))
        waits.push(`${what} was just asked to sync`)
        continue
      }
      waits.push(`${what}: ${stands.why}`)
      if (stands.is === 'behind') behind.push(pair)
    }
  }
  if (waits.length === 0) return
  await lookAgain(view, behind)
  throw notYet(waits.join('; '), budgets.sync, LOOK_EVERY)
}

/**
 * Both sides at once: in a repository with a commit a minute each would be compared with another one, and they would
 * never be at the same.
 */
async function lookAgain(view: ArgoView, behind: readonly Pair[]): Promise<void> {
  const { atMs } = remembered({ atMs: 0 })
  if (behind.length === 0 || Date.now() - atMs < LOOK_AGAIN_MS) return
  const all = behind.flatMap(({ theirs, mine }) => [...mine, ...(isAutomated(theirs) ? [theirs] : [])])
  await Promise.all(all.map((application) => patched(view, application, refreshRequest)))
  remember({ atMs: Date.now() })
}

const patched = (view: ArgoView, { metadata: { namespace, name } }: KubernetesObject, patch: object) =>
  view.port.patch('Application', namespace, name, patch)
