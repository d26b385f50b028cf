import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { channelsFor, webhooksFor } from '../../src/domain/addressees.ts'
import {
  blankBoard,
  doubted,
  due,
  pinned,
  placed,
  ROOT,
  type Board,
  type Due,
  type Sent,
} from '../../src/domain/board.ts'
import type { Notice } from '../../src/domain/notices.ts'

const notice = (thing: string, about: Notice['about'] = 'gate', n = 0): Notice => ({
  id: `run/${thing}/${about}/${n}`,
  about,
  thing,
  platform: 'toy',
  app: 'api',
  workflowId: 'w',
  runId: 'run',
  at: '2026-11-24T04:00:00Z',
  title: thing,
  teams: ['scala'],
})
const scala = { name: '#scala', loud: true }
const sre = { name: '#sre', loud: false }
const begun: Board = { ...blankBoard, headline: 'api' }
const arrived = (some: readonly Due[]): Sent[] =>
  some.map(({ channel, key, ts }) => ({ channel, key, id: `C${channel}`, ts: ts ?? `1.${key}` }))
const refused = (some: readonly Due[]): Sent[] =>
  some.map(({ channel, key }) => ({ channel, key, refused: 'channel_not_found' }))
const published = (board: Board): Board => placed(board, due(board), arrived(due(board)))
const inShort = (board: Board) =>
  due(board).map((d) => `${d.channel} ${d.key}${d.ts === undefined ? '' : ' again'}${d.loud ? ' loud' : ''}`)

describe('a board', () => {
  const asked = published(pinned(begun, notice('gate'), [scala, sre]))

  test('begins a thread in each channel, and shows it to those who are concerned', () => {
    expect(inShort(pinned(begun, notice('gate'), [scala, sre]))).toEqual([
      '#scala thread',
      '#scala gate loud',
      '#sre thread',
      '#sre gate',
    ])
    expect(due(asked)).toEqual([])
  })

  test('reminds in the thread, and only those who are concerned', () => {
    const board = pinned(asked, notice('gate', 'reminder', 1), [scala, sre])
    expect(inShort(board)).toEqual(['#scala run/gate/reminder/1 loud'])
    expect(due(board)).toMatchObject([{ thread: '1.thread', id: 'C#scala' }])
  })

  test('asks in another channel as if it were the first', () => {
    const board = pinned(asked, notice('gate', 'reminder', 1), [
      { ...sre, loud: true },
      { name: '#ops', loud: true },
    ])
    expect(inShort(board)).toEqual(['#sre run/gate/reminder/1 loud', '#ops thread', '#ops gate loud'])
    const settled = pinned(published(board), notice('gate', 'settled'), [])
    expect(inShort(settled)).toEqual(['#scala gate again loud', '#sre gate again', '#ops gate again loud'])
  })

  test('changes what is settled, and forgets it then', () => {
    const board = pinned(asked, notice('gate', 'settled'), [scala, sre])
    expect(inShort(board)).toEqual(['#scala gate again loud', '#sre gate again'])
    expect(due(board)[0]).toMatchObject({ ts: '1.gate', says: { settled: { about: 'settled' } } })
    expect(published(board).pins).toEqual([])
  })

  test('says how it stands now in the first line of its threads', () => {
    expect(inShort({ ...asked, headline: 'api on green' })).toEqual(['#scala thread again', '#sre thread again'])
    expect(inShort({ ...begun, headline: 'api on green' })).toEqual([])
  })

  test('sends what changed while it was sent', () => {
    const before = pinned(begun, notice('gate'), [scala])
    const sent = due(before)
    const after = pinned({ ...before, headline: 'api on green' }, notice('gate', 'settled'), [scala])
    expect(inShort(placed(after, sent, arrived(sent)))).toEqual(['#scala thread again', '#scala gate again loud'])
  })

  test('leaves what is refused, and tries the thread again with the next message', () => {
    const board = pinned(begun, notice('gate'), [scala])
    const left = placed(board, due(board), refused(due(board)))
    expect(inShort(left)).toEqual([])
    expect(inShort(pinned(left, notice('gate', 'reminder', 1), [scala]))).toEqual([
      '#scala thread',
      '#scala run/gate/reminder/1 loud',
    ])
    expect(inShort(pinned(left, notice('gate', 'settled'), []))).toEqual(['#scala thread', '#scala gate loud'])
  })

  test('knows what may have arrived, until it is found or sent', () => {
    const board = pinned(begun, notice('gate'), [scala])
    const unsure = doubted(board, due(board))
    expect(due(unsure).map((d) => d.unsure)).toEqual([true, true])
    const later = pinned(published(unsure), notice('other'), [scala])
    expect(due(later).map((d) => [d.key, d.unsure])).toEqual([['other', undefined]])
  })
})

test.for<{ says: string; teams: string[]; channels: string[]; webhooks: string[] }>([
  {
    says: 'a team, and the platform team beside it',
    teams: ['scala'],
    channels: ['#scala loud', '#sre'],
    webhooks: ['scala', 'sre'],
  },
  { says: 'those who share a channel once', teams: ['php'], channels: ['#sre loud'], webhooks: ['php'] },
  {
    says: 'several of them',
    teams: ['php', 'scala'],
    channels: ['#sre loud', '#scala loud'],
    webhooks: ['php', 'scala'],
  },
  { says: 'the platform team once', teams: ['sre'], channels: ['#sre loud'], webhooks: ['sre'] },
  { says: 'nobody for a team that has no place', teams: ['quiet'], channels: ['#sre'], webhooks: ['sre'] },
])('told is $says', ({ teams, channels, webhooks }) => {
  const all = {
    sre: { approvers: [], slack: '#sre', webhook: 'https://sre' },
    php: { approvers: [], slack: '#sre', webhook: 'https://sre' },
    scala: { approvers: [], slack: '#scala', webhook: 'https://scala' },
    quiet: { approvers: [] },
  }
  expect(channelsFor({ teams }, all, 'sre').map((c) => `${c.name}${c.loud ? ' loud' : ''}`)).toEqual(channels)
  expect(webhooksFor({ teams }, all, 'sre').map((w) => w.team)).toEqual(webhooks)
})

test('whatever happens on the way, in the end each channel has one thread, and each thing once, as it is', () => {
  const things = fc.constantFrom('a', 'b', 'c')
  const step = fc.oneof(
    fc.record({ does: fc.constant('tell' as const), thing: things, loud: fc.boolean() }),
    fc.record({ does: fc.constant('settle' as const), thing: things }),
    fc.record({ does: fc.constantFrom('send' as const, 'lose' as const, 'fail' as const), while: things }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const world = new Map<string, string>()
      const settled = new Set<string>()
      let posts = 0
      let reminders = 0
      let board = begun
      /** As the activity does it: what is unsure is looked for by its key. */
      const send = (some: readonly Due[]): Sent[] =>
        some.map(({ channel, key, ts, unsure, says }) => {
          const name = `${channel} ${key}`
          const is = says.kind === 'headline' ? says.text : says.settled ? 'settled' : 'asks'
          if (ts === undefined && !(unsure && world.has(name))) {
            expect(world.has(name)).toBe(false)
            posts += 1
          }
          world.set(name, is)
          return { channel, key, id: 'C', ts: ts ?? name }
        })
      for (const it of steps) {
        if (it.does === 'tell' && !settled.has(it.thing)) {
          reminders += 1
          board = pinned(board, notice(it.thing, 'gate', reminders), [scala, { ...sre, loud: it.loud }])
        } else if (it.does === 'settle' && !settled.has(it.thing)) {
          settled.add(it.thing)
          board = pinned(board, notice(it.thing, 'settled'), [])
        } else if (it.does === 'send') board = placed(board, due(board), send(due(board)))
        else if (it.does === 'lose') {
          const now = due(board)
          send(now)
          board = doubted(board, now)
        } else if (it.does === 'fail') board = doubted(board, due(board))
      }
      while (due(board).length > 0) board = placed(board, due(board), send(due(board)))
      expect(posts).toBe(world.size)
      for (const [name, is] of world) {
        const [, key = ''] = name.split(' ')
        expect(is).toBe(key === ROOT ? 'api' : settled.has(key) ? 'settled' : 'asks')
      }
    }),
  )
})
