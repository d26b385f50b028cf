import { describe, expect, test } from 'vitest'
import { aPlatformFile, changed, problemsIn } from './a-platform-file.ts'

describe('what YAML allows and a platform file does not', () => {
  test.for([
    {
      says: 'a key written twice',
      from: 'platform: chat\n',
      to: 'platform: chat\nplatform: chat\n',
      gives: ['3:1  platform: is written twice; the first is on line 2'],
    },
    {
      says: 'a name written twice',
      from: '  scala:\n',
      to: '  sre: { approvers: [a@example.com, b@example.com] }\n  scala:\n',
      gives: ['12:3  teams.sre: is written twice; the first is on line 10'],
    },
    {
      says: 'a tab',
      from: '  scala:\n    approvers: [chi',
      to: '  scala:\n\tapprovers: [chi',
      gives: ['13:1  is not YAML: a tab indents; write spaces'],
    },
    {
      says: 'a colon too many',
      from: 'platform: chat\n',
      to: 'platform: chat: prod\n',
      gives: ['2:11  is not YAML: a second ": " on one line; put the value in quotes, or the key on a line of its own'],
    },
    {
      says: 'two quotes that are not closed',
      from: 'platform: chat\n',
      to: 'platform: "chat\n',
      gives: ['2:16  is not YAML: Missing closing "quote'],
    },
    {
      says: 'a bracket that is not closed',
      from: '[chiba@example.com]',
      to: '[chiba@example.com',
      gives: ['14:1  is not YAML: the indentation does not fit, or a bracket is not closed'],
    },
    {
      says: 'a line that is no key',
      from: 'platform: chat\n',
      to: 'platform\n',
      gives: ['2:1  is not YAML: a key goes over several lines; a ":" may be missing'],
    },
    {
      says: 'several mistakes',
      from: 'platform: chat\naccount: "123456789012"\n',
      to: 'platform: chat: prod\naccount: a: b\n',
      gives: [
        '2:11  is not YAML: a second ": " on one line; put the value in quotes, or the key on a line of its own',
        '3:10  is not YAML: a second ": " on one line; put the value in quotes, or the key on a line of its own',
      ],
    },
    {
      says: 'a second document',
      from: 'platform: chat\n',
      to: 'platform: chat\n---\n',
      gives: [
        '1:1  account: is missing; write its 12 digits in quotes, such as "123456789012"',
        '1:1  region: is missing; write its code, such as ap-northeast-1',
        '1:1  health: is missing; write { prometheus: { url: http://prometheus.monitoring:9090 } }',
        '1:1  teams: is missing; write { sre: { approvers: [aoki@example.com, baba@example.com] } }',
        '1:1  platformTeam: is missing; write a-z, 0-9 and "-", at most 63 characters, such as sre',
        '1:1  environments: is missing; write { test: {}, production: {} }',
        '3:1  a second document begins here; write one platform a file',
      ],
    },
    {
      says: 'a merge key',
      from: '  scala:\n',
      to: '  scala:\n    <<: { notify: {} }\n',
      gives: ['13:5  teams.scala["<<"]: merge keys are not read; write out what they add'],
    },
    {
      says: 'a custom tag',
      from: 'region: ap-northeast-1',
      to: 'region: !region ap-northeast-1',
      gives: ['4:17  region: the tag !region is not read; take it out'],
    },
    {
      says: 'a tag for bytes',
      from: 'region: ap-northeast-1',
      to: 'region: !!binary YQ==',
      gives: [
        '4:1  region: a mapping is not an AWS region; write its code, such as ap-northeast-1',
        '4:18  region: the tag tag:yaml.org,2002:binary is not read; take it out',
      ],
    },
    {
      says: 'an alias without an anchor',
      from: 'approvers: [chiba@example.com]',
      to: 'approvers: *everybody',
      gives: ['13:16  teams.scala.approvers: no anchor &everybody comes before this alias'],
    },
    {
      says: 'an alias inside of what it repeats',
      from: 'approvers: [chiba@example.com]',
      to: 'approvers: &a [*a]',
      gives: ['13:20  teams.scala.approvers[0]: this alias is inside what it repeats'],
    },
    {
      says: 'a list as a key',
      from: 'platform: chat\n',
      to: 'platform: chat\n? [a]\n: b\n',
      gives: ['3:3  a key is a plain name, not a list, a mapping or an alias'],
    },
    {
      says: 'a key without a name',
      from: 'platform: chat\n',
      to: 'platform: chat\n: b\n',
      gives: ['3:1  nothing is no name for a key'],
    },
    {
      says: 'a key that JavaScript keeps for itself',
      from: 'platform: chat\n',
      to: 'platform: chat\n__proto__: b\n',
      gives: ['3:1  "__proto__" is no name for a key'],
    },
    {
      says: 'YAML 1.1',
      from: 'apiVersion: norikae.io/v1\n',
      to: '%YAML 1.1\n---\napiVersion: norikae.io/v1\n',
      gives: ['1:1  is YAML 1.1, where 1.2 is read; take the %YAML line out'],
    },
    {
      says: 'a control character',
      from: 'chiba@',
      to: 'chi\u0007ba@',
      gives: ['13:20  has the control character \\u0007; take it out'],
    },
    {
      says: 'a control character in a comment',
      from: 'platform: chat\n',
      to: 'platform: chat # \u001b[2J\n',
      gives: ['2:18  has the control character \\u001b; take it out'],
    },
    {
      says: 'what turns the reading round',
      from: 'chiba@',
      to: 'chi\u202eba@',
      gives: ['13:20  has the control character \\u202e; take it out'],
    },
    {
      says: 'a control character by an escape',
      from: 'http://prometheus:9090',
      to: '"http://x\\u0007y"',
      gives: [
        '6:17  health.prometheus.url: "http://x\\u0007y" is not an address on the web; write http://… or https://…',
        '6:22  health.prometheus.url: "http://x\\u0007y" has a control character; take it out',
      ],
    },
  ])('$says', ({ from, to, gives }) => expect(problemsIn(changed(from, to))).toEqual(gives))
})

const MIB = 1024 * 1024
describe('texts that are no platform file', () => {
  test.for([
    { says: 'an empty one', text: '', gives: '1:1  is empty; begin with apiVersion: norikae.io/v1' },
    { says: 'comments alone', text: '# soon\n', gives: '1:1  is empty; begin with apiVersion: norikae.io/v1' },
    { says: 'prose', text: '\nmove it all', gives: '2:1  is not a mapping; begin with apiVersion: norikae.io/v1' },
    { says: 'a list', text: '- a: 1\n', gives: '1:1  is not a mapping; begin with apiVersion: norikae.io/v1' },
    {
      says: 'over 1 MiB',
      text: '#'.repeat(MIB + 1),
      gives: '1:1  has 1048577 bytes; a platform file has at most 1048576 (1 MiB), because most is discovered',
    },
    { says: 'brackets without end', text: '{'.repeat(MIB), gives: '1:33  brackets are nested more than 32 deep' },
    {
      says: 'aliases that multiply',
      text: `a: &a [${'x,'.repeat(9)}]\n${['ab', 'bc', 'cd', 'de'].map(([a, b]) => `${b}: &${b} [${`*${a},`.repeat(9)}]`).join('\n')}`,
      gives: '1:1  its aliases expand to too much; write out what they repeat',
    },
    {
      says: 'aliases by the thousand',
      text: `a: &a x\nb: [${'*a,'.repeat(1000)}]`,
      gives: '2:305  has more than 100 aliases; write out what they repeat',
    },
  ])('$says', ({ text, gives }) => expect(problemsIn(text)).toEqual([gives]))

  test.for([
    ['dashes', '- '],
    ['question marks', '? '],
    ['keys written twice', 'a: 1\n'],
    ['quotes', '"'],
    ['anchors', '&a '],
  ] as const)('100,000 characters of %s are answered all the same', ([, piece]) =>
    expect(problemsIn(piece.repeat(100_000 / piece.length)).length).toBeGreaterThan(0),
  )
})

test('an alias is read, and what is wrong in it is where it is written', () => {
  const twice = changed(
    '      worker: { handover: consumer, idempotent: true }\n',
    '      worker: &w { handover: consumer, idempotent: 1 }\n      other: *w\n',
  )
  const says = 'idempotent: 1 is not true or false; write true if one message may be worked on twice, else false'
  expect(problemsIn(twice)).toEqual([
    `22:40  apps.api.workloads.worker.${says}`,
    `22:40  apps.api.workloads.other.${says}`,
  ])
})

test.for([
  ['a byte order mark', aPlatformFile.replace(/^/, '\u{feff}')],
  ['line ends of Windows', aPlatformFile.replaceAll('\n', '\r\n')],
  ['YAML 1.2 by name', `%YAML 1.2\n---\n${aPlatformFile}`],
  ['a core tag', changed('"123456789012"', '!!str 123456789012')],
] as const)('%s is read', ([, text]) => expect(problemsIn(text)).toEqual([]))
