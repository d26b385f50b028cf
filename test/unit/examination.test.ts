import { expect, test } from 'vitest'
import { namesOfPlatform, seenClusters, seenMetrics, seenRights, seenTeams } from '../../src/domain/examination.ts'
import type { ClusterDescription } from '../../src/domain/eks-objects.ts'
import { blocker, warning } from '../../src/domain/findings.ts'

const cluster = (name: string, status = 'ACTIVE') => ({ name, version: '1.35', status }) as ClusterDescription // as much as is read
const toy = { platform: 'toy' }

test('clusters of a platform are those of its name, and the one that the file names', () => {
  const all = ['toy-1-35', 'toy-1-36', 'toy-other', 'toys-1-35', 'old']
  expect(namesOfPlatform(all, toy)).toEqual(['toy-1-35', 'toy-1-36'])
  expect(namesOfPlatform(all, { ...toy, blue: 'old' })).toEqual(['toy-1-35', 'toy-1-36', 'old'])
})

test.for([
  { says: 'one that serves', found: [cluster('toy-1-35')], is: 'works' },
  { says: 'none', found: [], is: 'broken' },
  { says: 'one that is not ready', found: [cluster('toy-1-35'), cluster('toy-1-36', 'CREATING')], is: 'look' },
  { says: 'not the one that the file names', found: [cluster('toy-1-35')], blue: 'old', is: 'broken' },
])('clusters: $says is $is', ({ found, is, blue }) => {
  expect(seenClusters(found, { ...toy, ...(blue !== undefined && { blue }) }).is).toBe(is)
})

test('rights: a blocker is broken, a warning is to look at, and each remedy is told once', () => {
  const lacks = [warning('a', 'x', 'one is missing', 'apply it'), warning('b', 'x', 'two is missing', 'apply it')]
  expect(seenRights('toy-1-35', '1.35', [])).toMatchObject({ about: 'rights on toy-1-35', is: 'works' })
  expect(seenRights('toy-1-35', '1.35', lacks)).toMatchObject({
    is: 'look',
    saw: 'one is missing; two is missing',
    todo: 'apply it',
  })
  expect(seenRights('toy-1-35', '1.35', [...lacks, blocker('c', 'x', 'no', 'do')]).is).toBe('broken')
})

test('metrics that answer and count nothing are to look at', () => {
  expect(seenMetrics('http://p', 'toy-1-35', 41.6)).toMatchObject({
    is: 'works',
    saw: expect.stringContaining('42 requests of toy-1-35'),
  })
  expect(seenMetrics('http://p', 'toy-1-35', null).is).toBe('look')
  expect(seenMetrics('http://p', undefined, null).is).toBe('look')
})

test('a team that nobody tells is to look at; where it is told nothing is sent to try', () => {
  const teams = { a: { approvers: ['x'], notify: {} }, b: { approvers: ['x', 'y'], notify: { webhook: 'https://h' } } }
  expect(seenTeams({ teams }).map((s) => [s.about, s.is])).toEqual([
    ['team a', 'look'],
    ['team b', 'unknown'],
  ])
})

const chatted = {
  a: { approvers: ['x'], notify: { slack: '#a' } },
  b: { approvers: ['x'], notify: { webhook: 'https://h' } },
}
test.for([
  { says: 'no token', chat: undefined, is: 'broken', saw: /NORIKAE_SLACK_TOKEN is not set .*: #a is told nothing$/ },
  {
    says: 'one that Slack refuses',
    chat: { refused: 'Slack refuses it: no' },
    is: 'broken',
    saw: /: Slack refuses it: no$/,
  },
  {
    says: 'one that it knows',
    chat: { user: 'norikae', workspace: 'Toys' },
    is: 'unknown',
    saw: /\(norikae in Toys\)$/,
  },
])('teams in Slack, and a worker with $says', ({ chat, is, saw }) => {
  const [a, b] = seenTeams({ teams: chatted }, chat)
  expect([a?.is, a?.saw, (a?.todo === undefined) === (is !== 'broken')]).toEqual([is, expect.stringMatching(saw), true])
  expect(b?.is).toBe('unknown')
})
