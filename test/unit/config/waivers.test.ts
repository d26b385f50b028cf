import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readPlatformFile } from '../../../src/config/read.ts'
import { changed, problemsIn } from './a-platform-file.ts'

const aWaiver = {
  code: 'scaled-job',
  about: 'ScaledJob/shop/importer',
  reason: 'moved by hand',
  until: '2026-12-31',
  by: 'aoki@example.com',
}
const withWaivers = (...waivers: readonly object[]) =>
  changed(
    'platformTeam: sre',
    `platformTeam: sre\nwaivers:\n${waivers.map((w) => `  - ${JSON.stringify(w)}`).join('\n')}`,
  )

test('a waiver is read as it is written, by whoever of the platform team in any letters', () => {
  const read = readPlatformFile(withWaivers(aWaiver, { ...aWaiver, about: 'x', by: 'Baba@example.com' }), 'x.yaml')
  expect(read.ok && read.file.waivers).toEqual([aWaiver, { ...aWaiver, about: 'x', by: 'Baba@example.com' }])
})

test.for([
  {
    says: 'what would run twice',
    waivers: [{ ...aWaiver, code: 'handover-undeclared' }],
    gives: [
      '16:6  waivers[0].code: "handover-undeclared" cannot be waived: what may run once could run on both sides, or on none; mend it',
    ],
  },
  {
    says: 'a code that there is not',
    waivers: [{ ...aWaiver, code: 'scaled-jobs' }],
    gives: ['16:6  waivers[0].code: "scaled-jobs" is no code of a blocker (did you mean scaled-job?)'],
  },
  {
    says: 'by somebody of another team',
    waivers: [{ ...aWaiver, by: 'chiba@example.com' }],
    gives: [
      '16:106  waivers[0].by: "chiba@example.com" is no approver of "sre", the platform team, who alone may waive',
    ],
  },
  {
    says: 'the same twice',
    waivers: [aWaiver, { ...aWaiver, reason: 'again' }],
    gives: ['17:5  waivers[1]: waives what waivers[0] waives already; keep one of them'],
  },
  {
    says: 'without a reason, until no day, and with something else',
    waivers: [
      { code: 'scaled-job', about: 'x', reason: ' ', until: '2026-02-30', by: 'aoki@example.com', force: true },
    ],
    gives: [
      '16:38  waivers[0].reason: " " is not a reason; write why the upgrade may go on',
      '16:51  waivers[0].until: "2026-02-30" is on no calendar',
      expect.stringMatching(/^16:\d+ {2}waivers\[0\]\.force: /),
    ],
  },
  {
    says: 'until a time in no zone',
    waivers: [{ ...aWaiver, until: '2026-12-31T18:00' }],
    gives: [
      '16:85  waivers[0].until: "2026-12-31T18:00" is not a day or a time; write one such as 2026-12-31 or 2026-12-31T18:00:00+09:00',
    ],
  },
  {
    says: 'nothing',
    waivers: [{}],
    gives: expect.arrayContaining([expect.stringContaining('waivers[0].code: is missing')]),
  },
])('waiving $says is refused', ({ waivers, gives }) => expect(problemsIn(withWaivers(...waivers))).toEqual(gives))

test('what the how-to has people write is read', () => {
  const page = readFileSync(new URL('../../../docs/how-to/waive-a-blocker.md', import.meta.url), 'utf8')
  const [, yaml = ''] = /^```yaml\n(.*?)^```$/ms.exec(page) ?? []
  expect(yaml).toContain('waivers:')
  expect(problemsIn(changed('platformTeam: sre', `platformTeam: sre\n${yaml.trimEnd()}`))).toEqual([])
})
