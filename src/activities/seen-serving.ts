import type { Question } from '../domain/actions.ts'
import { requestsOn } from '../domain/checks.ts'
import type { Choice } from '../domain/choices.ts'
import { milliseconds, type Duration } from '../domain/duration.ts'
import type { Finding } from '../domain/findings.ts'
import { spansToLookIn, unseenAccepted, unseenFinding, unseenInWords } from '../domain/idle-target.ts'
import { namespacesOf, type Platform } from '../domain/platform.ts'
import { acceptedOn, noteAccepted, noteTold, toldOn } from './accepted.ts'
import { called, isFailure } from './errors.ts'
import type { KubernetesPort, MetricsPort } from './ports.ts'

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
  try {
    const served = await servedWithin(metrics, asked, idle)
    return { served, findings: served ? [] : [unseenFinding(blue, asked.query)] }
  } catch (error) {
    if (!isFailure(error)) throw error
    return { served: false, findings: [] }
  }
}

interface Asked {
  readonly cluster: string
  readonly requests: Question
  readonly for: Duration
  readonly choice?: Choice | undefined
}

/**
 * Ends where this cluster was seen to serve within the last month, or people say that it is the one all the same (`choice`;
 * of the question that they were asked). Throws `Called` where neither is so.
 */
export async function seenServing(
  metrics: MetricsPort,
  here: KubernetesPort,
  { cluster, requests, for: window, choice }: Asked,
): Promise<readonly Finding[]> {
  if (await servedWithin(metrics, requests, window)) return []
  const accepted = await acceptedOn(here, 'unseen')
  const now = choice === 'skip' && (await toldOn(here, 'unseen')).includes(cluster)
  if (now) await noteAccepted(here, 'unseen', [cluster])
  if (now || accepted.includes(cluster)) return [unseenAccepted(cluster)]
  await noteTold(here, 'unseen', [cluster])
  throw called(unseenInWords(cluster, requests.query))
}
