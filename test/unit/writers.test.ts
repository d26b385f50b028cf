import { expect, test } from 'vitest'
import { lastWriter, writesRecords, writesRule, type Written } from '../../src/domain/writers.ts'

const own = 'arn:aws:iam::123456789012:role/platform/norikae'
const session = (role: string) => `arn:aws:sts::123456789012:assumed-role/${role}/ci`
const at = (minute: number, by: string, ruleArn = 'arn:r'): Written => ({
  at: `2026-11-24T04:0${minute}:00.000Z`,
  by,
  parameters: { ruleArn },
})

test.for([
  ['nobody', [], undefined],
  ['Norikae alone, whose role has a path that no session names', [at(1, session('norikae'))], undefined],
  ['others, on another rule', [at(1, session('terraform'), 'arn:other')], undefined],
  [
    'two others before Norikae',
    [at(1, session('terraform')), at(2, session('admin')), at(3, session('norikae'))],
    `${session('admin')} at 2026-11-24T04:02:00.000Z`,
  ],
  [
    'a user',
    [at(1, 'arn:aws:iam::123456789012:user/aoki')],
    'arn:aws:iam::123456789012:user/aoki at 2026-11-24T04:01:00.000Z',
  ],
  [
    'a role of that name in another account',
    [at(1, 'arn:aws:sts::210987654321:assumed-role/norikae/ci')],
    'arn:aws:sts::210987654321:assumed-role/norikae/ci at 2026-11-24T04:01:00.000Z',
  ],
] as const)('who wrote it last, where it was %s', ([, calls, expected]) => {
  expect(lastWriter(calls, writesRule('arn:r'), own)).toBe(expected)
})

const changes = (...names: readonly string[]) => ({
  hostedZoneId: '/hostedzone/Z1',
  changeBatch: { changes: names.map((name) => ({ action: 'UPSERT', resourceRecordSet: { name, type: 'A' } })) },
})

test.for([
  ['its name, as Route 53 writes it', changes('legacy.example.com.'), true],
  ['its name among others', changes('www.example.com', 'legacy.example.com'), true],
  ['another name', changes('www.example.com'), false],
  ['another zone', { ...changes('legacy.example.com'), hostedZoneId: 'Z2' }, false],
  ['nothing', {}, false],
] as const)('a batch that has %s', ([, parameters, expected]) => {
  expect(writesRecords('Z1', 'legacy.example.com')(parameters)).toBe(expected)
})
