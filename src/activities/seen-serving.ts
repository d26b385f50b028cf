import type { Question } from '../domain/actions.ts'
import { requestsOn } from '../domain/checks.ts'
import type { Choice } from '../domain/choices.ts'
import { milliseconds, type Duration } from '../domain/duration.ts'
import type { Finding } from '../domain/findings.ts'
import { spansToLookIn, unseenAccepted, unseenFinding, unseenInWords, type Unseen } from '../domain/idle-target.ts'
import { namespacesOf, type Platform } from '../domain/platform.ts'
import { acceptedOn, noteAccepted, noteTold, toldOn } from './accepted.ts'
import { called, isFailure } from './errors.ts'
import type { KubernetesPort, MetricsPort } from './ports.ts'
import { hasWaited, noteAside, notedAside, notYet } from './waiting.ts'

/** Whether anybody counted a request of it within the last month. Throws what Prometheus is refused or silent with. */
export async function servedWithin(metrics: MetricsPort, { url, query }: Question, window: Duration): Promise<boolean> {
  for (const span of spansToLookIn(Date.now(), milliseconds(window)))
    if ((await metrics.range(url, query, span)).some(({ value }) => value > 0)) return true
  return false
}

/**
 * For a plan: whether blue was seen to serve, by what proves later that it does no more. Nobody is kept from planning by a
 * Prometheus that is away: it is looked for again before blue is removed.
 */
export async function servingSurvey(
  metrics: MetricsPort,
  platform: Platform,
): Promise<{ readonly served: boolean; readonly findings: readonly Finding[] }> {
  const { blue, idle } = platform
  const namespaces = namespacesOf(platform)
  if (namespaces.length === 0) return { served: false, findings: [] }
  const asked = requestsOn(platform.metrics, { cluster: blue, namespaces, window: idle })
  const unseen = await whyUnseen(metrics, asked, idle)
  return unseen
    ? { served: false, findings: [unseenFinding(blue, asked.query, unseen)] }
    : { served: true, findings: [] }
}

/** Undefined: somebody counted one. */
async function whyUnseen(metrics: MetricsPort, asked: Question, window: Duration): Promise<Unseen | undefined> {
  try {
    return (await servedWithin(metrics, asked, window)) ? undefined : { because: 'none-counted' }
  } catch (error) {
    if (!isFailure(error)) throw error
    return { because: 'refused', why: error.message }
  }
}

interface Asked {
  readonly cluster: string
  readonly requests: Question
  readonly for: Duration
  /** It was seen when the plan was made. */
  readonly served?: true
  /** Whether its requests are counted now, which here are none. */
  readonly counted: boolean
  readonly budget: Duration
  readonly choice?: Choice | undefined
}

/**
 * Ends where this cluster was seen to serve and is counted still, or people say that it is the one all the same (`choice`; of
 * the question that they were asked). Throws `Called` where neither is so, within the budget only what has to be so at once.
 */
export async function seenServing(
  metrics: MetricsPort,
  here: KubernetesPort,
  { cluster, requests, for: window, served, counted, budget, choice }: Asked,
): Promise<readonly Finding[]> {
  if (counted && (served || notedAside(SEEN) === true)) return []
  const accepted = await acceptedOn(here, 'unseen')
  const now = choice === 'skip' && (await toldOn(here, 'unseen')).includes(cluster)
  if (now) await noteAccepted(here, 'unseen', [cluster])
  if (now || accepted.includes(cluster)) return [unseenAccepted(cluster)]
  const unseen: Unseen | undefined = counted ? await whyUnseen(metrics, requests, window) : { because: 'no-series' }
  if (unseen === undefined) {
    noteAside(SEEN, true)
    return []
  }
  const why = unseenInWords(cluster, requests.query, unseen)
  // A Prometheus that starts again, or is full, may tell in a while.
  if (unseen.because !== 'none-counted' && !hasWaited(budget)) throw notYet(why, budget)
  await noteTold(here, 'unseen', [cluster])
  throw called(why)
}

const SEEN = 'seen-serving'
