import { ApplicationFailure } from '@temporalio/common'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createActivities } from '../../../src/activities/index.ts'
import type { Outside } from '../../../src/activities/outside.ts'
import { slack } from '../../../src/adapters/slack/chat-port.ts'
import { webhooks } from '../../../src/adapters/webhook/webhook-port.ts'
import { blankBoard, doubted, due, pinned, placed, type Board } from '../../../src/domain/board.ts'
import type { Notice } from '../../../src/domain/notices.ts'
import { startSlack, type SandboxSlack, type SlackFault } from '../../../src/sandbox/slack/slack.ts'
import { driven } from '../../support/driven.ts'
import { aServer } from '../adapters/local.ts'

let server: SandboxSlack
beforeAll(async () => {
  server = await startSlack(['scala', 'sre'])
})
beforeEach(() => server.faults.clear())
afterAll(() => server.stop())

const activities = (chat: boolean) =>
  createActivities({
    ports: { webhooks: webhooks(), ...(chat && { chat: slack({ token: server.token, api: server.url }) }) },
    workflowUrl: (workflowId: string, runId: string) => `https://temporal.test/${workflowId}/${runId}`,
    log: () => undefined,
  } as unknown as Outside)

let runs = 0
const notice = (runId: string, thing: string, about: Notice['about'] = 'gate'): Notice => ({
  id: `${runId}/${thing}/${about}`,
  about,
  thing,
  platform: 'toy',
  app: 'api',
  workflowId: 'w',
  runId,
  at: new Date().toISOString(),
  title: `${thing} of ${runId}`,
  teams: ['scala'],
})
const scala = [{ name: '#scala', loud: true }]
const newRun = (): string => `run-${(runs += 1)}`
const post = async (runId: string, board: Board) => {
  const now = due(board)
  const { answer, waits } = await driven(activities(true).post, { workflowId: 'w', runId, due: now })
  return { board: placed(board, now, answer), answer, waits }
}
const told = (runId: string, channel = 'scala') =>
  (server.channels.told()[channel] ?? []).filter((m) => JSON.stringify(m.metadata).includes(`"${runId}/`))

test('a thread begins with one line, and what is settled is changed where it stands', async () => {
  const runId = newRun()
  const first = await post(runId, pinned({ ...blankBoard, headline: 'api waits' }, notice(runId, 'gate'), scala))
  const over = pinned(
    { ...first.board, headline: 'api moves' },
    { ...notice(runId, 'gate', 'settled'), title: 'approved' },
    [],
  )
  await post(runId, over)
  const [root, gate, ...more] = told(runId)
  expect(more).toEqual([])
  expect([root?.text, root?.edited, gate?.text, gate?.edited]).toEqual(['api moves', 1, '✔ api: approved', 1])
  expect([gate?.thread_ts, gate?.broadcast]).toEqual([root?.ts, true])
  expect(JSON.stringify(gate?.blocks)).toContain(`https://temporal.test/w/${runId}`)
})

test.for<SlackFault[]>([['limited'], ['down'], ['lost'], ['lost', 'lost'], ['lost', 'down', 'limited', 'lost']])(
  'each message is there once after %s',
  async (faults) => {
    const runId = newRun()
    for (const fault of faults) server.faults.add(fault)
    const { waits, answer } = await post(
      runId,
      pinned({ ...blankBoard, headline: 'api' }, notice(runId, 'gate'), scala),
    )
    expect(waits).toHaveLength(faults.length)
    expect(told(runId)).toHaveLength(2)
    expect(answer.map((s) => 'ts' in s && s.ts)).toEqual(told(runId).map((m) => m.ts))
  },
)

test('whatever fails, and whether or not the workflow hears of it, each message is there once in the end', async () => {
  const fault = fc.constantFrom<SlackFault>('limited', 'down', 'lost')
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { maxLength: 6 }), fc.boolean(), async (faults, unheard) => {
      server.faults.clear()
      const runId = newRun()
      for (const it of faults) server.faults.add(it)
      let board = pinned({ ...blankBoard, headline: 'api' }, notice(runId, 'gate'), scala)
      if (unheard) {
        // The activity ran out of time: what it has done is known to nobody.
        const now = due(board)
        await driven(activities(true).post, { workflowId: 'w', runId, due: now })
        board = doubted(board, now)
      }
      const { board: then } = await post(runId, board)
      expect(due(then)).toEqual([])
      expect(told(runId)).toHaveLength(2)
    }),
    { numRuns: 8 },
  )
})

test('what one channel refuses is told, and the others get theirs', async () => {
  const runId = newRun()
  const board = pinned({ ...blankBoard, headline: 'api' }, notice(runId, 'gate'), [
    { name: '#none', loud: true },
    ...scala,
  ])
  const { answer } = await post(runId, board)
  const why = 'Slack refuses it: channel_not_found: there is no such channel, or the app is not in it'
  expect(
    answer.filter((s) => s.channel === '#none').map((s) => 'refused' in s && s.refused.slice(0, why.length)),
  ).toEqual([why, why])
  expect(told(runId)).toHaveLength(2)
})

test('without a token nothing is sent, and the worker’s setting is named', async () => {
  const board = pinned({ ...blankBoard, headline: 'api' }, notice('r', 'gate'), scala)
  const { answer } = await driven(activities(false).post, { workflowId: 'w', runId: 'r', due: due(board) })
  expect(answer.map((s) => 'refused' in s && s.refused)).toEqual(
    Array.from({ length: 2 }, () => 'NORIKAE_SLACK_TOKEN is not set where the worker runs'),
  )
})

test('a webhook that refuses is told by its team, one that is away is tried again, and nobody hears it twice', async () => {
  const away = { left: 2 }
  const hook = await aServer(({ url }) => {
    if (url === '/refuses') return { status: 404, json: '' }
    if (url === '/away' && away.left-- > 0) return { status: 503, json: '' }
    return { status: 204, json: '' }
  })
  const { answer, waits } = await driven(activities(false).notify, {
    notice: notice('r', 'gate'),
    webhooks: ['fine', 'refuses', 'away'].map((team) => ({ team, url: `${hook.url}/${team}` })),
  })
  await hook.stop()
  expect(answer).toEqual([{ place: 'webhook of refuses', why: `POST ${hook.url}: it answers with status 404` }])
  expect(waits).toHaveLength(2)
  expect(hook.heard.map((h) => h.url).toSorted()).toEqual(['/away', '/away', '/away', '/fine', '/refuses'])
  expect(JSON.parse(hook.heard[0]?.body ?? '')).toMatchObject({ thing: 'gate', link: 'https://temporal.test/w/r' })
})

test('where the time is up, what was done until then is known', async () => {
  const runId = newRun()
  const board = pinned({ ...blankBoard, headline: 'api' }, notice(runId, 'gate'), scala)
  const [root, gate] = due(board)
  if (!root || !gate) throw new Error('nothing is due')
  const { post: once } = activities(true)
  const inTwo = [root, { ...gate, channel: '#sre' }]
  const failures: (readonly unknown[])[] = []
  server.faults.add('down', 1)
  await driven(
    (input: Parameters<typeof once>[0]) =>
      once(input).catch((error: unknown) => {
        if (error instanceof ApplicationFailure) failures.push(error.details ?? [])
        throw error
      }),
    { workflowId: 'w', runId, due: inTwo },
  )
  expect(failures).toHaveLength(1)
  expect(failures[0]).toMatchObject([[{ id: expect.any(String), ts: expect.any(String) }]])
})
