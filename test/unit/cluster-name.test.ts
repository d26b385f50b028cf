import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { blueAmong, greenName, isNamedAfter } from '../../src/domain/cluster-name.ts'
import type { KubernetesVersion } from '../../src/domain/kubernetes-version.ts'

/** What green is called, and which cluster is blue: wrong here would be a way to the wrong cluster. */

test.for([
  { says: 'its version', blue: 'toy-1-35', to: '1.36', green: 'toy-1-36' },
  { says: 'a number where blue has that version', blue: 'toy-1-35', to: '1.35', green: 'toy-1-35-r2' },
  { says: 'the next number after that', blue: 'toy-1-35-r2', to: '1.35', green: 'toy-1-35-r3' },
  { says: 'a number, and no digit more', blue: 'toy-1-35-r9', to: '1.35', green: 'toy-1-35-r10' },
  { says: 'its version after refreshes of the one before', blue: 'toy-1-35-r2', to: '1.36', green: 'toy-1-36' },
  { says: 'the first where blue was raised in place', blue: 'toy-1-35', to: '1.36', green: 'toy-1-36' },
  { says: 'a number where blue was taken back in place', blue: 'toy-1-36', to: '1.36', green: 'toy-1-36-r2' },
  { says: 'the first beside a blue with a name of its own', blue: 'old', to: '1.35', green: 'toy-1-35' },
  { says: 'no other version that begins alike', blue: 'toy-1-35', to: '1.3', green: 'toy-1-3' },
] satisfies { says: string; blue: string; to: KubernetesVersion; green: string }[])(
  'green is called after $says',
  ({ blue, to, green }) => expect(greenName('toy', to, blue)).toBe(green),
)

test('green never has the name of a former blue, and always one of its platform that EKS takes', () => {
  const steps = fc.array(fc.nat({ max: 2 }), { maxLength: 12 })
  const platforms = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/)
  fc.assert(
    fc.property(platforms, steps, (platform, minors) => {
      const seen = ['old']
      let minor = 30
      for (const more of minors) {
        minor += more
        const green = greenName(platform, `1.${minor}`, seen.at(-1) ?? '')
        expect(seen).not.toContain(green)
        expect(isNamedAfter(platform, green)).toBe(true)
        expect(green).toMatch(/^[0-9A-Za-z][\w-]{0,99}$/)
        seen.push(green)
      }
    }),
    { numRuns: 50 },
  )
})

test.for(['toy-1-35', 'toy-1-35-r2', 'toy-1-9-r12'])('%s is of toy', (name) =>
  expect(isNamedAfter('toy', name)).toBe(true),
)
test.for([
  'toy-1-1-35',
  'toy-1-1-35-r2',
  'toy-1-35-2',
  'toy-1-35-r',
  'toy-1-35-r0',
  'toy-1-35-rc1',
  'toys-1-35',
  'toy-',
])('%s is not', (name) => expect(isNamedAfter('toy', name)).toBe(false))

const fault = (text: string) => ({ fault: expect.stringContaining(text) as string })

test.for([
  { says: 'the only one', there: ['toy-1-35', 'other-1-36'], gives: 'toy-1-35' },
  { says: 'the only one, also at what green is to be', there: ['toy-1-35'], to: '1.35', gives: 'toy-1-35' },
  { says: 'the only one, of which others were', there: ['toy-1-35-r2'], to: '1.36', gives: 'toy-1-35-r2' },
  { says: 'the older one beside a green', there: ['toy-1-35', 'toy-1-36'], to: '1.36', gives: 'toy-1-35' },
  { says: 'the older one, refreshed', there: ['toy-1-36', 'toy-1-35-r2'], to: '1.36', gives: 'toy-1-35-r2' },
  { says: 'what the file says', there: ['toy-1-35', 'old'], blue: 'old', gives: 'old' },
  { says: 'what the file says of two', there: ['toy-1-35', 'toy-1-35-r2'], blue: 'toy-1-35', gives: 'toy-1-35' },
  { says: 'not what is not there', there: ['toy-1-35'], blue: 'old', gives: fault('there is no such cluster') },
  { says: 'none', there: ['old'], gives: fault('no cluster is called toy-<version>, as toy-1-35') },
  ...[
    { says: 'one and its refresh', there: ['toy-1-35', 'toy-1-35-r2'], to: '1.35' as const },
    { says: 'one and its refresh, with a newer to come', there: ['toy-1-35', 'toy-1-35-r2'], to: '1.36' as const },
    { says: 'one and a newer one, where it is to be refreshed', there: ['toy-1-35', 'toy-1-36'], to: '1.35' as const },
    { says: 'a refresh of what green is to be', there: ['toy-1-36', 'toy-1-36-r2'], to: '1.36' as const },
    { says: 'two, and none to come', there: ['toy-1-35', 'toy-1-36'] },
    { says: 'two, and a third to come', there: ['toy-1-34', 'toy-1-35'], to: '1.36' as const },
  ].map((row) => ({
    ...row,
    gives: { ...fault(`${row.there.join(' and ')} are called after toy; say in the platform file`), among: row.there },
  })),
] satisfies { says: string; there: string[]; to?: KubernetesVersion; blue?: string; gives: unknown }[])(
  'blue is $says',
  ({ there, gives, ...more }) => {
    const { to, blue } = { to: undefined, blue: undefined, ...more }
    expect(blueAmong(there, 'toy', to, blue)).toEqual(gives)
  },
)
