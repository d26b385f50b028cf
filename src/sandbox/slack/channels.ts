/** What Slack keeps: channels, and messages in threads one level deep. */
export class SlackError extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

export interface SlackMessage {
  readonly ts: string
  readonly text: string
  readonly blocks: readonly unknown[]
  readonly thread_ts?: string
  /** Shown in the channel too. */
  readonly broadcast?: true
  readonly metadata?: unknown
  readonly edited: number
}

type Fields = Readonly<Record<string, string>>

export class Channels {
  readonly #channels: readonly { readonly id: string; readonly name: string; readonly messages: SlackMessage[] }[]
  #last = 0

  constructor(names: readonly string[]) {
    this.#channels = names.map((name, n) => ({ id: `C${String(n + 1).padStart(10, '0')}`, name, messages: [] }))
  }

  /** By name: all that was ever posted and not deleted, oldest first, as it is now. */
  told(): Readonly<Record<string, readonly SlackMessage[]>> {
    return Object.fromEntries(this.#channels.map(({ name, messages }) => [name, [...messages]]))
  }

  delete(name: string, ts: string): void {
    const messages = this.#find(`#${name}`).messages
    messages.splice(0, messages.length, ...messages.filter((m) => m.ts !== ts))
  }

  list(): readonly { id: string; name: string }[] {
    return this.#channels.map(({ id, name }) => ({ id, name }))
  }

  post(fields: Fields) {
    const { channel = '', text = '', blocks, thread_ts, reply_broadcast, metadata } = fields
    const { id, messages } = this.#find(channel)
    if (text === '' && blocks === undefined) throw new SlackError('no_text')
    if (thread_ts !== undefined && !messages.some((m) => m.ts === thread_ts && m.thread_ts === undefined))
      throw new SlackError('thread_not_found')
    const message: SlackMessage = {
      ts: this.#now(),
      text,
      blocks: blocksIn(blocks),
      ...(thread_ts !== undefined && { thread_ts }),
      ...(thread_ts !== undefined && reply_broadcast === 'true' && { broadcast: true }),
      ...(metadata !== undefined && { metadata: metadataIn(metadata) }),
      edited: 0,
    }
    messages.push(message)
    return { channel: id, ts: message.ts, message }
  }

  update(fields: Fields) {
    const { channel = '', ts = '', text = '', blocks, metadata } = fields
    // By id only, unlike chat.postMessage.
    if (channel.startsWith('#')) throw new SlackError('channel_not_found')
    const { id, messages } = this.#find(channel)
    const at = messages.findIndex((m) => m.ts === ts)
    const was = messages[at]
    if (!was) throw new SlackError('message_not_found')
    messages[at] = {
      ...was,
      text,
      blocks: blocksIn(blocks),
      ...(metadata !== undefined && { metadata: metadataIn(metadata) }),
      edited: was.edited + 1,
    }
    return { channel: id, ts, text }
  }

  /** Newest first; of threads only what is shown in the channel too. */
  history(fields: Fields) {
    return paged(
      this.#read(fields)
        .filter((m) => m.thread_ts === undefined || m.broadcast)
        .toReversed(),
      fields,
    )
  }

  replies(fields: Fields) {
    const { ts } = fields
    return paged(
      this.#read(fields).filter((m) => m.ts === ts || m.thread_ts === ts),
      fields,
    )
  }

  #read({ channel = '', oldest = '0', include_all_metadata }: Fields): SlackMessage[] {
    if (channel.startsWith('#')) throw new SlackError('channel_not_found')
    const after = this.#find(channel).messages.filter((m) => Number(m.ts) > Number(oldest))
    return include_all_metadata === 'true' ? after : after.map(({ metadata: _unasked, ...rest }) => rest)
  }

  #find(channel: string) {
    const found = this.#channels.find((c) => channel === c.id || channel === `#${c.name}`)
    if (!found) throw new SlackError('channel_not_found')
    return found
  }

  /** Unix time; never the same twice. */
  #now(): string {
    this.#last = Math.max(this.#last + 1, Date.now() * 1000)
    return `${Math.floor(this.#last / 1_000_000)}.${String(this.#last % 1_000_000).padStart(6, '0')}`
  }
}

function paged(all: readonly SlackMessage[], { limit = '100', cursor = '0' }: Fields) {
  const from = Number(cursor)
  const next = from + Number(limit)
  const more = next < all.length
  return {
    messages: all.slice(from, next),
    has_more: more,
    ...(more && { response_metadata: { next_cursor: `${next}` } }),
  }
}

function blocksIn(text: string | undefined): readonly unknown[] {
  if (text === undefined) return []
  const blocks: unknown = JSON.parse(text)
  if (!Array.isArray(blocks) || blocks.length > 50) throw new SlackError('invalid_blocks')
  return blocks
}

/** https://docs.slack.dev/messaging/message-metadata */
function metadataIn(text: string): unknown {
  const metadata = JSON.parse(text) as { event_type?: unknown; event_payload?: unknown }
  if (typeof metadata.event_type !== 'string' || typeof metadata.event_payload !== 'object')
    throw new SlackError('invalid_metadata_format')
  return metadata
}
