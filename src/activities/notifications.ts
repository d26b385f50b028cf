import { activityInfo, metricMeter } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import type { Heard } from '../domain/notices.ts'
import type { Activities } from '../workflows/activities.ts'
import type { Outside } from './outside.ts'
import { remember, remembered } from './waiting.ts'

export const notificationActivities = (outside: Outside): Pick<Activities, 'notify'> => ({
  /** To the log, and to every webhook; a repetition goes to those that did not get it. Answers who refused it for good. */
  async notify({ notice, webhooks }) {
    const done = remembered<readonly Heard[]>([])
    const { id, about, title, teams, platform, app, environment, waiting } = notice
    if (activityInfo().attempt === 1)
      outside.log('info', `${about}: ${title}`, { notice: id, platform, app, environment, teams, send: waiting?.send })
    const link = outside.workflowUrl?.(notice.workflowId, notice.runId)
    const ended = [...done]
    // Side by side: one that does not answer takes most of the time there is.
    const tried = await Promise.allSettled(
      webhooks.map(async ({ team, url }) => {
        if (done.some((it) => it.url === url)) return
        const send = () => outside.ports.webhooks.send(url, id, link === undefined ? notice : { ...notice, link })
        const refused = await refusedOr('webhook', send)
        ended.push(
          refused === undefined ? { url } : { url, refused: { place: `webhook of ${team}`, why: refused.message } },
        )
        remember(ended)
      }),
    )
    const failure = tried.find((t) => t.status === 'rejected')
    if (failure) throw withDone(failure.reason, ended)
    return ended.flatMap(({ refused }) => refused ?? [])
  },
})

/** What is done so far goes with the failure: the workflow hears of it also where the time is up. */
export function withDone(error: unknown, done: readonly unknown[]): unknown {
  if (!(error instanceof ApplicationFailure)) return error
  const { message, type, nextRetryDelay } = error
  return ApplicationFailure.create({ message, type, ...(nextRetryDelay && { nextRetryDelay }), details: [done] })
}

/** Refused for good: why. Throws what is worth another try. Each is counted: `norikae_notices` by place and result. */
export async function refusedOr(
  place: 'webhook' | 'slack',
  send: () => Promise<void>,
): Promise<ApplicationFailure | undefined> {
  const count = (result: 'told' | 'refused' | 'unreachable') =>
    metricMeter
      .createCounter('norikae_notices', undefined, 'notices, by where they were sent and what became of it')
      .add(1, { place, result })
  try {
    await send()
    count('told')
    return undefined
  } catch (error) {
    const isFinal = error instanceof ApplicationFailure && error.nonRetryable === true
    count(isFinal ? 'refused' : 'unreachable')
    if (!isFinal) throw error
    return error
  }
}
