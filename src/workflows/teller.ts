import { ActivityFailure, ApplicationFailure, CancellationScope, condition, TimeoutFailure } from '@temporalio/workflow'
import { channelsFor, webhooksFor, type Teams } from '../domain/addressees.ts'
import {
  blankBoard,
  doubted,
  due,
  pinned,
  placed,
  withThread,
  type Board,
  type Due,
  type Sent,
} from '../domain/board.ts'
import type { Heard, Notice, Untold, Webhook } from '../domain/notices.ts'
import { question } from './activities.ts'
import { problemOf, summary } from './problems.ts'

/** Tells people what happens, and never holds up what it speaks of. */
export interface Teller {
  tell(notice: Notice): void
  /** Where threads were begun, their first lines say how it stands now. */
  refresh(): void
  /** Places that did not take the last that they were told. */
  untold(): readonly Untold[]
  /** Somebody does not know yet. */
  isTelling(): boolean
  /** Before a workflow ends: an activity that is still on its way then is dropped. */
  allTold(): Promise<unknown>
}

/** What it is told itself, each time anew. */
export interface Newsroom {
  readonly workflowId: string
  readonly runId: string
  platformTeam(): string
  teams(): Teams
  headline(): string
  /** What `untold` says is another now. */
  changed(): void
}

export function teller(room: Newsroom): Teller {
  const telling = new Set<Promise<void>>()
  const untold = new Map<string, string>()
  let board: Board = blankBoard
  let posting = false
  let posts = 0

  const beside = (work: Promise<void>) => {
    const it = work.finally(() => telling.delete(it))
    telling.add(it)
  }
  const note = (place: string, why: string | undefined) => {
    if (untold.get(place) === why) return
    if (why === undefined) untold.delete(place)
    else untold.set(place, why)
    room.changed()
  }

  /** First for minutes, so that people see soon that it fails; then, for what is left by then, for hours. */
  function patiently<T>(
    once: (pace: 'notify' | 'notifyLonger') => Promise<readonly T[]>,
    isLeft: (error: unknown) => boolean,
  ): Promise<readonly T[]> {
    // Also of what is being cancelled.
    return CancellationScope.nonCancellable(() =>
      once('notify').catch((error: unknown) => {
        return isLeft(error) ? once('notifyLonger') : []
      }),
    )
  }

  async function byWebhook(notice: Notice): Promise<void> {
    const words = `tell ${notice.teams.join(', ')}: ${notice.about}`
    const id = `tell/${notice.id.slice(notice.runId.length + 1)}`
    const place = ({ team }: Webhook) => `webhook of ${team}`
    let left = webhooksFor(notice, room.teams(), room.platformTeam())
    const noteAll = (some: readonly Webhook[], refused: readonly Untold[]) => {
      for (const it of some) note(place(it), refused.find((r) => r.place === place(it))?.why)
    }
    const awayFor = (error: unknown) => {
      const heard = doneBefore(error) as readonly Heard[]
      const isHeard = ({ url }: Webhook) => heard.some((it) => it.url === url)
      noteAll(
        left.filter(isHeard),
        heard.flatMap(({ refused }) => refused ?? []),
      )
      left = left.filter((it) => !isHeard(it))
      for (const it of left) note(place(it), reason(error))
      return left.length > 0
    }
    await patiently(
      (pace) => question('notify', pace === 'notify' ? id : `${id}/longer`, words, pace, { notice, webhooks: left }),
      awayFor,
    ).then(
      (refused) => noteAll(left, refused),
      (error: unknown) => void awayFor(error),
    )
  }

  /** One request at a time: what changes meanwhile is due after it, and only as it is then. */
  async function toChat(): Promise<void> {
    posting = true
    try {
      for (let now = due(board); now.length > 0; now = due(board)) await postAll(now)
    } finally {
      posting = false
    }
  }

  async function postAll(now: readonly Due[]): Promise<void> {
    posts += 1
    const { workflowId, runId } = room
    const channels = [...new Set(now.map((d) => d.channel))]
    const words = summary(`tell ${channels.join(', ')}: ${now.length} ${now.length === 1 ? 'message' : 'messages'}`)
    let left = now
    const know = (sent: readonly Sent[]) => {
      board = placed(board, left, sent)
      for (const channel of new Set(sent.map((it) => it.channel))) {
        const refused = sent.find((it) => it.channel === channel && 'refused' in it)
        note(`Slack ${channel}`, refused && 'refused' in refused ? refused.refused : undefined)
      }
      const isSent = ({ channel, key }: Due) => sent.some((it) => it.channel === channel && it.key === key)
      left = left.filter((it) => !isSent(it)).map((it) => withThread(it, sent))
    }
    const awayFor = (error: unknown) => {
      know(doneBefore(error) as readonly Sent[])
      board = doubted(board, left)
      left = left.map((it) => ({ ...it, unsure: true as const }))
      for (const { channel } of left) note(`Slack ${channel}`, reason(error))
      return left.length > 0
    }
    await patiently((pace) => {
      const id = pace === 'notify' ? `post/${posts}` : `post/${posts}/longer`
      return question('post', id, words, pace, { workflowId, runId, due: left })
    }, awayFor).then(know, (error: unknown) => {
      awayFor(error)
      // Not tried for ever: what is told of the same thing next has all of it.
      board = placed(
        board,
        left,
        left.map(({ channel, key }) => ({ channel, key, refused: reason(error) })),
      )
    })
  }

  function publish(): void {
    if (board.pins.length === 0 && board.threads.length === 0) return
    board = { ...board, headline: room.headline() }
    if (!posting && due(board).length > 0) beside(toChat())
  }

  return {
    tell(notice) {
      board = pinned(board, notice, channelsFor(notice, room.teams(), room.platformTeam()))
      publish()
      beside(byWebhook(notice))
    },
    refresh: publish,
    untold: () => [...untold].map(([place, why]) => ({ place, why })),
    isTelling: () => telling.size > 0,
    allTold: () =>
      CancellationScope.nonCancellable(() =>
        condition(() => telling.size === 0, '5m', { summary: 'until the last notices are told' }),
      ),
  }
}

/** What went wrong last says more than that the time was up. */
function lastOf(error: unknown): unknown {
  const cause = error instanceof ActivityFailure ? error.cause : undefined
  return cause instanceof TimeoutFailure && cause.cause ? cause.cause : (cause ?? error)
}

const reason = (error: unknown): string => problemOf(lastOf(error)).message

/** What the activity had done until then: it sends along what it would have answered (`withDone`). */
function doneBefore(error: unknown): readonly unknown[] {
  const last = lastOf(error)
  const [done] = last instanceof ApplicationFailure ? (last.details ?? []) : []
  return Array.isArray(done) ? done : []
}
