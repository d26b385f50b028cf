import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseProof, proofRefusal, redacted, statement, timeRefusal, type Place } from '../../src/domain/proofs.ts'
import { isSigned } from '../../src/domain/signatures.ts'
import type { Trust } from '../../src/domain/trust.ts'
import { aSigner, signedBy, withToken } from '../support/signing.ts'

const [chiba, doi] = [aSigner(), aSigner()]
const trust: Trust = { kind: 'signed', keys: { chiba: [chiba.publicKey], doi: [doi.publicKey] } }
const oidc: Trust = { kind: 'oidc', issuer: 'https://login', audience: 'norikae', claim: 'email' }

const digest = 'abcdef01'.padEnd(64, '0')
const other = 'abcdef01'.padEnd(64, '1')
const gate = 'production/gate@abcdef01.1'
const [workflow, run] = ['cluster-upgrade/toy/app/api', '0199-run']
const place = (more: Partial<Place> = {}): Place => ({
  workflow,
  run,
  plansOf: (gates) => (gates.length === 0 ? [] : [digest]),
  used: () => false,
  ...more,
})
const body = { gate, by: 'chiba', comment: 'looks well', typed: 'x', notBefore: 'a', notAfter: 'b' }
const good = { message: 'approve', workflow, run, body, plans: [digest] }
const signed = signedBy(chiba, good)
const said = (message: string, it: Readonly<Record<string, unknown>>, at = place(), by: Trust | undefined = trust) =>
  proofRefusal(by, message, it, at)?.code

describe('what is signed', () => {
  test('counts as it was signed', () => expect(said('approve', signed)).toBeUndefined())

  test.for<[string, string | undefined]>([
    ['nothing', 'proof-missing'],
    ['an empty text', 'proof-missing'],
    ['words', 'proof-malformed'],
    ['a token', 'proof-malformed'],
    ['a signature that is cut off', 'proof-malformed'],
    ['a key in capitals', 'proof-malformed'],
    ['another run', 'proof-other-run'],
    ['another gate', 'proof-other-gate'],
    ['another message', 'proof-other-gate'],
    ['another plan', 'proof-other-plan'],
    ['a gate of no plan', 'proof-other-plan'],
    ['what counted already', 'proof-used'],
    ['a stranger’s key', 'proof-foreign'],
    ['another approver’s key', 'proof-foreign'],
    ['another workflow', 'proof-altered'],
    ['a signature with one bit turned', 'proof-altered'],
    ['a signature of zeroes', 'proof-altered'],
    ['a later end', 'proof-altered'],
  ])('%s: %s', ([what, code]) => {
    const proof = String(signed['proof'])
    const cases: Record<string, () => string | undefined> = {
      nothing: () => said('approve', body),
      'an empty text': () => said('approve', { ...body, proof: '' }),
      words: () => said('approve', { ...body, proof: 'trust me' }),
      'a token': () =>
        said(
          'approve',
          withToken(() => 'a.b.c', good),
        ),
      'a signature that is cut off': () => said('approve', { ...body, proof: proof.slice(0, -1) }),
      'a key in capitals': () =>
        said('approve', { ...body, proof: proof.replace(/ed25519:.*/, (t) => t.toUpperCase()) }),
      'another run': () => said('approve', signed, place({ run: '0199-other' })),
      'another gate': () => said('approve', { ...signed, gate: 'production/gate@abcdef01.2' }),
      'another message': () => said('reject', signed),
      'another plan': () => said('approve', signed, place({ plansOf: () => [other] })),
      'a gate of no plan': () => said('approve', signed, place({ plansOf: () => [] })),
      'what counted already': () => said('approve', signed, place({ used: (header) => proof.startsWith(header) })),
      'a stranger’s key': () => said('approve', signedBy(aSigner(), good)),
      'another approver’s key': () => said('approve', signedBy(doi, good)),
      'another workflow': () => said('approve', signed, place({ workflow: 'cluster-upgrade/toy/app/web' })),
      'a signature with one bit turned': () =>
        said('approve', { ...body, proof: proof.replace(/.$/, (c) => (c === '0' ? '1' : '0')) }),
      'a signature of zeroes': () => said('approve', { ...body, proof: proof.replace(/.{128}$/, '0'.repeat(128)) }),
      'a later end': () =>
        said('approve', { ...body, proof: proof.replace(parseProof(proof)?.until ?? '', '2099-01-01T00:00:00.000Z') }),
    }
    expect(Object.keys(cases)).toContain(what)
    expect(cases[what]?.()).toBe(code)
  })

  test('a person called like a part of every object has no key', () => {
    for (const by of ['constructor', '__proto__', 'toString'])
      expect(said('approve', signedBy(chiba, { ...good, body: { ...body, by } }))).toBe('proof-foreign')
  })

  test('of several keys of a person each will do', () => {
    const two: Trust = { kind: 'signed', keys: { chiba: [doi.publicKey, chiba.publicKey] } }
    expect(said('approve', signed, place(), two)).toBeUndefined()
  })

  test('any field that is changed, left out or added breaks it', () => {
    const text = fc.string({ maxLength: 20 })
    fc.assert(
      fc.property(
        fc.constantFrom('gate', 'by', 'comment', 'typed', 'notBefore', 'notAfter', 'reason', 'environment'),
        fc.option(text, { nil: undefined }),
        (name, value) => {
          const changed: Record<string, unknown> = { ...signed, [name]: value }
          if (value === undefined) delete changed[name]
          const same = changed[name] === signed[name]
          expect(said('approve', changed) === undefined).toBe(same)
        },
      ),
      { numRuns: 150 },
    )
  })

  test('an act for several gates is for all of them, in the order in which they were signed', () => {
    const gates = [gate, 'test/gate@11111111.1']
    const act = { gates, by: 'chiba' }
    const both = signedBy(chiba, { ...good, body: act, plans: [digest, other] })
    const at = place({ plansOf: () => [digest, other].toSorted() })
    expect(said('approve', both, at)).toBeUndefined()
    expect(said('approve', { ...both, gates: gates.toReversed() }, at)).toBe('proof-other-gate')
    expect(said('approve', { ...both, gates: [gate] }, at)).toBe('proof-other-gate')
  })

  test('an order is of its environment, or of all', () => {
    const order = { message: 'rollback', workflow, run, body: { by: 'chiba', reason: 'slow', environment: 'test' } }
    const it = signedBy(chiba, order)
    expect([
      said('rollback', it),
      said('rollback', { ...it, environment: 'production' }),
      said('rollback', { by: 'chiba', reason: 'slow', proof: it['proof'] }),
      said('abort', it),
    ]).toEqual([undefined, 'proof-other-gate', 'proof-other-gate', 'proof-other-gate'])
  })
})

test('where names are believed a proof is no decoration', () => {
  expect([
    proofRefusal(undefined, 'approve', body, place()),
    proofRefusal(undefined, 'approve', signed, place())?.code,
  ]).toEqual([undefined, 'proof-not-wanted'])
})

test('of a token everything but the token is judged here', () => {
  const it = withToken(() => 'aa.bb.cc', good)
  expect(said('approve', it, place(), oidc)).toBeUndefined()
  expect(said('approve', it, place({ run: 'x' }), oidc)).toBe('proof-other-run')
  expect(said('approve', signed, place(), oidc)).toBe('proof-malformed')
})

test.for<[string, string, string, string | undefined]>([
  ['now', '2026-11-26T12:00:00.000Z', '2026-11-26T13:00:00.000Z', undefined],
  ['at its last moment', '2026-11-26T11:00:00.000Z', '2026-11-26T12:00:00.000Z', undefined],
  ['too late', '2026-11-26T11:00:00.000Z', '2026-11-26T11:59:59.999Z', 'proof-expired'],
  ['by a clock that is a little ahead', '2026-11-26T12:05:00.000Z', '2026-11-26T13:00:00.000Z', undefined],
  ['too early', '2026-11-26T12:05:00.001Z', '2026-11-26T13:00:00.000Z', 'proof-early'],
  ['for a week', '2026-11-26T12:00:00.000Z', '2026-12-03T12:00:00.000Z', undefined],
  ['for longer', '2026-11-26T12:00:00.000Z', '2026-12-03T12:00:00.001Z', 'proof-malformed'],
  ['an end before its beginning', '2026-11-26T12:00:00.000Z', '2026-11-26T11:00:00.000Z', 'proof-malformed'],
])('in time: %s', ([, issued, until, code]) =>
  expect(timeRefusal(signedBy(chiba, { ...good, issued, until }), '2026-11-26T12:00:00.000Z')?.code).toBe(code),
)

describe('whatever is sent', () => {
  test('is judged and never throws, and nothing but what was signed counts', () => {
    const anything = fc.anything({ maxDepth: 1, maxKeys: 2 })
    const text = fc.oneof(fc.string(), fc.constantFrom('\ud800', String(signed['proof']), 'signed a b - c d e'))
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('gate', 'gates', 'by', 'proof', 'environment'), fc.oneof(anything, text)),
        (it) => {
          const refused = proofRefusal(trust, 'approve', it, place())
          expect(refused).toBeDefined()
          expect((refused?.message ?? '').length).toBeLessThan(700)
          timeRefusal(it, '2026-11-26T12:00:00.000Z')
          redacted(it)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('has one statement, and another message another', () => {
    const fields = fc.dictionary(fc.constantFrom('gate', 'by', 'comment', 'reason'), fc.string({ maxLength: 4 }))
    const proof = parseProof(String(signed['proof']))
    if (!proof) throw new Error('no proof')
    fc.assert(
      fc.property(fields, fields, (one, two) => {
        const same = isDeepStrictEqual({ ...one }, { ...two })
        expect(statement(proof, workflow, one) === statement(proof, workflow, two)).toBe(same)
      }),
      { numRuns: 200 },
    )
  })
})

test('logs keep a signature, of a token only who it was for, and of anything else nothing', () => {
  expect(redacted(signed)).toEqual(signed)
  expect(JSON.stringify(redacted(withToken(() => 'aa.secret.cc', good)))).not.toMatch(/secret/)
  expect(redacted({ by: 'chiba', proof: 'password' })).toEqual({ by: 'chiba', proof: '…' })
  expect([redacted('x'), redacted(null), redacted({ by: 'x' })]).toEqual(['x', null, { by: 'x' }])
})

test('a signature is checked strictly, and what is none is none', () => {
  const [key, text] = [chiba.publicKey, 'x']
  for (const signature of ['', '00', 'zz'.repeat(64), '00'.repeat(63), 'ff'.repeat(64)])
    expect(isSigned(text, key, signature)).toBe(false)
  // A key of small order: such a signature would fit any text.
  const small = `ed25519:01${'00'.repeat(31)}`
  expect(isSigned(text, small, `01${'00'.repeat(63)}`)).toBe(false)
})
