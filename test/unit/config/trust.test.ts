import { expect, test } from 'vitest'
import { readPlatformFile } from '../../../src/config/read.ts'
import { aPlatformFile, problemsIn } from './a-platform-file.ts'

const [one, two, three] = ['1', '2', '3'].map((d) => `ed25519:${d.repeat(64)}`)
const people = `people:
  aoki@example.com: { keys: ["${one}"] }
  Baba@example.com: { keys: ["${two}", "ed25519:${'a'.repeat(64)}"] }
  chiba@example.com: { keys: ["${three}"] }
`
const signed = `${aPlatformFile}trust: signed\n${people}`
const trustIn = (text: string) => {
  const read = readPlatformFile(text, 'x.yaml')
  return read.ok ? read.file.trust : 'wrong'
}

test('signed: keys by the address as teams write it, in whatever letters the keys are listed', () => {
  expect(trustIn(signed)).toEqual({
    kind: 'signed',
    keys: {
      'aoki@example.com': [one],
      'baba@example.com': [two, `ed25519:${'a'.repeat(64)}`],
      'chiba@example.com': [three],
    },
  })
})

test('oidc: an issuer, and whom its tokens are for', () => {
  const oidc = (more: string) => `${aPlatformFile}trust: oidc\noidc: { issuer: https://login.example.com${more} }\n`
  expect(trustIn(oidc(''))).toEqual({
    kind: 'oidc',
    issuer: 'https://login.example.com',
    audience: 'norikae',
    claim: 'email',
  })
  expect(trustIn(oidc(', audience: moves, claim: upn'))).toMatchObject({ audience: 'moves', claim: 'upn' })
})

test('names are believed where nothing is said, and keys may be collected before they count', () => {
  expect([trustIn(aPlatformFile), trustIn(`${aPlatformFile}${people}`)]).toEqual([undefined, undefined])
})

test.for<[string, string, readonly string[]]>([
  [
    'an approver without a key',
    signed.replace('  chiba@example.com: { keys: ["', '  # { keys: ["'),
    [
      '13:17  teams.scala.approvers[0]: "chiba@example.com" has no key, and trust is signed; write people: { chiba@example.com: { keys: ["ed25519:…"] } }, as norikae keys show prints it',
    ],
  ],
  [
    'one key of two people',
    signed.replace(three ?? '', one ?? ''),
    ['30:31  people["chiba@example.com"].keys[0]: is the key of aoki@example.com too; each person has their own'],
  ],
  [
    'a key that is none',
    signed.replace(one ?? '', 'ssh-ed25519 AAAA'),
    [
      '28:30  people["aoki@example.com"].keys[0]: "ssh-ed25519 AAAA" is not a public key; write it as norikae keys show prints it: ed25519: and 64 hexadecimal digits',
    ],
  ],
  [
    'nobody’s key',
    `${aPlatformFile}people: { aoki@example.con: { keys: ["${one}"] } }\n`,
    [
      '26:11  people["aoki@example.con"]: is no approver of any team (did you mean aoki@example.com?); add them to one, or take this out',
    ],
  ],
  [
    'a person twice',
    `${aPlatformFile}people: { aoki@example.com: { keys: ["${one}"] }, AOKI@example.com: { keys: ["${two}"] } }\n`,
    ['26:117  people["AOKI@example.com"]: is here already, in other letters; put all keys under one of them'],
  ],
  [
    'what is no person',
    `${aPlatformFile}people: { sre: { keys: ["${one}"] } }\n`,
    ['26:11  people.sre: "sre" is not an address; write one such as aoki@example.com'],
  ],
  [
    'tokens of nobody',
    `${aPlatformFile}trust: oidc\n`,
    ['26:1  trust: is oidc, and nobody vouches for people; write oidc: { issuer: https://login.example.com }'],
  ],
  [
    'an issuer whose keys could be anybody’s',
    `${aPlatformFile}trust: oidc\noidc: { issuer: http://login.example.com }\n`,
    [
      '27:9  oidc.issuer: "http://login.example.com" is not an issuer\'s address; write https://…, as its tokens name it (iss)',
    ],
  ],
])('%s is refused', ([, text, gives]) => expect(problemsIn(text)).toEqual(gives))

test('an issuer on this machine may be asked without TLS', () => {
  expect(problemsIn(`${aPlatformFile}trust: oidc\noidc: { issuer: http://127.0.0.1:9000 }\n`)).toEqual([])
})
