import { expect, test } from 'vitest'
import { tokenRefusal } from '../../../src/sandbox/eks-token.ts'
import { anEksToken, type Recipe } from './eks-tokens.ts'

const identity = { region: 'ap-northeast-1', accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' }
const NOW = Date.parse('2026-11-23T12:00:00Z')

test.for<{ says: string; recipe?: Recipe; refused: string | undefined }>([
  { says: 'as the worker makes it', refused: undefined },
  { says: 'fourteen minutes old', recipe: { ageMs: 14 * 60_000 }, refused: undefined },
  { says: 'at the longest expiry', recipe: { expiresIn: 900 }, refused: undefined },
  { says: 'sixteen minutes old', recipe: { ageMs: 16 * 60_000, expiresIn: 900 }, refused: 'older than 15 minutes' },
  { says: 'from tomorrow', recipe: { ageMs: -86_400_000 }, refused: 'from the future' },
  { says: 'with too long an expiry', recipe: { expiresIn: 901 }, refused: 'X-Amz-Expires' },
  { says: 'for the other cluster', recipe: { cluster: 'chatwork-prod-1-35' }, refused: 'not for cluster' },
  { says: 'with another secret', recipe: { secret: 'guessed' }, refused: 'signature' },
  { says: 'with another key', recipe: { key: 'AKIAOTHER' }, refused: 'unknown access key' },
  { says: 'for another region', recipe: { region: 'us-east-1' }, refused: 'is not for https://sts.ap-northeast-1' },
  { says: 'for another host', recipe: { host: 'sts.example.com' }, refused: 'is not for https://sts.ap-northeast-1' },
  { says: 'for another action', recipe: { action: 'AssumeRole' }, refused: 'another action' },
  { says: 'with its header hoisted into the query', recipe: { hoisted: true }, refused: 'x-k8s-aws-id' },
  { says: 'with a parameter more', recipe: { change: (u) => `${u}&extra=1` }, refused: 'the parameter extra' },
  {
    says: 'signed without the header',
    recipe: { change: (u) => u.replace('%3Bx-k8s-aws-id', '') },
    refused: 'does not sign',
  },
  { says: 'with a changed date', recipe: { change: (u) => u.replace('T120000Z', 'T120001Z') }, refused: 'signature' },
  { says: 'without https', recipe: { change: (u) => u.replace('https:', 'http:') }, refused: 'is not for https' },
])('a token $says', async ({ recipe, refused }) => {
  const found = await tokenRefusal(
    await anEksToken(identity, 'chatwork-prod-1-36', { nowMs: NOW, ...recipe }),
    'chatwork-prod-1-36',
    identity,
    NOW,
  )
  if (refused === undefined) expect(found).toBeUndefined()
  else expect(found).toContain(refused)
})

test.for([
  { says: 'another prefix', token: 'k8s-aws-v2.abc', refused: 'does not begin with' },
  { says: 'nothing in it', token: 'k8s-aws-v1.', refused: 'holds no URL' },
  { says: 'no base64 in it', token: 'k8s-aws-v1.!!!', refused: 'holds no URL' },
  { says: 'too much in it', token: `k8s-aws-v1.${'a'.repeat(5_000)}`, refused: 'longer than' },
])('a token with $says is refused', async ({ token, refused }) => {
  expect(await tokenRefusal(token, 'chatwork-prod-1-36', identity, NOW)).toContain(refused)
})
