import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Outside } from '../../../src/activities/outside.ts'
import { proofActivities } from '../../../src/activities/proofs.ts'
import { mustBeProven } from '../../../src/activities/starting.ts'
import { upgradeId, type UpgradeRequest } from '../../../src/domain/messages.ts'
import { NEXT_RUN, START } from '../../../src/domain/starting.ts'
import type { Trust } from '../../../src/domain/trust.ts'
import { driven } from '../../support/driven.ts'
import { aSigner, signedBy, withToken } from '../../support/signing.ts'
import { aPlatformFile } from '../config/a-platform-file.ts'

const aoki = aSigner()
const by = 'aoki@example.com'
const signed: Trust = { kind: 'signed', keys: { [by]: [aoki.publicKey] } }
const oidc: Trust = { kind: 'oidc', issuer: 'https://login', audience: 'norikae', claim: 'email' }
const bare = { platform: 'chat', to: '1.36', by }
const what = { message: START, workflow: upgradeId('chat'), run: NEXT_RUN, body: bare }

const started: unknown[] = []
const asked: string[] = []
let claims: Record<string, unknown> = {}
let file: string | undefined
const outside = {
  startedSince: async (platform: string, since: string, butRun: string) => {
    asked.push(`${platform} ${since} ${butRun}`)
    return started
  },
  platformFile: async () => (file === undefined ? undefined : { name: 'chat.yaml', text: file }),
  ports: { tokens: { claims: async () => claims } },
} as unknown as Outside // all that these ask of it

const said = async (trust: Trust | undefined, request: object, type = 'clusterUpgrade'): Promise<string> => {
  const look = () => mustBeProven(outside, { platform: 'chat', ...(trust && { trust }) }, request as UpgradeRequest)
  return driven(look, undefined, { workflow: { type, id: upgradeId('chat') } }).then(
    () => 'started',
    (error: Error) => error.message,
  )
}

test('a start is proven where the file wants it, and by a proof that started nothing else', async () => {
  const proven = signedBy(aoki, what)
  expect(await said(undefined, bare)).toBe('started')
  expect(await said(signed, bare)).toMatch(/^proof-missing: .*\. Nothing was started$/)
  expect(asked).toEqual([])
  expect(await said(signed, proven)).toBe('started')
  expect(asked).toEqual([expect.stringMatching(/^chat \d{4}-\S+Z run$/)])
  started.push(proven)
  expect(await said(signed, proven)).toMatch(/^proof-used/)
  expect(await said(signed, signedBy(aoki, { ...what, body: { ...bare, to: '1.37' } }))).toBe('started')
  // Who only looks at the plan proves nothing.
  expect(await said(signed, bare, 'upgradePlan')).toBe('started')
})

test('a token of who starts is asked about', async () => {
  started.length = 0
  let binding = ''
  const request = withToken((it) => {
    binding = it
    return 'h.secret.s'
  }, what)
  claims = { aud: 'norikae', email: by, nonce: binding }
  expect(await said(oidc, request)).toBe('started')
  claims = { ...claims, email: 'baba@example.com' }
  expect(await said(oidc, request)).toMatch(/^proof-foreign/)
  claims = { aud: 'norikae', email: by, nonce: createHash('sha256').update('another').digest('hex') }
  const refused = await said(oidc, request)
  expect(refused).toMatch(/^proof-altered/)
  expect(refused).not.toContain('secret')
})

const withKeys = (...keys: readonly string[]) =>
  [
    aPlatformFile,
    'trust: signed',
    'people:',
    ...['aoki', 'baba', 'chiba'].map(
      (who, n) => `  ${who}@example.com: { keys: ["${keys[n] ?? `ed25519:${String(n).repeat(64)}`}"] }`,
    ),
  ].join('\n')

test('a key that was taken out of the file of the worker counts no more, in whatever is under way', async () => {
  const { checkProof } = proofActivities(outside)
  const check = async (who = by) =>
    (await checkProof({ key: { workflow: `${upgradeId('chat')}/app/api`, by: who, key: aoki.publicKey } })).refused
      ?.code
  const seen = []
  for (const text of [undefined, aPlatformFile, withKeys(aoki.publicKey), withKeys()]) {
    file = text
    seen.push(await check())
  }
  // No file; one that asks for no proof; one with the key; one without.
  expect(seen).toEqual([undefined, undefined, undefined, 'proof-revoked'])
  file = withKeys(aoki.publicKey)
  expect([await check('AOKI@example.com'), await check('baba@example.com')]).toEqual([undefined, 'proof-revoked'])
  file = 'platform: ['
  await expect(check()).rejects.toThrow(/cannot be read\. Mend it first/)
})
