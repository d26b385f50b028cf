import { activityInfo } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import { ROOT, type Due, type Sent } from '../domain/board.ts'
import { chatMessage } from '../domain/chat-message.ts'
import type { Activities } from '../workflows/activities.ts'
import { failed } from './errors.ts'
import { refusedOr, withDone } from './notifications.ts'
import type { Outside } from './outside.ts'
import type { ChatPlace, ChatPort, KeyedMessage } from './ports.ts'
import { remember, remembered } from './waiting.ts'

export const chatActivities = (outside: Outside): Pick<Activities, 'post'> => ({
  /**
   * Sends and changes messages: channels side by side, in each of them in order. What arrived is not sent again, also
   * where nobody heard that it did: it is looked for first. What was refused for good is part of the answer.
   */
  async post({ workflowId, runId, due }) {
    const done = remembered<readonly Sent[]>([])
    const link = outside.workflowUrl?.(workflowId, runId)
    const sent = [...done]
    const tried = await Promise.allSettled(
      [...Map.groupBy(due, (d) => d.channel).values()].map(async (mine) => {
        for (const it of mine) {
          if (done.some((s) => s.channel === it.channel && s.key === it.key)) continue
          sent.push(await one(it))
          remember(sent)
        }
      }),
    )
    const failure = tried.find((t) => t.status === 'rejected')
    if (failure) throw withDone(failure.reason, sent)
    return sent

    async function one(it: Due): Promise<Sent> {
      const { channel, key } = it
      let place: ChatPlace | undefined
      const refused = await refusedOr('slack', async () => {
        const { chat } = outside.ports
        if (!chat) throw failed('NORIKAE_SLACK_TOKEN is not set where the worker runs')
        const thread = it.thread ?? threadOf(it, sent)
        const unsure = it.unsure === true || activityInfo().attempt > 1
        const message = { ...chatMessage(it.says, link), key: `${runId}/${key}` }
        place = await put(chat, { ...it, ...(thread !== undefined && { thread }) }, unsure, message)
      })
      if (place) return { channel, key, ...place }
      return { channel, key, refused: refused?.message ?? '' }
    }
  },
})

/** The thread whose first line was sent just now. Throws where that was refused: nothing can stand under it. */
function threadOf({ channel, key }: Due, sent: readonly Sent[]): string | undefined {
  if (key === ROOT) return undefined
  const root = sent.find((s) => s.channel === channel && s.key === ROOT)
  if (root && 'refused' in root) throw failed(root.refused)
  return root?.ts
}

async function put(
  chat: ChatPort,
  { channel, id, ts, thread, loud, since }: Due,
  unsure: boolean,
  message: KeyedMessage,
): Promise<ChatPlace> {
  const under = thread === undefined ? {} : { thread }
  const known =
    id !== undefined && ts !== undefined
      ? { id, ts }
      : unsure
        ? await chat.find(id ?? channel, message.key, since, thread).catch(unreadable)
        : undefined
  if (known === undefined) return chat.post(id ?? channel, { ...message, ...under, loud })
  await chat.change(known, message)
  return known
}

/** Whoever may not read a channel cannot see that a message is there: told twice is better than not at all. */
function unreadable(error: unknown): undefined {
  if (!(error instanceof ApplicationFailure) || error.nonRetryable !== true) throw error
}
