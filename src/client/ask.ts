import type { WorkflowExecutionInfo, WorkflowExecutionStatusName } from '@temporalio/client'
import type { Payload } from '@temporalio/common'
import { upgradeId, type CutoverStatus, type UpgradeRequest, type UpgradeStatus } from '../domain/messages.ts'
import type { Temporal } from './connect.ts'
import { NotReady } from './problems.ts'
import type { RunOutcome } from './shapes.ts'
import { noWorker, translated } from './translate.ts'

/** The single questions to Temporal that everything else here is made of. */

/** A run as Temporal lists or describes it. */
export type Run = Pick<
  WorkflowExecutionInfo,
  'workflowId' | 'runId' | 'status' | 'startTime' | 'closeTime' | 'typedSearchAttributes' | 'memo'
>

/** Longer, and a worker is not there. */
const ANSWER_WITHIN_MS = 10_000
/** A worker asks for tasks at least once a minute (Temporal's long poll), so one that lives was seen since. */
const SEEN_WITHIN_MS = 75_000

/** Runs `work` against a deadline, with its errors in our words. */
export async function asking<T>(temporal: Temporal, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await temporal.client.withDeadline(Date.now() + (temporal.answerWithinMs ?? ANSWER_WITHIN_MS), work)
  } catch (error) {
    throw translated(error, temporal, what)
  }
}

export interface Poller {
  readonly identity: string
}

/** Does a worker poll for our workflows? Reading a status needs one that does. */
export const workerIsThere = async (temporal: Temporal): Promise<boolean> => (await workersOf(temporal)).length > 0

/** Those that poll for our workflows (the default type of tasks), each once. */
export async function workersOf(temporal: Temporal): Promise<readonly Poller[]> {
  const { namespace, taskQueue } = temporal
  const { pollers } = await asking(temporal, `task queue ${taskQueue}`, () =>
    temporal.client.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
    }),
  )
  const alive = (pollers ?? []).filter(
    (p) => Date.now() - Number(p.lastAccessTime?.seconds ?? 0) * 1000 < SEEN_WITHIN_MS,
  )
  return [...new Set(alive.map((p) => p.identity ?? ''))].map((identity) => ({ identity }))
}

/** An answer that nobody can give is not waited for. */
export async function upgradeStatus(temporal: Temporal, platform: string, runId?: string): Promise<UpgradeStatus> {
  if (!(await workerIsThere(temporal))) throw noWorker(temporal.taskQueue)
  return query(temporal, upgradeId(platform), runId)
}

export const cutoverStatus = (temporal: Temporal, workflowId: string): Promise<CutoverStatus> =>
  query(temporal, workflowId)

const query = <T>(temporal: Temporal, workflowId: string, runId?: string): Promise<T> =>
  asking(temporal, workflowId, () => temporal.client.workflow.getHandle(workflowId, runId).query<T>('status'))

export const describe = (temporal: Temporal, workflowId: string, runId?: string): Promise<Run> =>
  asking(temporal, workflowId, () => temporal.client.workflow.getHandle(workflowId, runId).describe())

/** The latest run of the platform's upgrade, open or not; undefined where there was none. */
export const latestRun = (temporal: Temporal, platform: string): Promise<Run | undefined> =>
  describe(temporal, upgradeId(platform)).catch((error: unknown) => {
    if (error instanceof NotReady && error.code === 'not-found') return undefined
    throw error
  })

/** What a run was started with: the texts in its first event, whoever started it and from where. Anything may be there. */
export async function requestOf(
  temporal: Temporal,
  workflowId: string,
  runId: string,
): Promise<Partial<UpgradeRequest>> {
  const sent = await inputOf(temporal, workflowId, runId)
  const fields = (['platform', 'to', 'by', 'file'] as const).map((name) => [name, sent[name]] as const)
  return Object.fromEntries(fields.filter(([, value]) => typeof value === 'string'))
}

/** The same, all of it; nothing where it is no object. */
export async function inputOf(
  temporal: Temporal,
  workflowId: string,
  runId: string,
): Promise<Readonly<Record<string, unknown>>> {
  const { namespace, client } = temporal
  const { history } = await asking(temporal, workflowId, () =>
    client.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution: { workflowId, runId },
      maximumPageSize: 1,
    }),
  )
  const request = await decoded(
    temporal,
    history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0],
  )
  return { ...(typeof request === 'object' && request) }
}

/** What somebody wrote into a history, by way of the client's own codecs. Anything may be there. */
export async function decoded({ client }: Temporal, input: Payload | null | undefined): Promise<unknown> {
  if (!input) return undefined
  const { payloadConverter, payloadCodecs } = client.options.loadedDataConverter
  let payloads = [input]
  for (const codec of payloadCodecs) payloads = await codec.decode(payloads)
  const [payload] = payloads
  return payload && payloadConverter.fromPayload<unknown>(payload)
}

/** Undefined: it ended as a result says. */
export const endOf = (status: WorkflowExecutionStatusName): RunOutcome | undefined => {
  switch (status) {
    case 'COMPLETED':
      return undefined
    case 'FAILED':
      return 'failed'
    case 'CANCELLED':
      return 'cancelled'
    case 'TERMINATED':
      return 'terminated'
    case 'TIMED_OUT':
      return 'timed-out'
    default:
      return 'running'
  }
}
