import { isCutoverRequest, type CutoverPlatform } from '../domain/messages.ts'
import type { Plan } from '../domain/plan.ts'
import type { Platform } from '../domain/platform.ts'
import { recalled } from '../domain/remembered.ts'
import { toProve, type ToProve } from '../domain/trust.ts'
import { asking, decoded, inputOf } from './ask.ts'
import type { Temporal } from './connect.ts'

/** What workflows go by, read from their histories: for when no worker can be asked. */

interface Planned {
  readonly platform: Platform
  readonly from: string
  readonly to: string
  readonly plan: Plan
}

interface Replanned {
  /** Absent where nothing was changed. */
  readonly next?: Pick<Planned, 'platform' | 'plan'>
}

/**
 * What `prepare` answered, with the plan and the platform of the last `replan` that counted, which its memo tells;
 * undefined where it has not planned yet.
 */
export async function plannedIn(
  temporal: Temporal,
  workflowId: string,
  runId: string,
  memo: Parameters<typeof recalled>[0],
): Promise<Planned | undefined> {
  const isPlan = (id: string) => id === 'prepare' || id.startsWith('replan/')
  // Written by our own worker: `question('prepare', …)` and `question('replan', …)`.
  const found = (await resultsIn(temporal, workflowId, runId, isPlan)) as readonly (Planned | Replanned)[]
  const prepared = found.find((it) => 'platform' in it)
  // Some plans were made and then refused, because its apps had gone on meanwhile.
  const digest = recalled(memo).plan
  const next = found.flatMap((it) => ('next' in it && it.next?.plan.digest === digest ? [it.next] : [])).at(-1)
  return prepared && { ...prepared, ...(next && { platform: next.platform, plan: next.plan }) }
}

/** By what people prove what they say to one workflow, and how it spells them. */
export interface Listener {
  /** Absent where names are believed. */
  readonly proves?: ToProve
  /** Full digests of the plans that it has now. */
  readonly digests: readonly string[]
  readonly people: readonly string[]
}

/** Undefined: it has not planned yet, or there is no such workflow that is open. */
export async function listenerOf(temporal: Temporal, workflowId: string): Promise<Listener | undefined> {
  const { runId, raw, memo } = await asking(temporal, workflowId, () =>
    temporal.client.workflow.getHandle(workflowId).describe(),
  )
  const first = raw.workflowExecutionInfo?.firstRunId
  const of = ({ trust, teams }: CutoverPlatform, plans: readonly Plan[]): Listener => ({
    ...(trust && { proves: toProve(trust, first !== undefined && first !== null && first !== '' ? first : runId) }),
    digests: plans.map((p) => p.digest),
    people: Object.values(teams).flatMap((team) => team.approvers),
  })
  const input = await inputOf(temporal, workflowId, runId)
  if (!isCutoverRequest(input)) {
    const planned = await plannedIn(temporal, workflowId, runId, memo)
    return planned && of(planned.platform, [planned.plan])
  }
  const ids = new Set(['plan', ...input.app.environments.map((e) => `${e.name}/plan`)])
  // Written by our own worker: `question('planApp', …)` and `question('planCutover', …)`.
  const answers = (await resultsIn(temporal, workflowId, runId, (id) => ids.has(id))) as readonly (
    | readonly Plan[]
    | Plan
    | { readonly same: true }
  )[]
  const plans = answers.flat().filter((it) => 'digest' in it)
  return of(input.platform, [...new Map(plans.map((p) => [p.subject.environment, p])).values()])
}

/** Temporal ends a history at 51 200 events. */
const PAGES = { atMost: 205, events: 250 }

/** What activities with these ids answered, in the order in which they did. */
async function resultsIn(
  temporal: Temporal,
  workflowId: string,
  runId: string,
  wanted: (activityId: string) => boolean,
): Promise<readonly unknown[]> {
  const { namespace, client } = temporal
  const scheduled = new Set<string>()
  const found: unknown[] = []
  let nextPageToken: Uint8Array | null | undefined
  for (let page = 0; page < PAGES.atMost; page += 1) {
    const token = nextPageToken
    const answer = await asking(temporal, workflowId, () =>
      client.workflowService.getWorkflowExecutionHistory({
        namespace,
        execution: { workflowId, runId },
        maximumPageSize: PAGES.events,
        ...(token && { nextPageToken: token }),
      }),
    )
    for (const event of answer.history?.events ?? []) {
      if (wanted(event.activityTaskScheduledEventAttributes?.activityId ?? '')) scheduled.add(String(event.eventId))
      const done = event.activityTaskCompletedEventAttributes
      if (done && scheduled.has(String(done.scheduledEventId)))
        found.push(await decoded(temporal, done.result?.payloads?.[0]))
    }
    nextPageToken = answer.nextPageToken
    if (!nextPageToken || nextPageToken.length === 0) break
  }
  return found
}
