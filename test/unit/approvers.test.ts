import { expect, test } from 'vitest'
import { approverFindings } from '../../src/domain/approvers.ts'
import type { Trust } from '../../src/domain/trust.ts'
import { anApp, anEnvironment, aPlatform, rule } from '../support/builders.ts'

const keysOf = (...people: string[]): Extract<Trust, { kind: 'signed' }> => ({
  kind: 'signed',
  keys: Object.fromEntries(people.map((who) => [who, ['ed25519:00']])),
})
const all = keysOf('aoki', 'baba', 'chiba', 'doi')

test.for<{ says: string; trust?: Trust; approvals?: number; requester?: string; is: string[] }>([
  { says: 'names only', is: [] },
  { says: 'tokens, of whoever is vouched for', trust: { kind: 'oidc', issuer: '', audience: '', claim: '' }, is: [] },
  { says: 'a key of each', trust: all, is: [] },
  { says: 'a key of one of two, where one is enough', trust: keysOf('aoki', 'baba', 'doi'), is: [] },
  {
    says: 'a key of one, who asked for it',
    trust: keysOf('aoki', 'baba', 'doi'),
    requester: 'Doi',
    is: ['chiba could'],
  },
  { says: 'no key of the team', trust: keysOf('aoki', 'baba'), is: ['chiba, doi could prove nothing'] },
  {
    says: 'keys that were taken away',
    trust: { kind: 'signed', keys: { ...all.keys, chiba: [], doi: [] } },
    is: ['chiba, doi could'],
  },
  {
    says: 'a key of one, where two are needed',
    trust: keysOf('aoki', 'baba', 'doi'),
    approvals: 2,
    is: ['chiba could'],
  },
  { says: 'too few people', trust: all, approvals: 2, requester: 'doi', is: ['it needs 2 of scala, other than doi'] },
])('a gate of an app whose team has $says', ({ trust, approvals = 1, requester = 'eda', is }) => {
  const gate = rule('scala', { approvals, exclude: ['requester'] })
  const apps = [anApp('api', { environments: [anEnvironment('production', { gate })] })]
  const found = approverFindings(aPlatform({ apps, ...(trust && { trust }) }), requester)
  expect(found.map((f) => [f.level, f.code, f.about, f.message])).toEqual(
    is.map((why) => ['blocker', 'nobody-may-approve', 'api production', expect.stringContaining(why)]),
  )
})

test.for([
  { start: 1, decommission: 1, is: [] },
  {
    start: 2,
    decommission: 1,
    is: ['who approves the start may not approve it, and sre has 2 approvers, where 2 and 1 are needed'],
  },
])('a platform team of two, asked for $start and $decommission', ({ start, decommission, is }) => {
  const gates = {
    start: rule('sre', { approvals: start }),
    decommission: rule('sre', { approvals: decommission, exclude: ['start'] }),
  }
  expect(approverFindings(aPlatform({ apps: [], gates }), 'eda').map((f) => f.message)).toEqual(is)
})

test.for<{ says: string; trust?: Trust; people?: readonly string[]; is: readonly string[] }>([
  { says: 'two people', is: [] },
  { says: 'one person', people: ['aoki'], is: ['sre has one approver'] },
  { says: 'one person, twice', people: ['aoki', 'aoki'], is: ['sre has one approver'] },
  { says: 'two people with keys', trust: all, is: [] },
  { says: 'two people of whom one has a key', trust: keysOf('aoki', 'chiba', 'doi'), is: ['one approver with a key'] },
])('blue may be removed where the platform team has $says', ({ trust, people = ['aoki', 'baba'], is }) => {
  const platform = aPlatform({ apps: [], teams: { sre: { approvers: people } }, ...(trust && { trust }) })
  const found = approverFindings(platform, 'eda').filter((f) => f.about === 'the decommissioning')
  expect(found.map((f) => f.message)).toEqual(is.map((why) => expect.stringContaining(why)))
  // As the platform file calls it.
  if (trust)
    expect(found.flatMap((f) => f.remedy ?? [])).toEqual(is.map(() => expect.stringContaining('people.<address>.keys')))
})
