import { expect, test } from 'vitest'
import { upgradeId, type UpgradeRequest } from '../../src/domain/messages.ts'
import { headerIn } from '../../src/domain/proofs.ts'
import { NEXT_RUN, originFault, START, startRefusal } from '../../src/domain/starting.ts'
import type { Trust } from '../../src/domain/trust.ts'
import { aSigner, signedBy, type Signer, type Signing } from '../support/signing.ts'

const [aoki, baba] = [aSigner(), aSigner()]
const signed: Trust = { kind: 'signed', keys: { 'aoki@example.com': [aoki.publicKey], baba: [baba.publicKey] } }
const now = '2026-11-26T12:00:00.000Z'
const bare: UpgradeRequest = { platform: 'toy', to: '1.36', by: 'aoki@example.com', file: 'platform: toy' }

const provenBy = (who: Signer, body: UpgradeRequest = bare, more: Partial<Signing> = {}) =>
  signedBy(who, {
    message: START,
    workflow: upgradeId('toy'),
    run: NEXT_RUN,
    body: { ...body },
    issued: now,
    ...more,
  }) as unknown as UpgradeRequest
const said = (trust: Trust | undefined, request: UpgradeRequest, used: readonly unknown[] = []) =>
  startRefusal(trust, request, now, (header) => used.some((it) => headerIn(it) === header))?.code

const good = provenBy(aoki)

test.for<[string, Trust | undefined, UpgradeRequest, string | undefined]>([
  ['names are believed', undefined, bare, undefined],
  ['a proof where nobody checks it', undefined, good, 'proof-not-wanted'],
  ['what is proven', signed, good, undefined],
  ['the same person in other letters', signed, provenBy(aoki, { ...bare, by: 'Aoki@Example.com' }), undefined],
  ['a schedule, which no person may say they are', signed, { ...bare, by: 'schedule' }, undefined],
  ['a schedule with a proof', signed, provenBy(aoki, { ...bare, by: 'schedule' }), 'proof-foreign'],
  ['nothing', signed, bare, 'proof-missing'],
  ['any words', signed, { ...bare, proof: 'I am' }, 'proof-malformed'],
  ['another key', signed, provenBy(baba), 'proof-foreign'],
  ['a stranger', signed, provenBy(aoki, { ...bare, by: 'mallory' }), 'proof-foreign'],
  ['somebody else in its place', signed, { ...good, by: 'baba' }, 'proof-foreign'],
  ['another file', signed, { ...good, file: 'platform: toy\nsoak: 1s' }, 'proof-altered'],
  ['another version', signed, { ...good, to: '1.37' }, 'proof-other-gate'],
  ['another platform', signed, { ...good, platform: 'chat' }, 'proof-other-gate'],
  ['for another workflow', signed, provenBy(aoki, bare, { workflow: upgradeId('chat') }), 'proof-altered'],
  ['what was said to a run', signed, provenBy(aoki, bare, { run: 'some-run' }), 'proof-other-run'],
  ['an order', signed, provenBy(aoki, bare, { message: 'abort' }), 'proof-other-gate'],
  ['yesterday', signed, provenBy(aoki, bare, { issued: '2026-11-25T12:00:00.000Z' }), 'proof-expired'],
  ['tomorrow', signed, provenBy(aoki, bare, { issued: '2026-11-27T12:00:00.000Z' }), 'proof-early'],
  ['a token', { kind: 'oidc', issuer: 'https://login', audience: 'a', claim: 'email' }, good, 'proof-malformed'],
])('who starts an upgrade is proven like who approves: %s', ([, trust, request, code]) => {
  expect(said(trust, request)).toBe(code)
})

test('a proof counts for one start', () => {
  expect(said(signed, good, [bare, { ...good, to: 'whatever' }])).toBe('proof-used')
  const again = provenBy(aoki, bare, { issued: '2026-11-26T12:00:00.001Z' })
  expect(said(signed, good, ['no object', undefined, again])).toBeUndefined()
})

test.for<[unknown, unknown, string | undefined, boolean]>([
  ['toy', 'aoki', undefined, true],
  ['toy', 'schedule', 'scheduled-upgrade/toy-2027-01-01T00:00:00Z', true],
  ['toy', 'schedule', undefined, false],
  ['toy', 'schedule', 'scheduled-upgrade/chat-2027-01-01T00:00:00Z', false],
  ['toy', 'schedule', 'mine', false],
  [7, 'schedule', 'scheduled-upgrade/toy-2027-01-01T00:00:00Z', false],
  ['toy', undefined, undefined, true],
])('of %j by %j, started by %s: as it says is %j', ([platform, by, parent, fine]) => {
  expect(originFault(platform, by, parent) === undefined).toBe(fine)
})
