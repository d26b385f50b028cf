import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createActivities } from '../../../src/activities/index.ts'
import { driven, ending } from '../../support/driven.ts'
import { aSmallWorld, type SmallWorld } from '../../support/small-world.ts'
import { aPlatformFile } from '../../unit/config/a-platform-file.ts'

/** What a schedule finds out, from EKS over the wire; whether it is to be upgraded goes by today's date. */

let world: SmallWorld
let open: { readonly to?: string } | undefined
const file = `${aPlatformFile}timeZone: UTC\nschedule: { announce: 7d }\n`

beforeAll(async () => {
  world = await aSmallWorld()
  await world.aws.eks.seedCluster({ name: 'chat-1-34', version: '1.34', nodegroups: [], addons: [], tags: {} })
})
beforeEach(() => {
  open = undefined
  world.files.set('chat', file)
})
afterAll(() => world.stop())

const activities = () => createActivities({ ...world.outside, openUpgrade: async () => open })

test("blue, EKS's versions, the dates and whom to tell are there", async () => {
  const { answer } = await driven(activities().foresee, { platform: 'chat', firedAt: '2098-12-30T10:00:00.000Z' })
  expect(answer).toMatchObject({
    platform: 'chat',
    blue: 'chat-1-34',
    from: '1.34',
    timeZone: 'UTC',
    start: { announcedAt: '2098-12-30T10:00:00.000Z', at: '2099-01-06T10:00:00.000Z' },
    later: [
      { announcedAt: '2099-03-31T10:00:00.000Z', at: '2099-04-07T10:00:00.000Z' },
      { announcedAt: '2099-06-30T10:00:00.000Z', at: '2099-07-07T10:00:00.000Z' },
      { announcedAt: '2099-09-29T10:00:00.000Z', at: '2099-10-06T10:00:00.000Z' },
    ],
    platformTeam: 'sre',
    teams: { scala: { approvers: ['chiba@example.com'] } },
  })
  expect(answer.versions.map((v) => [v.version, v.isDefault])).toEqual([
    ['1.36', false],
    ['1.35', true],
    ['1.34', false],
  ])
  expect(answer.decision.because.length).toBeGreaterThan(0)
})

test('what nobody could announce in time is announced now, and starts as many days later', async () => {
  const { start } = (await driven(activities().foresee, { platform: 'chat', firedAt: '2026-03-31T10:00:00.000Z' }))
    .answer
  const ahead = Date.parse(start?.at ?? '') - Date.now()
  expect(ahead / 86_400_000).toBeGreaterThan(6.9)
})

test('without a firing the next start is told; without a schedule none is', async () => {
  const before = new Date().toISOString()
  const { start, later } = (await driven(activities().foresee, { platform: 'chat' })).answer
  expect(start && start.announcedAt > before).toBe(true)
  expect(later).toHaveLength(3)
  const { answer } = await driven(activities().foresee, { platform: 'chat', file: aPlatformFile })
  expect([answer.start, answer.later]).toEqual([undefined, []])
})

test('while an upgrade is open nothing is decided by the two clusters that there are', async () => {
  open = { to: '1.36' }
  const { answer } = await driven(activities().foresee, { platform: 'chat' })
  expect(answer.decision).toEqual({
    do: 'nothing',
    because: ['an upgrade to 1.36 is open already, and there is one at a time'],
  })
  expect((await driven(activities().lookAgain, { platform: 'chat', to: '1.36' })).answer).toEqual({
    why: 'an upgrade to 1.36 is open already, and there is one at a time',
  })
})

test('what was announced is looked at again', async () => {
  expect((await driven(activities().lookAgain, { platform: 'chat', to: '1.36' })).answer).toEqual({})
  expect((await driven(activities().lookAgain, { platform: 'chat', to: '1.34' })).answer).toEqual({
    why: 'blue is at 1.34 by now',
  })
})

test.for([
  {
    says: 'a schedule that the file has no more',
    text: aPlatformFile,
    gives: { type: 'InvalidInput', message: expect.stringContaining('norikae schedule delete chat') },
  },
  {
    says: 'another account',
    text: file.replace('123456789012', '210987654321'),
    gives: { type: 'Denied', message: expect.stringContaining('this worker acts in AWS account 123456789012') },
  },
  {
    says: 'a blue that is not there',
    text: `${file}blue: other\n`,
    gives: { type: 'InvalidInput', message: expect.stringContaining('says that blue is other') },
  },
])('$says is refused', async ({ text, gives }) => {
  world.files.set('chat', text)
  expect(await ending(activities().foresee, { platform: 'chat', firedAt: '2098-12-30T10:00:00.000Z' })).toEqual(gives)
})
