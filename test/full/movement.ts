import { WorkflowNotFoundError } from '@temporalio/client'
import { cutoverId, upgradeId } from '../../src/domain/messages.ts'
import { PLATFORM, type Bed } from './bed.ts'

/**
 * A machine on which others work hard is slow, and no time says that it hangs. That nothing happens any more does, look
 * after look: whoever looks gets no more of the machine than whoever is looked at.
 */
export interface Movement {
  /** Looks once more. How many looks ago each workflow's history was as it is now; of what is tried again and again it tells nothing. */
  still(): Promise<number>
  /** What the server waits for: activities, how often they were tried, and what they failed of last. */
  pending(): Promise<string[]>
}

/** A server that is away moves nothing: of one that does not come back it hangs too. */
export function movementOf({ temporal, apps }: Pick<Bed, 'temporal' | 'apps'>): Movement {
  const ids = [upgradeId(PLATFORM), ...apps.map((app) => cutoverId(PLATFORM, app))]
  /** Undefined: it was not started yet. Throws while the server is away. */
  const look = async (id: string) => {
    try {
      return await temporal.client.workflow.getHandle(id).describe()
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined
      throw error
    }
  }
  const lengths = async () =>
    (await Promise.all(ids.map(look))).map((it) => `${it?.runId ?? ''} ${it?.historyLength ?? 0}`).join()
  let [last, looks] = ['', 0]
  return {
    async still() {
      const now = await lengths().catch(() => undefined)
      looks = now === undefined || now === last ? looks + 1 : 0
      if (now !== undefined) last = now
      return looks
    },
    pending: async () =>
      (await Promise.all(ids.map((id) => look(id).catch(() => undefined)))).flatMap((it) => {
        const { pendingWorkflowTask: task, pendingActivities } = it?.raw ?? {}
        return [
          ...(task ? [`${it?.workflowId}: a task of it, tried ${task.attempt ?? 0} times`] : []),
          ...(pendingActivities ?? []).map(
            ({ activityId, attempt, lastFailure }) =>
              `${it?.workflowId}: ${activityId}, tried ${attempt ?? 0} times${lastFailure?.message == null ? '' : `, last: ${lastFailure.message}`}`,
          ),
        ]
      }),
  }
}
