import type { ClusterDescription } from './eks-objects.ts'
import { RUN_TAG } from './clone.ts'
import { few } from './few.ts'
import { warning, type Finding } from './findings.ts'
import type { Identity } from './platform.ts'

/**
 * Whether what is to be proven idle is what this run moved away from. A cluster that never served anything is idle at once,
 * whichever it is (P36): so it has to be the one of the plan, it has to have been seen to serve, and what moved has to be there.
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

interface Moved {
  /** Namespaces of the apps that this run moved away from it. */
  readonly moved: readonly string[]
  /** Those that are on it. Their owners may have taken some away meanwhile. */
  readonly there: ReadonlySet<string>
}

/** Why it cannot be the cluster that everything was moved away from; undefined: it is. */
export function targetFault(
  found: Known,
  { identity, run }: { readonly identity: Identity; readonly run: string },
  { moved, there }: Moved,
): string | undefined {
  const fault = identityFault(found, identity, run)
  if (fault !== undefined) return fault
  if (found.tags[RUN_TAG] === run) return `cluster ${found.name} is one that this run made: it is green`
  return moved.length > 0 && !moved.some((name) => there.has(name))
    ? `cluster ${found.name} has none of the namespaces that this run moved away from it (${few(moved)})`
    : undefined
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

const nobodySaw = (cluster: string): string => `nobody saw ${cluster} serve a request within 30 days`

/** What people are asked when it is to be proven idle. */
export const unseenInWords = (cluster: string, query: string): string =>
  `${nobodySaw(cluster)} (${query}), and what never serves is idle whichever it is. If that query counts the wrong thing, mend health.prometheus.requests for the next upgrade; see by other means that ${cluster} is what served, then skip with its name typed`

export const unseenAccepted = (cluster: string): Finding =>
  warning(
    'blue-unseen-accepted',
    cluster,
    `${nobodySaw(cluster)}; somebody who typed its name says that it is the one`,
    'see once more that it is, before its removal is approved',
  )

export const unseenFinding = (cluster: string, query: string): Finding =>
  warning(
    'blue-unseen',
    cluster,
    `${nobodySaw(cluster)}: ${query} counts none`,
    'see that it is the cluster that serves, and that health.prometheus.requests counts its requests: else its removal asks for its name to be typed once more',
  )
