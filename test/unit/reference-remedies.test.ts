import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { appsDoNotWaitForThemselves } from '../../src/config/rules/circles.ts'
import type { Finding } from '../../src/domain/findings.ts'
import type { App } from '../../src/domain/platform.ts'
import { referenceFindings } from '../../src/domain/reference-findings.ts'
import type { Reference } from '../../src/domain/references.ts'
import { anApp, anEnvironment, rule, workload } from '../support/builders.ts'
import { aNamespace } from '../support/found.ts'

/** What people write into the platform file of an app. */
interface Said {
  readonly dependsOn: readonly string[]
  readonly movesWith: readonly string[]
}
type File = Readonly<Record<string, Said>>
/** `[caller, its environment, callee, its environment]` */
type Naming = readonly [string, string, string, string]
interface World {
  readonly environments: Readonly<Record<string, readonly string[]>>
  readonly namings: readonly Naming[]
  /** Run on one side only. */
  readonly singletons?: readonly string[]
}

const appsOf = (file: File, { environments, singletons = [] }: World): App[] =>
  Object.entries(environments).map(([name, its]) =>
    anApp(name, {
      dependsOn: file[name]?.dependsOn ?? [],
      // As it is read: whoever is named names back.
      movesWith: Object.keys(environments).filter(
        (o) => o !== name && (file[name]?.movesWith.includes(o) || file[o]?.movesWith.includes(name)),
      ),
      environments: its.map((e) =>
        anEnvironment(e, {
          namespaces: [`${name}-${e}`],
          routes: [],
          gate: rule(name),
          handovers: singletons.includes(name)
            ? { [`Deployment/${name}-${e}/web`]: { class: 'singleton', downtime: '30s' } }
            : {},
        }),
      ),
    }),
  )

function foundWith(file: File, world: World): Finding[] {
  const at = (name: string, environment: string) => `${name}-${environment}`
  const namespaces = Object.entries(world.environments).flatMap(([name, its]) =>
    its.map((e) => {
      const references = world.namings
        .filter(([caller, of]) => caller === name && of === e)
        .map(([, , there, to]): Reference => ({
          from: `ConfigMap/${at(name, e)}/settings`,
          namespace: at(there, to),
          service: 'web',
        }))
      const web = workload('Deployment', 'web', { behindService: true })
      return aNamespace(at(name, e), {
        references,
        workloads: [{ ...web, ref: { ...web.ref, namespace: at(name, e) } }],
      })
    }),
  )
  return referenceFindings(appsOf(file, world), namespaces)
}

/** The file after somebody did what a remedy says, as far as it says what to write. */
function followed(file: File, { remedy }: Finding): File {
  const now: Record<string, Said> = { ...file }
  const of = (name: string) => now[name] ?? { dependsOn: [], movesWith: [] }
  for (const [, name = '', key = '', list = ''] of remedy.matchAll(
    /apps\.([a-z]+)\.(dependsOn|movesWith): \[([a-z, ]+)\]/g,
  )) {
    const its = of(name)
    const all = [...new Set([...its[key as keyof Said], ...list.split(', ')])]
    now[name] = { ...its, [key]: all }
  }
  for (const [, list = '', name = ''] of remedy.matchAll(/take ([a-z ]+) out of apps\.([a-z]+)\.dependsOn/g)) {
    const taken = list.split(' and ')
    now[name] = { ...of(name), dependsOn: of(name).dependsOn.filter((d) => !taken.includes(d)) }
  }
  return now
}
const refused = (file: File) => appsDoNotWaitForThemselves({ apps: file }).map((flaw) => flaw.message)

const production = (...names: readonly string[]) => Object.fromEntries(names.map((n) => [n, ['production']]))
const calls = (...pairs: readonly (readonly [string, string])[]): Naming[] =>
  pairs.map(([here, there]) => [here, 'production', there, 'production'])

describe('what a finding says can be done, and makes it go', () => {
  test.for<{ says: string; file?: File; world: World; remedies: readonly string[] }>([
    {
      says: 'one calls another',
      world: { environments: production('shop', 'billing'), namings: calls(['shop', 'billing']) },
      remedies: ['say apps.shop.dependsOn: [billing], or movesWith'],
    },
    {
      says: 'two call one another',
      world: {
        environments: production('shop', 'billing'),
        namings: calls(['shop', 'billing'], ['billing', 'shop']),
      },
      remedies: ['say apps.shop.movesWith: [billing]', 'say apps.billing.movesWith: [shop]'],
    },
    {
      says: 'it calls one that waits for it',
      file: { billing: { dependsOn: ['shop'], movesWith: [] } },
      world: { environments: production('shop', 'billing'), namings: calls(['shop', 'billing']) },
      remedies: ['say apps.shop.movesWith: [billing] and take shop out of apps.billing.dependsOn'],
    },
    {
      says: 'it calls one that waits for it by way of a third',
      file: { billing: { dependsOn: ['mid'], movesWith: [] }, mid: { dependsOn: ['shop'], movesWith: [] } },
      world: { environments: production('shop', 'mid', 'billing'), namings: calls(['shop', 'billing']) },
      remedies: [
        'say apps.shop.movesWith: [billing, mid] and take mid out of apps.billing.dependsOn and take shop out of apps.mid.dependsOn',
      ],
    },
    {
      says: 'it calls one whose companion waits for it',
      file: { billing: { dependsOn: [], movesWith: ['ledger'] }, ledger: { dependsOn: ['shop'], movesWith: [] } },
      world: { environments: production('shop', 'billing', 'ledger'), namings: calls(['shop', 'billing']) },
      remedies: ['say apps.shop.movesWith: [billing, ledger] and take shop out of apps.ledger.dependsOn'],
    },
    {
      says: 'it waits for one that runs on one side only',
      file: { shop: { dependsOn: ['billing'], movesWith: [] } },
      world: {
        environments: production('shop', 'billing'),
        namings: calls(['shop', 'billing']),
        singletons: ['billing'],
      },
      remedies: [
        'say apps.shop.movesWith: [billing] and take billing out of apps.shop.dependsOn, or see that shop can wait for it',
      ],
    },
    {
      says: 'it waits for such a one by way of a third',
      file: { shop: { dependsOn: ['mid'], movesWith: [] }, mid: { dependsOn: ['billing'], movesWith: [] } },
      world: {
        environments: production('shop', 'mid', 'billing'),
        namings: calls(['shop', 'billing']),
        singletons: ['billing'],
      },
      remedies: [
        'say apps.shop.movesWith: [billing, mid] and take mid out of apps.shop.dependsOn and take billing out of apps.mid.dependsOn, or see that shop can wait for it',
      ],
    },
  ])('$says', ({ file = {}, world, remedies }) => {
    expect(refused(file)).toEqual([])
    const found = foundWith(file, world)
    expect(found.map((f) => f.remedy)).toEqual(remedies)
    const after = found.reduce(followed, file)
    expect(refused(after)).toEqual([])
    expect(foundWith(after, world)).toEqual([])
  })

  test.for([
    { apps: 30, remedy: /^say apps\.a0\.movesWith: \[(a\d+(, )?){29}\]$/ },
    { apps: 31, remedy: /^more than 30 apps call .*; or waive it, where this is no call$/ },
  ])('in a circle of $apps apps', ({ apps, remedy }) => {
    const all = Array.from({ length: apps }, (_, n) => `a${n}`)
    const world = {
      environments: production(...all),
      namings: calls(...all.map((a, n) => [a, all[(n + 1) % apps] ?? ''] as const)),
    }
    expect(foundWith({}, world)[0]?.remedy).toMatch(remedy)
  })

  const names = ['a', 'b', 'c', 'd', 'e']
  const three = ['test', 'stage', 'production'] as const
  const one = fc.constantFrom(...names)
  const pairs = (most: number) =>
    fc.array(
      fc.tuple(one, one).filter(([a, b]) => a !== b),
      { maxLength: most },
    )
  const anyFile = fc
    .record({ waits: pairs(3), together: pairs(2) })
    .map(({ waits, together }): File => {
      const listed = (all: readonly (readonly [string, string])[], name: string) => [
        ...new Set(all.flatMap(([n, other]) => (n === name ? other : []))),
      ]
      return Object.fromEntries(names.map((n) => [n, { dependsOn: listed(waits, n), movesWith: listed(together, n) }]))
    })
    .filter((file) => refused(file).length === 0)
  const anyWorld = fc.record({
    environments: fc.record(Object.fromEntries(names.map((n) => [n, fc.subarray([...three], { minLength: 1 })]))),
    namings: fc.array(fc.tuple(one, fc.constantFrom(...three), one, fc.constantFrom(...three)), { maxLength: 8 }),
  })
  const toWrite = (file: File, world: World) => foundWith(file, world).filter((f) => f.remedy.startsWith('say '))

  test('of any platform, all at once', () => {
    let mended = 0
    fc.assert(
      fc.property(anyWorld, anyFile, (world, given) => {
        let file = given
        // Who moves with others may have to be waited for anew, by whoever relied on the order that these had.
        for (const _ of names) {
          const found = toWrite(file, world)
          mended += found.length
          file = found.reduce(followed, file)
          expect(refused(file)).toEqual([])
        }
        expect(toWrite(file, world)).toEqual([])
      }),
      { numRuns: 500 },
    )
    expect(mended).toBeGreaterThan(100)
  })

  test('and by the other way that it offers, one at a time', () => {
    let mended = 0
    fc.assert(
      fc.property(anyWorld, anyFile, (world, file) => {
        for (const finding of toWrite(file, world).filter((f) => f.remedy.endsWith(', or movesWith'))) {
          const other = { ...finding, remedy: finding.remedy.replace('dependsOn', 'movesWith') }
          const after = followed(file, other)
          expect(refused(after)).toEqual([])
          expect(foundWith(after, world).map((f) => f.message)).not.toContain(finding.message)
          mended += 1
        }
      }),
      { numRuns: 500 },
    )
    expect(mended).toBeGreaterThan(50)
  })
})
