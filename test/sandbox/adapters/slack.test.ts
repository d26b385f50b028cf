import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ChatPort } from '../../../src/activities/ports.ts'
import { slack } from '../../../src/adapters/slack/chat-port.ts'
import { startSlack, type SandboxSlack, type SlackFault } from '../../../src/sandbox/slack/slack.ts'
import { aServer, failureOf, nowhere } from './local.ts'

let server: SandboxSlack
let port: ChatPort
beforeAll(async () => {
  server = await startSlack(['scala', 'sre'])
  port = slack({ token: server.token, api: server.url })
})
afterEach(() => server.faults.clear())
afterAll(() => server.stop())

const since = new Date(Date.now() - 1000).toISOString()
const message = (key: string, text = 'a &lt;!channel&gt;') => ({
  key,
  text,
  blocks: [
    {
      type: 'rich_text' as const,
      elements: [{ type: 'rich_text_section' as const, elements: [{ type: 'text' as const, text }] }],
    },
  ],
})
const told = (channel = 'scala') => server.channels.told()[channel] ?? []

test('a message is posted, changed, and found by its key, in the channel and in its thread', async () => {
  const root = await port.post('#scala', { ...message('run/thread'), loud: false })
  const reply = await port.post(root.id, { ...message('run/gate'), thread: root.ts, loud: true })
  const quiet = await port.post(root.id, { ...message('run/back'), thread: root.ts, loud: false })
  expect(told().map((m) => [m.ts, m.thread_ts, m.broadcast])).toEqual([
    [root.ts, undefined, undefined],
    [reply.ts, root.ts, true],
    [quiet.ts, root.ts, undefined],
  ])

  await port.change(reply, message('run/gate', 'approved'))
  expect(told()[1]).toMatchObject({ text: 'approved', edited: 1, blocks: message('', 'approved').blocks })

  expect(await port.find('#scala', 'run/thread', since)).toEqual(root)
  expect(await port.find(root.id, 'run/gate', since, root.ts)).toEqual(reply)
  expect(await port.find(root.id, 'run/back', since)).toBeUndefined()
  expect(await port.find('#scala', 'other/thread', since)).toBeUndefined()
  expect(await port.find('#nowhere', 'run/thread', since)).toBeUndefined()
  expect(await port.find('#sre', 'run/thread', since)).toBeUndefined()
})

test('it is found behind a page of others', async () => {
  const first = await port.post('#sre', { ...message('first'), loud: false })
  for (let n = 0; n < 201; n += 1) server.channels.post({ channel: '#sre', text: `${n}` })
  expect(await port.find('#sre', 'first', since)).toEqual(first)
})

test('who sends is told, and nothing is sent', async () => {
  const before = told().length
  expect(await port.whoAmI()).toEqual({ user: 'norikae', workspace: 'Sandbox' })
  server.faults.add('invalid-token')
  expect(await failureOf(port.whoAmI())).toMatchObject({ type: 'Failed', nonRetryable: true })
  expect(told().length).toBe(before)
})

test('what somebody has deleted is not changed, and that is no failure', async () => {
  const place = await port.post('#scala', { ...message('gone'), loud: false })
  server.channels.delete('scala', place.ts)
  await port.change(place, message('gone', 'other'))
  expect(told().some((m) => m.ts === place.ts)).toBe(false)
})

describe('what goes wrong', () => {
  test.for<{ fault: SlackFault; type: string; says: string; arrives: number }>([
    { fault: 'limited', type: 'Unreachable', says: 'Slack: too many at once, and asks for 1s', arrives: 0 },
    { fault: 'down', type: 'Unreachable', says: 'Slack: it answers with status 503', arrives: 0 },
    { fault: 'lost', type: 'Unreachable', says: 'Slack: other side closed', arrives: 1 },
    { fault: 'invalid-token', type: 'Failed', says: 'Slack refuses it: invalid_auth: NORIKAE_SLACK_TOKEN', arrives: 0 },
  ])('$fault is $type, and tried once', async ({ fault, type, says, arrives }) => {
    server.faults.add(fault)
    const before = told().length
    const failure = await failureOf(port.post('#scala', { ...message(fault), loud: false }))
    expect(failure.type).toBe(type)
    expect(failure.message).toContain(says)
    expect(failure.nextRetryDelay ?? undefined).toBe(fault === 'limited' ? '1s' : undefined)
    expect(told().length - before).toBe(arrives)
    expect((await port.find('#scala', fault, since)) !== undefined).toBe(arrives === 1)
  })

  test.for([
    { json: { ok: false, error: 'internal_error' }, type: 'Unreachable', says: 'Slack: internal_error' },
    { json: '<html>proxy</html>', type: 'Unreachable', says: 'Slack: it answers with no JSON: <html>proxy</html>' },
    { json: { ok: false, error: 'msg_too_long' }, type: 'Failed', says: 'Slack refuses it: msg_too_long' },
    { json: { ok: false, error: 'channel_not_found' }, type: 'Failed', says: 'invite it there (/invite)' },
    {
      json: { ok: false, error: 'missing_scope', needed: 'chat:write' },
      type: 'Failed',
      says: 'the app needs chat:write',
    },
    { status: 404, json: '', type: 'Failed', says: 'Slack refuses it: it answers with status 404' },
    { json: { ok: true }, type: 'Unreachable', says: 'Slack answers without saying where the message is' },
  ])('$says', async ({ type, says, ...reply }) => {
    const other = await aServer(() => reply)
    const failure = await failureOf(
      slack({ token: 'xoxb-hidden', api: other.url }).post('#scala', { ...message('a'), loud: false }),
    )
    await other.stop()
    expect(failure.type).toBe(type)
    expect(failure.message).toContain(says)
    expect(failure.message).not.toContain('hidden')
  })

  test('nobody listens', async () => {
    const failure = await failureOf(
      slack({ token: 'xoxb-hidden', api: await nowhere() }).post('#scala', { ...message('a'), loud: false }),
    )
    expect([failure.type, failure.message.includes('ECONNREFUSED')]).toEqual(['Unreachable', true])
  })
})
