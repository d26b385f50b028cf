import type { ClusterDescription } from './eks-objects.ts'
import { RUN_TAG } from './clone.ts'
import { warning, type Finding } from './findings.ts'
import type { Identity } from './platform.ts'

/**
 * Whether what is to be proven idle is what this run moved away from. A cluster that never served anything is idle at once,
 * whichever it is (P36): so it has to be the one of the plan, and to have been seen to serve.
 */

type Known = Pick<ClusterDescription, 'name' | 'arn' | 'createdAt' | 'tags'>

/** Principle 10: what is destroyed is what was meant, by ARN and creation time, or by this run's own tag. Undefined: it is. */
export function identityFault(found: Known, identity: Identity | 'made-by-this-run', run: string): string | undefined {
  if (identity === 'made-by-this-run')
    return found.tags[RUN_TAG] === run
      ? undefined
      : `cluster ${found.name} was not made by this run (its tag ${RUN_TAG} says ${found.tags[RUN_TAG] ?? 'nothing'})`
  return found.arn === identity.arn && found.createdAt === identity.createdAt
    ? undefined
    : `cluster ${found.name} is ${found.arn}, made ${found.createdAt}; what was approved is ${identity.arn}, made ${identity.createdAt}`
}

/**
 * Why it cannot be the cluster that everything was moved away from; undefined: it is. Its namespaces say nothing: their owners
 * may have taken them away by now. `identity`: absent in a plan that was made before it was kept there.
 */
export function targetFault(
  found: Known,
  { identity, run }: { readonly identity: Identity | undefined; readonly run: string },
): string | undefined {
  const fault = identity && identityFault(found, identity, run)
  if (fault !== undefined) return fault
  return found.tags[RUN_TAG] === run ? `cluster ${found.name} is one that this run made: it is green` : undefined
}

/** So far back Prometheus is asked, at the most: most of them keep half of it. */
export const LOOK_BACK_MS = 30 * 86_400_000

/** Points that one question asks for: Prometheus gives no more than 11,000. */
const POINTS = 1_000

/**
 * Spans of time to look for requests in, the nearest first: each point of a span counts what came in the `windowMs` before
 * it. The nearest one leaves nothing out between them.
 */
export function spansToLookIn(nowMs: number, windowMs: number) {
  const near = Math.min(LOOK_BACK_MS, POINTS * windowMs)
  return [near, ...(near < LOOK_BACK_MS ? [LOOK_BACK_MS] : [])].map((back) => ({
    fromMs: nowMs - back,
    untilMs: nowMs,
    stepMs: back / POINTS,
  }))
}

/** Why nobody can say by its requests that it is the one which served: for people. */
export type Unseen =
  | { readonly because: 'no-series' | 'none-counted' }
  | { readonly because: 'refused'; readonly why: string }

const nobodySaw = (cluster: string): string => `nobody saw ${cluster} serve a request within 30 days`

const inWords = (cluster: string, unseen: Unseen): string =>
  unseen.because === 'refused'
    ? `whether ${cluster} served within 30 days cannot be read: ${unseen.why}`
    : unseen.because === 'no-series'
      ? `nobody tells how many requests ${cluster} serves`
      : nobodySaw(cluster)

/** What people are asked when it is to be proven idle. */
export const unseenInWords = (cluster: string, query: string, unseen: Unseen): string =>
  `${inWords(cluster, unseen)} (${query}), and what never serves is idle whichever it is. If that query counts the wrong thing, or has no series any more, mend health.prometheus.requests for the next upgrade; see by other means that ${cluster} is what served, and that nobody calls it, then skip with its name typed`

export const unseenAccepted = (cluster: string): Finding =>
  warning(
    'blue-unseen-accepted',
    cluster,
    `nobody counted what ${cluster} serves; somebody who typed its name says that it is the one`,
    'see once more that it is, before its removal is approved',
  )

export const unseenFinding = (cluster: string, query: string, unseen: Unseen): Finding =>
  warning(
    'blue-unseen',
    cluster,
    `${inWords(cluster, unseen)} (${query})`,
    'see that it is the cluster that serves, and that health.prometheus.requests counts its requests: else its removal asks for its name to be typed once more',
  )
