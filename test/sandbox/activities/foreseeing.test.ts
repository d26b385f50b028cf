import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createActivities } from '../../../src/activities/index.ts'
import { supportFindings } from '../../../src/domain/support-findings.ts'
import { driven, ending } from '../../support/driven.ts'
import { aSmallFile } from '../../support/small-platform.ts'
import { aSmallWorld, call, scope, type SmallWorld } from '../../support/small-world.ts'
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
afterEach(() => void vi.useRealTimers())
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

const onFirstOfSeptember = '2026-09-01T09:00:00.000Z'
const ofQuarter = { announcedAt: '2026-09-22T10:00:00.000Z', at: '2026-10-06T10:00:00.000Z' }

test.for<{
  says: string
  of: string
  schedule?: string
  more?: string
  start?: object
  decision: { do: string; to?: string; because: RegExp }
}>([
  {
    says: 'an upgrade to the newest, two weeks ahead',
    of: '1.34',
    decision: { do: 'upgrade', to: '1.36', because: /^1\.36 is the newest version, in standard support until/ },
  },
  {
    says: 'to the one that the file wants, with what that leaves of support',
    of: '1.34',
    schedule: '{ target: n-1 }',
    decision: { do: 'upgrade', to: '1.3[56]', because: /1\.35.* is the version before the newest/ },
  },
  {
    says: 'nothing, because blue is there',
    of: '1.36',
    decision: { do: 'nothing', because: /^blue is at 1\.36 already: 1\.36 is the newest version/ },
  },
  {
    says: 'a refresh, because EKS made blue so long ago',
    of: '1.36',
    schedule: '{ refresh: 35d }',
    decision: { do: 'refresh', to: '1.36', because: /^next-1-36 was made on 2026-09-01, and is built anew at 1\.36/ },
  },
  {
    says: 'none a day before that, with the day from which on',
    of: '1.36',
    schedule: '{ refresh: 36d }',
    decision: { do: 'nothing', because: /after 36 days: from 2026-10-07 on/ },
  },
  {
    says: 'not on a closed day, and announced when it would have been',
    of: '1.34',
    more: 'closed: [2026-10-06/2026-10-07]\n',
    start: { ...ofQuarter, at: '2026-10-08T10:00:00.000Z', movedFrom: '2026-10-06' },
    decision: { do: 'upgrade', to: '1.36', because: /newest/ },
  },
  {
    says: 'by hand, without a schedule',
    of: '1.34',
    schedule: '',
    decision: { do: 'upgrade', to: '1.36', because: /newest/ },
  },
])('of what EKS tells and the file says comes: $says', async ({ of, schedule = '{}', more = '', start, decision }) => {
  vi.setSystemTime(onFirstOfSeptember)
  const blue = `next-${of.replace('.', '-')}`
  if (!world.aws.eks.inventory().some(({ name }) => name === blue))
    await world.aws.eks.seedCluster({ name: blue, version: of, nodegroups: [], addons: [], tags: {} })
  const scheduled = schedule === '' ? '' : `timeZone: UTC\nschedule: ${schedule}\n`
  const text = `${aPlatformFile}blue: ${blue}\n${scheduled}${more}`
  const { answer } = await driven(activities().foresee, { platform: 'chat', file: text })
  expect(answer).toMatchObject({ blue, from: of })
  expect(answer.start).toEqual(schedule === '' ? undefined : (start ?? ofQuarter))
  const { do: does, to, because } = answer.decision
  expect([does, to]).toEqual([decision.do, decision.to === undefined ? undefined : expect.stringMatching(decision.to)])
  expect(because.join('; ')).toMatch(decision.because)
})

test.for([
  {
    supportType: 'STANDARD',
    decision:
      /^blue's 1\.34 leaves standard support on 2026-12-02, .* its upgrade policy is STANDARD, so AWS upgrades it by itself then$/,
    finding: 'its upgrade policy is STANDARD: from then on AWS upgrades its control plane by itself',
  },
  {
    supportType: 'EXTENDED',
    decision: /^blue's 1\.34 leaves standard support on 2026-12-02, .* extended support costs six times as much$/,
    finding: 'from then on it costs $0.60 an hour instead of $0.10',
  },
] as const)(
  'of a blue with policy $supportType whose support ends that is told, and green gets the policy',
  async (it) => {
    vi.setSystemTime('2026-11-10T09:00:00.000Z')
    const { supportType } = it
    const [blue, green] = [`${supportType.toLowerCase()}-1-34`, `${supportType.toLowerCase()}-1-36`]
    const settings = { upgradePolicy: { supportType } }
    await world.aws.eks.seedCluster({ name: blue, version: '1.34', nodegroups: [], addons: [], tags: {}, settings })
    const text = `${aSmallFile()}blue: ${blue}\ntimeZone: UTC\nschedule: {}\n`
    const { answer } = await driven(activities().foresee, { platform: scope.platform, file: text })
    expect([answer.decision.do, answer.decision.to]).toEqual(['upgrade', '1.36'])
    expect(answer.decision.because).toContainEqual(expect.stringMatching(it.decision))
    const eks = world.ports.eks(scope.region)
    const [cluster, versions] = [await eks.findCluster(blue), await eks.versions()]
    if (!cluster) throw new Error('blue is not there')
    const found = supportFindings(cluster, { name: green, version: '1.36' }, versions, new Date().toISOString())
    expect(found.filter((f) => f.code === 'support-ends')).toMatchObject([
      { level: 'warning', about: blue, message: expect.stringContaining(it.finding) },
    ])
    const made = { cluster: green, like: blue, version: '1.36' }
    await driven(activities().createCluster, call<'createCluster'>(made, { scope: { ...scope, blue, green } }))
    expect((await eks.findCluster(green))?.supportType).toBe(supportType)
  },
)

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
