import { expect, test } from 'vitest'
import { supportFindings } from '../../src/domain/support-findings.ts'

/** EKS's versions as of 2026-11-24, and days on both sides of each limit. */

const standard = 'STANDARD_SUPPORT'
const version = (name: string, status: string, endStandard: string, endExtended: string) => ({
  version: name,
  status,
  endOfStandardSupport: `${endStandard}T00:00:00.000Z`,
  endOfExtendedSupport: `${endExtended}T00:00:00.000Z`,
  isDefault: false,
})
const versions = [
  version('1.37', standard, '2027-12-01', '2028-12-01'),
  version('1.36', standard, '2027-08-02', '2028-08-02'),
  version('1.35', standard, '2027-03-27', '2028-03-27'),
  version('1.34', standard, '2026-12-02', '2027-12-02'),
  version('1.33', 'EXTENDED_SUPPORT', '2026-07-29', '2027-07-29'),
  version('1.31', 'UNSUPPORTED', '2025-11-26', '2026-11-23'),
]

const found = (from: string, to: string, now = '2026-11-24T00:00:00Z', supportType?: string) =>
  supportFindings(
    { name: 'blue', version: from, ...(supportType !== undefined && { supportType }) },
    { name: 'green', version: to },
    versions,
    now,
  )

test.for<{ says: string; from: string; to: string; now?: string; are: readonly string[] }>([
  { says: 'blue has half a year, green longer', from: '1.35', to: '1.37', are: ['info support-ends blue'] },
  { says: 'one minor', from: '1.36', to: '1.37', are: ['info support-ends blue', 'info in-place-would-do blue'] },
  { says: 'a refresh', from: '1.37', to: '1.37', are: ['info support-ends blue'] },
  { says: 'blue has eight days', from: '1.34', to: '1.36', are: ['warning support-ends blue'] },
  { says: 'blue has 91 days', from: '1.34', to: '1.36', now: '2026-09-02T00:00:00Z', are: ['info support-ends blue'] },
  {
    says: 'blue has 90 days',
    from: '1.34',
    to: '1.36',
    now: '2026-09-03T00:00:00Z',
    are: ['warning support-ends blue'],
  },
  { says: 'blue is in extended support', from: '1.33', to: '1.36', are: ['warning support-ends blue'] },
  { says: 'blue is not supported', from: '1.31', to: '1.36', are: ['warning support-ends blue'] },
  { says: 'EKS does not tell of blue', from: '1.29', to: '1.36', are: ['warning support-ends blue'] },
  {
    says: 'green has less than two quarters',
    from: '1.33',
    to: '1.35',
    are: ['warning support-ends blue', 'warning target-support green'],
  },
  {
    says: 'green would be in extended support',
    from: '1.31',
    to: '1.33',
    are: ['warning support-ends blue', 'warning target-support green'],
  },
])('$says: what is told of support', ({ from, to, now, are }) => {
  expect(found(from, to, now).map((f) => `${f.level} ${f.code} ${f.about}`)).toEqual(are)
})

test('days and dollars are in the words', () => {
  const [soon] = found('1.34', '1.36')
  expect(soon?.message).toBe(
    '1.34 leaves standard support on 2026-12-02, in 8 days; from then on it costs $0.60 an hour instead of $0.10, $365 more a month',
  )
  expect(found('1.34', '1.36', '2026-12-01T00:00:00Z')[0]?.message).toContain('in 1 day;')
  expect(found('1.34', '1.36', undefined, 'STANDARD')[0]?.message).toMatch(
    /in 8 days; its upgrade policy is STANDARD: /,
  )
  expect(found('1.33', '1.36')[0]?.message).toBe(
    '1.33 is in extended support since 2026-07-29, which costs $0.60 an hour instead of $0.10, $365 more a month; at its end on 2027-07-29, in 247 days, AWS upgrades its control plane by itself, at a time of its own',
  )
})
