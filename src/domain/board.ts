import type { Channel } from './addressees.ts'
import type { Notice } from './notices.ts'

/**
 * What stands in chat channels, where a message can be changed after it was sent: in each channel one thread for a
 * workflow, that is for an app or for the upgrade itself. Its first line says how it stands; below it there is one message
 * for each thing, which is changed when the thing is settled, and a message for each reminder, because a change tells
 * nobody. Pure and plain JSON: the workflow keeps it, and sends what is due.
 */
export interface Board {
  /** How the workflow stands: the first line of each of its threads. */
  readonly headline: string
  readonly threads: readonly Thread[]
  readonly pins: readonly Pin[]
}

interface Thread {
  readonly channel: string
  /** As the chat calls it; known once something was sent there. */
  readonly id?: string
  readonly ts?: string
  readonly says?: string
  readonly unsure?: true
}

interface Pin {
  readonly channel: string
  readonly key: string
  readonly notice: Notice
  readonly settled?: Notice
  /** The channel's people are concerned: it is shown to all of them, not only to who follows the thread. */
  readonly loud: boolean
  readonly ts?: string
  readonly is: 'due' | 'tried'
  /** Tried before, and nobody knows whether it arrived. */
  readonly unsure?: true
}

/** One message to send, or to change where it has a `ts`. Plain JSON. */
export interface Due {
  readonly channel: string
  readonly key: string
  readonly id?: string
  readonly ts?: string
  /** The thread's first message. Absent where this is that, or it was not sent yet: then it is before this one in the list. */
  readonly thread?: string
  readonly loud: boolean
  readonly unsure?: true
  /** Not sent before: where it is to be looked for from. ISO time. */
  readonly since: string
  readonly says: Said
}

export type Said =
  | { readonly kind: 'headline'; readonly text: string }
  | { readonly kind: 'notice'; readonly notice: Notice; readonly settled?: Notice }

/** What became of one. */
export type Sent = { readonly channel: string; readonly key: string } & (
  | { readonly id: string; readonly ts: string }
  | { readonly refused: string }
)

export const blankBoard: Board = { headline: '', threads: [], pins: [] }

export const ROOT = 'thread'

/** A thing is never told twice in one channel, however many teams share it. `channels`: those concerned are `loud`. */
export function pinned(board: Board, notice: Notice, channels: readonly Channel[]): Board {
  if (notice.about === 'settled') {
    const isIt = (pin: Pin) => pin.key === notice.thing
    return { ...board, pins: board.pins.map((p) => (isIt(p) ? { ...p, settled: notice, is: 'due' } : p)) }
  }
  const pins = channels.flatMap(({ name: channel, loud }): Pin[] => {
    const stands = board.pins.some((p) => p.key === notice.thing && p.channel === channel)
    // Whoever only reads along is not reminded.
    return stands && !loud ? [] : [{ channel, key: stands ? notice.id : notice.thing, notice, loud, is: 'due' }]
  })
  return { ...board, pins: [...board.pins, ...pins] }
}

/** What is to be sent now, each thread's first line before what belongs under it. */
export function due({ headline, threads, pins }: Board): Due[] {
  const waiting = pins.filter((p) => p.is === 'due')
  const channels = [...new Set([...threads.map((t) => t.channel), ...waiting.map((p) => p.channel)])]
  return channels.flatMap((channel): Due[] => {
    const thread = threads.find((t) => t.channel === channel)
    const mine = waiting.filter((p) => p.channel === channel)
    const place = thread?.id === undefined ? { channel } : { channel, id: thread.id }
    // A line that only one message was to stand under is not worth another try by itself.
    const root: Due[] =
      thread?.says === headline || (thread?.ts === undefined && mine.length === 0)
        ? []
        : [
            {
              ...place,
              key: ROOT,
              loud: false,
              ...(thread?.ts !== undefined && { ts: thread.ts }),
              ...(thread?.unsure && { unsure: true }),
              since: mine[0]?.notice.at ?? '',
              says: { kind: 'headline', text: headline },
            },
          ]
    return [
      ...root,
      ...mine.map((pin): Due => ({
        ...place,
        key: pin.key,
        loud: pin.loud,
        ...(pin.ts !== undefined && { ts: pin.ts }),
        ...(thread?.ts !== undefined && { thread: thread.ts }),
        ...(pin.unsure && { unsure: true }),
        since: pin.notice.at,
        says: { kind: 'notice', notice: pin.notice, ...(pin.settled && { settled: pin.settled }) },
      })),
    ]
  })
}

/** `tried`: what was sent, as it was due; what changed meanwhile is still due. What needs no change any more is let go. */
export function placed(board: Board, tried: readonly Due[], sent: readonly Sent[]): Board {
  const became = (channel: string, key: string) => sent.find((s) => s.channel === channel && s.key === key)
  const known = new Map(board.threads.map((t) => [t.channel, t]))
  for (const { channel, key, says } of tried) {
    const it = became(channel, key)
    if (it === undefined) continue
    const thread = known.get(channel)
    if ('refused' in it) {
      // A line that cannot be changed is left as it is; one that was never there is tried again with the next message.
      if (key === ROOT && thread?.ts !== undefined && says.kind === 'headline')
        known.set(channel, { ...thread, says: says.text })
      continue
    }
    if (key === ROOT && says.kind === 'headline') known.set(channel, { channel, id: it.id, ts: it.ts, says: says.text })
  }
  const pins = board.pins.map((pin): Pin => {
    const attempt = tried.find((d) => d.channel === pin.channel && d.key === pin.key)
    const it = attempt && became(pin.channel, pin.key)
    if (!attempt || !it || attempt.says.kind !== 'notice') return pin
    const is = attempt.says.settled?.id === pin.settled?.id ? 'tried' : 'due'
    if ('refused' in it) return { ...pin, is }
    const { unsure: _found, ...sure } = pin
    return { ...sure, ts: it.ts, is }
  })
  return { ...board, threads: [...known.values()], pins: pins.filter((p) => p.is === 'due' || mayChange(p)) }
}

/** As it is due once the first line of its thread was sent. */
export function withThread(it: Due, sent: readonly Sent[]): Due {
  const root = sent.find((s) => s.channel === it.channel && s.key === ROOT)
  return it.key === ROOT || root === undefined || 'refused' in root ? it : { ...it, id: root.id, thread: root.ts }
}

/** Nobody knows whether these arrived: they are looked for before they are sent again. */
export function doubted(board: Board, tried: readonly Due[]): Board {
  const isNew = (channel: string, key: string) =>
    tried.some((d) => d.channel === channel && d.key === key && d.ts === undefined)
  const missing = tried.filter((d) => d.key === ROOT && !board.threads.some((t) => t.channel === d.channel))
  return {
    ...board,
    threads: [
      ...board.threads.map((t) => (isNew(t.channel, ROOT) ? { ...t, unsure: true as const } : t)),
      ...missing.map(({ channel }): Thread => ({ channel, unsure: true })),
    ],
    pins: board.pins.map((p) => (isNew(p.channel, p.key) ? { ...p, unsure: true as const } : p)),
  }
}

/** What has happened is never settled. */
const past: ReadonlySet<Notice['about']> = new Set(['went-back', 'ended'])

const mayChange = ({ key, notice, settled }: Pin): boolean =>
  settled === undefined && key === notice.thing && !past.has(notice.about)
