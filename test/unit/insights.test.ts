import { expect, test } from 'vitest'
import { WITHIN_MS } from '../../src/client/look-outside.ts'
import { insightFindings, refreshDue, type Deprecation, type Insight } from '../../src/domain/insights.ts'

const now = '2026-11-24T12:00:00Z'

test.for([
  { says: 'nobody has ever asked', last: undefined, is: 'start' },
  { says: 'it goes on', last: { status: 'IN_PROGRESS', startedAt: '2026-11-24T11:51:00Z' }, is: 'wait' },
  {
    says: 'it goes on for ten minutes',
    last: { status: 'IN_PROGRESS', startedAt: '2026-11-24T11:50:00Z' },
    is: 'read',
  },
  { says: 'it ended half an hour ago', last: { status: 'COMPLETED', endedAt: '2026-11-24T11:30:00Z' }, is: 'read' },
  { says: 'it ended an hour ago', last: { status: 'COMPLETED', endedAt: '2026-11-24T11:00:00Z' }, is: 'start' },
  { says: 'it has just failed', last: { status: 'FAILED', startedAt: '2026-11-24T11:59:00Z' }, is: 'read' },
  { says: 'nobody knows when it ended', last: { status: 'COMPLETED' }, is: 'start' },
] as const)('a refresh of insights where $says', ({ last, is }) => expect(refreshDue(last, now)).toBe(is))

test('who looks still has a quarter of an hour once the longest refresh was waited for', () => {
  const waits = (minutes: number) => {
    const startedAt = new Date(Date.parse(now) - minutes * 60_000).toISOString()
    return refreshDue({ status: 'IN_PROGRESS', startedAt }, now) === 'wait'
  }
  let waited = 0
  while (waits(waited)) waited++
  expect(WITHIN_MS / 60_000 - waited).toBeGreaterThanOrEqual(15)
})

const blue = { name: 'blue', version: '1.33' }
const fresh = { status: 'COMPLETED' } as const
const anInsight = (more: Partial<Insight> = {}): Insight => ({
  name: 'Deprecated APIs',
  category: 'UPGRADE_READINESS',
  version: '1.36',
  status: 'WARNING',
  reason: 'It is used.',
  recommendation: 'Update it.',
  deprecations: [],
  ofAddons: false,
  ...more,
})
const aDeprecation = (more: Partial<Deprecation> = {}): Deprecation => ({
  usage: '/apis/old/v1/things',
  replacedWith: '/apis/new/v1/things',
  stopServing: '1.36',
  clients: [{ agent: 'helm', requests: 12, last: '2026-11-23T00:00:00Z' }],
  ...more,
})
const seen = (last?: string): Partial<Insight> => ({
  deprecations: [aDeprecation({ clients: [{ agent: 'helm', requests: 1, ...(last !== undefined && { last }) }] })],
})

test.for<{ says: string; insight: Partial<Insight>; to?: string; are: readonly string[] }>([
  { says: 'passes', insight: { status: 'PASSING' }, are: [] },
  { says: 'EKS cannot tell', insight: { status: 'UNKNOWN' }, are: ['info'] },
  // EKS grades it WARNING, because it is three minors away in place; green gets there in one hop.
  {
    says: 'is of a minor that is skipped to, and still asked for',
    insight: seen('2026-11-23T00:00:00Z'),
    are: ['blocker'],
  },
  {
    says: 'is of the next minor, an error',
    insight: { ...seen('2026-11-23T00:00:00Z'), version: '1.34', status: 'ERROR' },
    are: ['blocker'],
  },
  { says: 'was last asked for seven days ago', insight: seen('2026-11-17T12:00:00Z'), are: ['blocker'] },
  { says: 'was last asked for longer ago', insight: seen('2026-11-17T11:00:00Z'), are: ['warning'] },
  { says: 'has no time of a request', insight: seen(), are: ['blocker'] },
  { says: 'names nobody', insight: { deprecations: [aDeprecation({ clients: [] })] }, are: ['blocker'] },
  { says: 'is of a later minor', insight: seen('2026-11-23T00:00:00Z'), to: '1.35', are: ['info'] },
  {
    says: 'is of an API that goes later',
    insight: { version: '1.35', deprecations: [aDeprecation({ stopServing: '1.37' })] },
    are: [],
  },
  { says: 'is of no API', insight: { status: 'ERROR' }, are: ['warning'] },
  { says: 'is of add-ons', insight: { status: 'ERROR', ofAddons: true }, are: ['info'] },
  { says: 'is of nodes', insight: { status: 'ERROR', name: 'Kubelet version skew' }, are: ['info'] },
  { says: 'is of how it is set up', insight: { category: 'MISCONFIGURATION', status: 'ERROR' }, are: ['warning'] },
])('an insight that $says', ({ insight, to = '1.36', are }) => {
  const found = insightFindings(blue, to, [anInsight(insight)], fresh, now)
  expect(found.map((f) => f.level)).toEqual(are)
  for (const f of found) expect(f.code).toBe('insight-fails')
})

test('who asked for what, how often and when last is in the words', () => {
  const deprecations = [aDeprecation()]
  expect(insightFindings(blue, '1.36', [anInsight({ deprecations })], fresh, now)).toMatchObject([
    {
      about: 'blue: Deprecated APIs /apis/old/v1/things',
      message: '1.36 does not serve it (gone since 1.36); helm (12 in 30 days, last 2026-11-23) asked for it',
      remedy: 'ask for /apis/new/v1/things instead. Update it.',
    },
  ])
})

test.for([
  {
    says: 'failed',
    last: { status: 'FAILED' },
    message: /did not refresh its insights when asked to; they are as of 2026-11-24 03:00 UTC/,
  },
  { says: 'does not end', last: { status: 'IN_PROGRESS' }, message: /did not refresh its insights in time/ },
] as const)('insights whose refresh $says are told as old', ({ last, message }) => {
  const found = insightFindings(
    blue,
    '1.36',
    [anInsight({ status: 'PASSING', refreshedAt: '2026-11-24T03:00:00Z' })],
    last,
    now,
  )
  expect(found.map((f) => [f.level, f.code])).toEqual([['warning', 'insights-old']])
  expect(found[0]?.message).toMatch(message)
})
