import { expect, test } from 'vitest'
import { tokenRefusal, type Claims } from '../../src/domain/tokens.ts'

const oidc = { issuer: 'https://login', audience: 'norikae', claim: 'email' }
const binding = 'ab'.repeat(32)
const by = 'chiba@example.com'
const bound = `norikae/${binding}`

test.for<[string, Claims, string | undefined]>([
  ['by its nonce', { aud: 'norikae', nonce: binding, email: by }, undefined],
  ['by its audience', { aud: bound, email: by }, undefined],
  ['by one of its audiences', { aud: ['other', bound], email: by }, undefined],
  ['in other letters', { aud: bound, email: 'Chiba@Example.com' }, undefined],
  ['of an address that is verified', { aud: bound, email: by, email_verified: true }, undefined],
  ['of one that is not', { aud: bound, email: by, email_verified: false }, 'proof-foreign'],
  ['for somebody else', { aud: 'grafana', nonce: binding, email: by }, 'proof-foreign'],
  ['for who is only called so', { aud: 'norikaeX', nonce: binding, email: by }, 'proof-foreign'],
  ['for nobody', { nonce: binding, email: by }, 'proof-foreign'],
  ['bound to nothing', { aud: 'norikae', email: by }, 'proof-altered'],
  ['bound to another message', { aud: 'norikae', nonce: 'cd'.repeat(32), email: by }, 'proof-altered'],
  ['for another message', { aud: `norikae/${'cd'.repeat(32)}`, email: by }, 'proof-altered'],
  ['of another person', { aud: bound, email: 'doi@example.com' }, 'proof-foreign'],
  ['of nobody', { aud: bound }, 'proof-foreign'],
  ['of a list of people', { aud: bound, email: [by] }, 'proof-foreign'],
])('a token %s', ([, claims, code]) => expect(tokenRefusal(claims, oidc, by, binding)?.code).toBe(code))

test('another claim names the person where the platform file says so', () => {
  expect(tokenRefusal({ aud: bound, upn: by }, { ...oidc, claim: 'upn' }, by, binding)).toBeUndefined()
})
