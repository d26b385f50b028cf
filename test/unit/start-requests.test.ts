import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { preparingActivities } from '../../src/activities/preparing.ts'
import type { UpgradeRequest } from '../../src/domain/messages.ts'
import { requestFaults, scheduledFaults } from '../../src/domain/requests.ts'
import { teamTold } from '../../src/domain/scheduled.ts'
import { ending } from '../support/driven.ts'
import { nobody } from '../support/nobody.ts'
import { aPlatformFile } from './config/a-platform-file.ts'

/** Whatever is typed into the one-payload form of Temporal's UI: a start, or every reason why it is none. */

const upgrades = [
  { platform: 'chat', to: '1.36', by: 'aoki@example.com' },
  { platform: 'chat-prod', to: '1.36', by: 'aoki@example.com', file: aPlatformFile, proof: 'x'.repeat(80) },
]
const schedules = [{ platform: 'chat' }, { platform: 'chat', tells: { team: 'sre', slack: '#sre' } }]

const known = ['platform', 'to', 'by', 'file', 'proof', 'tells', 'team']
const strange = ['Platform', 'to ', '', '__proto__', 'constructor', 'toString', '\u{7}', '\u{202e}to', 'k'.repeat(500)]
const keys = fc.constantFrom(...known, ...strange)
const texts = fc.oneof(
  fc.constantFrom('1.36', '1.036', 'v1.36', '1.36 ', '１.36', '../chat', 'chat\n', 'CHAT', '', 'x'.repeat(40)),
  fc.constantFrom(
    'x'.repeat(41),
    'あ'.repeat(300),
    'p'.repeat(8001),
    '\u{d800}',
    '\u{202e}',
    '{{',
    'null',
    '-r2',
    'a-',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const values = fc.oneof(
  texts,
  fc.constantFrom<unknown>(null, 0, -1, 1.36, true, [], {}, ['1.36']),
  fc.jsonValue({ maxDepth: 2 }),
)
/** Undefined: the field is taken out. */
const changes = fc.array(fc.tuple(keys, fc.option(values, { nil: undefined, freq: 4 })), { minLength: 1, maxLength: 4 })

function changed(base: object, all: readonly (readonly [string, unknown])[]): object {
  const entries = new Map<string, unknown>(Object.entries(base))
  for (const [key, value] of all) {
    if (value === undefined) entries.delete(key)
    else entries.set(key, value)
  }
  // As JSON has it: also `__proto__` is a field like any other.
  return JSON.parse(
    `{${[...entries].map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join(',')}}`,
  ) as object
}
const mutated = (bases: readonly object[]) =>
  fc.oneof(
    {
      weight: 30,
      arbitrary: fc.tuple(fc.constantFrom(...bases), changes).map(([base, all]): unknown => changed(base, all)),
    },
    { weight: 1, arbitrary: values },
    { weight: 1, arbitrary: fc.constantFrom(...bases).map((base): unknown => [base]) },
    { weight: 1, arbitrary: fc.constantFrom(...bases).map((base): unknown => JSON.stringify(base)) },
  )

const isText = (it: unknown): it is string => typeof it === 'string' && it !== ''
const entriesOf = (it: unknown) =>
  typeof it === 'object' && it !== null && !Array.isArray(it) ? new Map(Object.entries(it)) : undefined
const isName = (it: unknown) => isText(it) && it.length <= 40 && /^[a-z0-9-]+$/.test(it) && !/^-|-$/.test(it)

/** What a start is, said once more, and otherwise. */
function starts(request: unknown): boolean {
  const all = entriesOf(request)
  if (!all) return false
  const [to, by, file, proof] = ['to', 'by', 'file', 'proof'].map((key) => all.get(key))
  const known = [...all.keys()].every((key) => ['platform', 'to', 'by', 'file', 'proof'].includes(key))
  const minor = isText(to) && to.startsWith('1.') ? to.slice(2) : ''
  return (
    known &&
    isName(all.get('platform')) &&
    /^\d{1,3}$/.test(minor) &&
    String(Number(minor)) === minor &&
    isText(by) &&
    by.length <= 200 &&
    (file === undefined || typeof file === 'string') &&
    (proof === undefined || (typeof proof === 'string' && proof.length <= 8000))
  )
}
function startsBySchedule(request: unknown): boolean {
  const all = entriesOf(request)
  const tells = entriesOf(all?.get('tells'))
  const ofTells = new Set(['team', 'slack', 'webhook'])
  return (
    all !== undefined &&
    [...all.keys()].every((key) => ['platform', 'tells'].includes(key)) &&
    isName(all.get('platform')) &&
    (!all.has('tells') ||
      (tells !== undefined && tells.has('team') && [...tells].every(([k, v]) => ofTells.has(k) && isText(v))))
  )
}

/** Each names what it is about, and can be read in a terminal. */
function areReasons(faults: readonly string[], request: unknown): void {
  const own = [...(entriesOf(request)?.keys() ?? [])]
  for (const fault of faults) {
    expect(fault).not.toMatch(/[\p{Cc}\p{Cs}\u{202a}-\u{202e}]/u)
    expect(fault.length).toBeLessThan(700)
    const named = ['platform', 'to', 'by', 'file', 'proof', 'tells', 'the input'].some((name) => fault.startsWith(name))
    const unknown = fault.includes(' is not one of ') && own.length > 0
    expect(named || unknown, fault).toBe(true)
  }
}

test.each([
  ['an upgrade', mutated(upgrades), requestFaults, starts],
  ['a scheduled upgrade', mutated(schedules), scheduledFaults, startsBySchedule],
] as const)(
  'of ten thousand mutated starts of %s each is one, or refused with reasons that name the field',
  (_, some, faultsOf, isOne) => {
    const count = { starts: 0, refused: 0 }
    fc.assert(
      fc.property(some, (request) => {
        const faults = faultsOf(request)
        expect(faults.length === 0, JSON.stringify(request)).toBe(isOne(request))
        areReasons(faults, request)
        count[faults.length === 0 ? 'starts' : 'refused'] += 1
        // Told to whoever it says, if it says anybody.
        const told = teamTold(request)
        expect(told === undefined || told.platformTeam in told.teams).toBe(true)
      }),
      { numRuns: 10_000, seed: 36 },
    )
    // Neither all of one kind.
    expect(Math.min(count.starts, count.refused)).toBeGreaterThan(100)
  },
)

test('what is refused has asked nothing of the outside', async () => {
  const { outside, asked } = nobody()
  const { prepare } = preparingActivities(outside)
  const workflow = { type: 'clusterUpgrade', id: 'cluster-upgrade/chat' }
  await fc.assert(
    fc.asyncProperty(mutated(upgrades), async (request) => {
      fc.pre(!starts(request))
      const { type, message } = await ending(prepare, request as UpgradeRequest, { workflow })
      expect([type, message]).toEqual(['InvalidInput', expect.stringMatching(/\nNothing was started$/)])
      expect(asked).toEqual([])
    }),
    { numRuns: 300, seed: 36 },
  )
})
