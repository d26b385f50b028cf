import { LogLevel, WebAPIPlatformError, WebClient } from '@slack/web-api'
import type { ChatPlace, ChatPort, KeyedMessage } from '../../activities/ports.ts'
import { asOurs } from './errors.ts'

/** A message must not hold up a run; the policy of the activity sends it again. */
const TIMEOUT_MS = 10_000
/** The clocks of a worker and of Slack differ by less. */
const SKEW_S = 300
/** Pages of 200: what was posted since a message was tried first is on the first of them. */
const PAGES = 10
const EVENT = 'norikae_notice'

interface SlackOptions {
  readonly token: string
  /** Left out: https://slack.com/api/ */
  readonly api?: string
}

/**
 * Slack's Web API by its own client, which neither tries again nor logs here: it would post twice where an answer is
 * lost, because `chat.postMessage` has no key for repetitions. Each message carries one in its metadata, unseen.
 */
export function slack({ token, api }: SlackOptions): ChatPort {
  const client = new WebClient(token, {
    ...(api !== undefined && { slackApiUrl: api }),
    timeout: TIMEOUT_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: silent,
  })
  const ids = new Map<string, string>()
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw asOurs(error)
    }
  }

  return {
    post: (channel, { thread, loud, ...message }) =>
      call(async () => {
        const answer = await client.apiCall('chat.postMessage', {
          channel,
          ...contentOf(message),
          ...(thread !== undefined && { thread_ts: thread, reply_broadcast: loud }),
        })
        return placeIn(answer)
      }),
    change: ({ id, ts }, message) =>
      call(async () => {
        try {
          await client.apiCall('chat.update', { channel: id, ts, ...contentOf(message) })
        } catch (error) {
          if (!(error instanceof WebAPIPlatformError) || error.data.error !== 'message_not_found') throw error
        }
      }),
    find: (channel, key, since, thread) =>
      call(async () => {
        const id = channel.startsWith('#') ? await idOf(channel.slice(1)) : channel
        if (id === undefined) return undefined
        const oldest = `${Math.floor(Date.parse(since) / 1000) - SKEW_S}`
        const method = thread === undefined ? 'conversations.history' : 'conversations.replies'
        const where = { channel: id, oldest, include_all_metadata: true, ...(thread !== undefined && { ts: thread }) }
        for await (const { messages = [] } of pages<{ messages?: readonly Message[] }>(method, where)) {
          const found = messages.find((m) => m.metadata?.event_type === EVENT && m.metadata.event_payload?.key === key)
          if (found) return { id, ts: found.ts }
        }
        return undefined
      }),
    whoAmI: () =>
      call(async () => {
        const { user = 'a nameless app', team = 'a nameless workspace' } = await client.auth.test()
        return { user, workspace: team }
      }),
  }

  /** Slack reads channels by id only. */
  async function idOf(name: string): Promise<string | undefined> {
    if (ids.has(name)) return ids.get(name)
    const where = { types: 'public_channel,private_channel', exclude_archived: true, limit: 1000 }
    for await (const { channels = [] } of pages<{ channels?: readonly Channel[] }>('conversations.list', where))
      for (const channel of channels) ids.set(channel.name, channel.id)
    return ids.get(name)
  }

  async function* pages<Page>(method: string, where: Readonly<Record<string, unknown>>): AsyncGenerator<Page> {
    let cursor: string | undefined
    for (let n = 0; n < PAGES; n += 1) {
      const page = await client.apiCall(method, { limit: 200, ...where, ...(cursor !== undefined && { cursor }) })
      // The client's types know no more of a method that is called by its name.
      yield page as unknown as Page
      cursor = page.response_metadata?.next_cursor
      if (cursor === undefined || cursor === '') return
    }
  }
}

interface Channel {
  readonly id: string
  readonly name: string
}

interface Message {
  readonly ts: string
  readonly metadata?: { readonly event_type?: string; readonly event_payload?: { readonly key?: string } }
}

/** Nothing in a text is read as a mention or a link: others wrote most of it. */
const contentOf = ({ text, blocks, key }: KeyedMessage) => ({
  text,
  blocks,
  metadata: { event_type: EVENT, event_payload: { key } },
  parse: 'none',
  link_names: false,
  unfurl_links: false,
  unfurl_media: false,
})

function placeIn(answer: object): ChatPlace {
  const { channel, ts } = answer as { channel?: unknown; ts?: unknown }
  if (typeof channel === 'string' && typeof ts === 'string') return { id: channel, ts }
  throw new Error('Slack answers without saying where the message is')
}

/** What it would say is in the errors; its debug lines hold whole messages. */
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
}
