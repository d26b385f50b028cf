import { expect, test } from 'vitest'
import { decide, overtaken } from '../../src/domain/outlook.ts'
import type { VersionDescription } from '../../src/domain/eks-objects.ts'
import type { Schedule } from '../../src/domain/schedule.ts'

/** EKS as it was on 2026-08-22 (endoflife.date/amazon-eks), and with what may come. */

const version = (
  name: string,
  standard: string,
  extended: string,
  more: Partial<VersionDescription> = {},
): VersionDescription => ({
  version: name,
  status: 'STANDARD_SUPPORT',
  endOfStandardSupport: `${standard}T00:00:00.000Z`,
  endOfExtendedSupport: `${extended}T00:00:00.000Z`,
  isDefault: false,
  ...more,
})
const v36 = version('1.36', '2027-08-02', '2028-08-02')
const v35 = version('1.35', '2027-03-27', '2028-03-27', { isDefault: true })
const v34 = version('1.34', '2026-12-02', '2027-12-02')
const v33 = version('1.33', '2026-07-29', '2027-07-29', { status: 'EXTENDED_SUPPORT' })
const v31 = version('1.31', '2025-11-26', '2026-11-26', { status: 'UNSUPPORTED' })
const blue = 'chat-1'
const versions = [v36, v35, v34, v33, v31]

interface Row {
  readonly says: string
  readonly from: string
  readonly at?: string
  readonly next?: string
  readonly target?: Schedule['target']
  readonly of?: readonly VersionDescription[]
  readonly open?: { readonly to?: string }
  readonly supportType?: string
  readonly to?: string
  readonly because: readonly string[]
}

const january = '2027-01-05T01:00:00.000Z'
const april = '2027-04-06T01:00:00.000Z'
const CHEAP = 'extended support costs six times as much'

test.for<Row>([
  {
    says: 'the newest that leaves two quarters',
    from: '1.35',
    to: '1.36',
    because: [
      '1.36 is the newest version, in standard support until 2027-08-02: more than two quarters after the start',
    ],
  },
  {
    says: 'several minors in one hop, with what the old one costs',
    from: '1.33',
    to: '1.36',
    because: [
      '1.36 is the newest version, in standard support until 2027-08-02: more than two quarters after the start',
      "blue's 1.33 is in extended support since 2026-07-29, which costs six times as much; at its end on 2027-07-29 AWS upgrades it by itself",
    ],
  },
  {
    says: 'nothing where blue is at the newest',
    from: '1.36',
    because: [
      'blue is at 1.36 already: 1.36 is the newest version, in standard support until 2027-08-02: more than two quarters after the start',
    ],
  },
  {
    says: 'nothing where no version leaves two quarters, with what that means for blue',
    from: '1.35',
    at: april,
    next: '2027-07-06T01:00:00.000Z',
    because: [
      '1.36 is the newest version, and leaves standard support on 2027-08-02: less than two quarters (until 2027-10-05) after the start, and no newer one stays longer',
      `blue's 1.35 leaves standard support on 2027-03-27, before the next start; ${CHEAP}`,
    ],
  },
  {
    says: 'what becomes of a blue that is not to be in extended support',
    from: '1.35',
    next: april,
    supportType: 'STANDARD',
    to: '1.36',
    because: [
      '1.36 is the newest version, in standard support until 2027-08-02: more than two quarters after the start',
      "blue's 1.35 leaves standard support on 2027-03-27, before the next start; its upgrade policy is STANDARD, so AWS upgrades it by itself then",
    ],
  },
  {
    says: 'the one before the newest',
    from: '1.34',
    at: '2026-09-01T01:00:00Z',
    target: 'n-1',
    to: '1.35',
    because: [
      '1.35 is the version before the newest, in standard support until 2027-03-27: more than two quarters after the start',
    ],
  },
  {
    says: 'a wanted one that ends too soon gives way to the next newer one',
    from: '1.34',
    target: 'n-1',
    to: '1.36',
    because: [
      '1.36 is in standard support until 2027-08-02; 1.35, which is the version before the newest, leaves it on 2027-03-27: less than two quarters after the start',
    ],
  },
  {
    says: "EKS's default",
    from: '1.34',
    at: '2026-09-01T01:00:00Z',
    target: 'default',
    to: '1.35',
    because: [
      "1.35 is EKS's default version, in standard support until 2027-03-27: more than two quarters after the start",
    ],
  },
  {
    says: 'nothing where blue is newer than what is wanted',
    from: '1.36',
    at: '2026-09-01T01:00:00Z',
    target: 'n-1',
    because: [
      'blue is at 1.36, which is newer: 1.35 is the version before the newest, in standard support until 2027-03-27: more than two quarters after the start',
    ],
  },
  {
    says: 'nothing where there is no such version',
    from: '1.36',
    of: [v36],
    target: 'n-1',
    because: ['EKS offers no version in standard support that is the version before the newest'],
  },
  {
    says: 'nothing while an upgrade is open',
    from: '1.35',
    open: { to: '1.36' },
    because: ['an upgrade to 1.36 is open already, and there is one at a time'],
  },
  {
    says: 'nothing while one is open that does not say more',
    from: '1.35',
    open: {},
    because: ['an upgrade is open already, and there is one at a time'],
  },
  {
    says: 'a blue that EKS supports no more',
    from: '1.31',
    to: '1.36',
    because: [
      '1.36 is the newest version, in standard support until 2027-08-02: more than two quarters after the start',
      'EKS no longer supports 1.31, which blue is at',
    ],
  },
  {
    says: 'a blue that EKS does not tell of',
    from: '1.29',
    to: '1.36',
    because: [
      '1.36 is the newest version, in standard support until 2027-08-02: more than two quarters after the start',
      'EKS does not tell of 1.29, which blue is at',
    ],
  },
  {
    says: 'minors are compared as numbers',
    from: '1.9',
    of: [version('1.9', '2027-12-01', '2028-12-01'), version('1.10', '2028-01-01', '2029-01-01')],
    to: '1.10',
    because: [
      '1.10 is the newest version, in standard support until 2028-01-01: more than two quarters after the start',
    ],
  },
])('$says', ({ from, at = january, next, target = 'newest', of = versions, open, supportType, to, because }) => {
  const decision = decide(
    { blue, from, versions: of, ...(open && { open }), ...(supportType !== undefined && { supportType }) },
    { target },
    at,
    next,
  )
  expect(decision).toEqual({ do: to === undefined ? 'nothing' : 'upgrade', ...(to !== undefined && { to }), because })
})

test('nothing where every day is closed', () =>
  expect(decide({ blue, from: '1.35', versions }, { target: 'newest' }, undefined)).toEqual({
    do: 'nothing',
    because: ['every day is closed, so nothing ever starts'],
  }))

test.for([
  { says: 'what was announced is started', from: '1.35', of: versions, gives: undefined },
  {
    says: 'also where a newer version came meanwhile',
    from: '1.35',
    of: [version('1.37', '2028-02-01', '2029-02-01'), ...versions],
    gives: undefined,
  },
  { says: 'not where somebody has upgraded meanwhile', from: '1.36', of: versions, gives: 'blue is at 1.36 by now' },
  {
    says: 'not where somebody is upgrading',
    from: '1.35',
    of: versions,
    open: { to: '1.36' },
    gives: 'an upgrade to 1.36 is open already, and there is one at a time',
  },
  { says: 'not where EKS took it back', from: '1.35', of: [v35], gives: 'EKS does not offer 1.36 any more' },
  {
    says: 'not where its support has ended',
    from: '1.35',
    of: [{ ...v36, status: 'EXTENDED_SUPPORT' }],
    gives: '1.36 is not in standard support any more',
  },
])('$says', ({ from, of, gives, ...more }) => {
  expect(overtaken({ blue, from, versions: of, ...more }, '1.36')).toBe(gives)
})

const newest =
  'blue is at 1.36 already: 1.36 is the newest version, in standard support until 2027-08-02: more than two quarters after the start'

interface Age extends Pick<Row, 'says' | 'from' | 'at' | 'because'> {
  readonly madeAt: string
  readonly days?: number
  readonly to?: string
  readonly upgrade?: string
}

test.for<Age>([
  { says: 'not where the file does not say so', from: '1.36', madeAt: '2020-01-01T00:00:00Z', because: [newest] },
  {
    says: 'not where there is something to upgrade to',
    from: '1.35',
    madeAt: '2020-01-01T00:00:00Z',
    days: 1,
    upgrade: '1.36',
    because: [
      '1.36 is the newest version, in standard support until 2027-08-02: more than two quarters after the start',
    ],
  },
  {
    says: 'on the day on which blue is as old as that',
    from: '1.36',
    madeAt: '2026-07-09T23:59:59Z',
    days: 180,
    to: '1.36',
    because: ['chat-1 was made on 2026-07-09, and is built anew at 1.36 after 180 days', newest],
  },
  {
    says: 'not a day before, with the day from which on',
    from: '1.36',
    madeAt: '2026-07-10T00:00:00Z',
    days: 180,
    because: [newest, 'chat-1 was made on 2026-07-10, and is built anew at 1.36 after 180 days: from 2027-01-06 on'],
  },
  {
    says: 'at its own version where no other leaves two quarters',
    from: '1.36',
    at: april,
    madeAt: '2026-07-01T00:00:00Z',
    days: 180,
    to: '1.36',
    because: [
      'chat-1 was made on 2026-07-01, and is built anew at 1.36 after 180 days',
      '1.36 is the newest version, and leaves standard support on 2027-08-02: less than two quarters (until 2027-10-05) after the start, and no newer one stays longer',
    ],
  },
  ...['1.34', '1.33', '1.29'].map((from) => ({
    says: `not at ${from}, which is not in standard support when it starts`,
    from,
    at: april,
    madeAt: '2026-07-01T00:00:00Z',
    days: 180,
    because: expect.arrayContaining([
      `chat-1 was made on 2026-07-01, and is built anew at ${from} after 180 days; not now, because ${from} is not in standard support at the start`,
    ]) as string[],
  })),
])('a refresh: $says', ({ from, at = january, madeAt, days, to, upgrade, because }) => {
  const wants = { target: 'newest' as const, ...(days !== undefined && { refreshDays: days }) }
  expect(decide({ blue, from, madeAt, versions }, wants, at)).toEqual({
    ...(upgrade === undefined
      ? to === undefined
        ? { do: 'nothing' }
        : { do: 'refresh', to }
      : { do: 'upgrade', to: upgrade }),
    because,
  })
})

test.for([
  { says: 'starts where all is as it was', gives: undefined },
  { says: 'not where somebody built it anew meanwhile', blue: 'chat-2', gives: 'blue is chat-2 by now' },
  { says: 'not where it was upgraded in place', from: '1.36', gives: 'blue is at 1.36 by now' },
  {
    says: 'not while an upgrade is open, by which blue has no name',
    blue: '',
    open: {},
    gives: 'an upgrade is open already, and there is one at a time',
  },
  { says: 'not where its support has ended', of: [v36], gives: 'EKS does not offer 1.35 any more' },
])('a refresh that was announced: $says', ({ blue: now = blue, from = '1.35', of = versions, open, gives }) => {
  expect(overtaken({ blue: now, from, versions: of, ...(open && { open }) }, '1.35', blue)).toBe(gives)
})
