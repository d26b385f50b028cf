import { CancellationScope, condition } from '@temporalio/workflow'
import { blankBoard, doubted, due, pinned, placed, type Board, type Due } from '../domain/board.ts'
import type { Notice, Untold } from '../domain/notices.ts'
import type { Team } from '../domain/platform.ts'
import { question } from './activities.ts'
import { problemOf, summary } from './problems.ts'

/** Tells people what happens, and never holds up what it speaks of. */
export interface Teller {
  tell(notice: Notice): void
  /** Where threads were begun, their first lines say how it stands now. */
  refresh(): void
  /** Places that did not take the last that they were told. */
  untold(): readonly Untold[]
  /** Before a workflow ends: an activity that is still on its way then is dropped. */
  allTold(): Promise<unknown>
}

/** What it is told itself, each time anew. */
export interface Newsroom {
  readonly workflowId: string
  readonly runId: string
  platformTeam(): string
  teams(): Readonly<Record<string, Team>>
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

  /** The platform team reads along everywhere. */
  const concerned = (notice: Notice) => [...new Set([...notice.teams, room.platformTeam()])]
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

  /** First for minutes, so that people see soon that it fails; then for hours. */
  async function patiently<T>(once: (pace: 'notify' | 'notifyLonger') => Promise<T>, failed: (why: string) => void) {
    // Also of what is being cancelled.
    return CancellationScope.nonCancellable(() =>
      once('notify').catch((error: unknown) => {
        failed(problemOf(error).message)
        return once('notifyLonger')
      }),
    )
  }

  async function byWebhook(notice: Notice): Promise<void> {
    const teams = room.teams()
    const webhooks = concerned(notice).flatMap((team) => {
      const url = teams[team]?.webhook
      return url === undefined ? [] : [{ team, url }]
    })
    const each = webhooks.filter(({ url }, n) => webhooks.findIndex((w) => w.url === url) === n)
    const places = each.map(({ team }) => `webhook of ${team}`)
    const words = `tell ${notice.teams.join(', ')}: ${notice.about}`
    const id = `tell/${notice.id.slice(notice.runId.length + 1)}`
    const refused = await patiently(
      (pace) => question('notify', pace === 'notify' ? id : `${id}/longer`, words, pace, { notice, webhooks: each }),
      (why) => places.forEach((place) => note(place, why)),
    ).catch((error: unknown) => {
      const { message } = problemOf(error)
      return places.map((place): Untold => ({ place, why: message }))
    })
    for (const place of places) note(place, refused.find((r) => r.place === place)?.why)
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
    let tried = now
    try {
      const sent = await patiently(
        (pace) => {
          const id = pace === 'notify' ? `post/${posts}` : `post/${posts}/longer`
          return question('post', id, words, pace, { workflowId, runId, due: tried })
        },
        (why) => {
          board = doubted(board, now)
          tried = now.map((it) => ({ ...it, unsure: true as const }))
          for (const channel of channels) note(`Slack ${channel}`, why)
        },
      )
      board = placed(board, now, sent)
      for (const channel of channels) {
        const refused = sent.find((s) => s.channel === channel && 'refused' in s)
        note(`Slack ${channel}`, refused && 'refused' in refused ? refused.refused : undefined)
      }
    } catch (error) {
      const why = problemOf(error).message
      board = placed(
        doubted(board, now),
        now,
        now.map(({ channel, key }) => ({ channel, key, refused: why })),
      )
    }
  }

  function publish(): void {
    if (board.pins.length === 0 && board.threads.length === 0) return
    board = { ...board, headline: room.headline() }
    if (!posting && due(board).length > 0) beside(toChat())
  }

  return {
    tell(notice) {
      const teams = room.teams()
      const channels = concerned(notice).flatMap((team) => {
        const name = teams[team]?.slack
        return name === undefined ? [] : [{ name, loud: notice.teams.includes(team) }]
      })
      const each = [...new Set(channels.map((c) => c.name))].map((name) => ({
        name,
        loud: channels.some((c) => c.name === name && c.loud),
      }))
      board = pinned(board, notice, each)
      publish()
      beside(byWebhook(notice))
    },
    refresh: publish,
    untold: () => [...untold].map(([place, why]) => ({ place, why })),
    allTold: () =>
      CancellationScope.nonCancellable(() =>
        condition(() => telling.size === 0, '5m', { summary: 'until the last notices are told' }),
      ),
  }
}
