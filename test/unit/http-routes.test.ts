import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  hasBackend,
  notServed,
  rulesOf,
  shareIn,
  withOnlySide,
  withShare,
  type Backends,
  type Rules,
} from '../../src/domain/http-routes.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'

const HOME = 'edge'
const backends: Backends = {
  blue: { kind: 'Service', namespace: HOME, name: 'web-blue' },
  green: { kind: 'Service', namespace: HOME, name: 'web-green' },
}
const ref = (name: string, weight?: number, more: object = {}) => ({
  name,
  port: 80,
  ...(weight !== undefined && { weight }),
  ...more,
})
const rule = (...backendRefs: readonly object[]) => ({ matches: [{ path: { value: '/' } }], backendRefs })
const read = (...rules: Rules) => {
  const { share, odd } = shareIn(rules, backends, HOME)
  return odd ?? share
}

describe('green’s share', () => {
  test.for([
    { says: 'blue alone', rules: [rule(ref('web-blue'))], reads: 'closed' },
    {
      says: 'green at 0 beside a weight that nobody wrote',
      rules: [rule(ref('web-blue'), ref('web-green', 0))],
      reads: 0,
    },
    {
      says: 'weights that count relative to one another',
      rules: [rule(ref('web-blue', 3), ref('web-green', 1))],
      reads: 25,
    },
    { says: 'green alone', rules: [rule(ref('web-green'))], reads: 100 },
    {
      says: 'several rules that say the same',
      rules: [rule(ref('web-blue', 1), ref('web-green', 1)), rule(ref('web-blue', 50), ref('web-green', 50))],
      reads: 50,
    },
    {
      says: 'rules of others beside it',
      rules: [rule(ref('other')), { filters: [{ type: 'RequestRedirect' }] }, rule(ref('web-blue'))],
      reads: 'closed',
    },
    { says: 'others at 0', rules: [rule(ref('web-blue'), ref('old', 0))], reads: 'closed' },
    {
      says: 'green at 0 in one rule, and not in another',
      rules: [rule(ref('web-blue'), ref('web-green', 0)), rule(ref('web-blue'))],
      reads: 'closed',
    },
    {
      says: 'green with something in one rule, and not in another',
      rules: [rule(ref('web-blue'), ref('web-green', 1)), rule(ref('web-blue'))],
      reads: 'has another share in one rule than in another',
    },
    { says: 'somebody else', rules: [rule(ref('web-blue'), ref('canary', 1))], reads: 'serves Service canary too' },
    { says: 'nobody', rules: [rule(ref('web-blue', 0))], reads: 'serves nobody in one of its rules' },
    { says: 'neither side', rules: [rule(ref('other'))], reads: 'serves neither blue nor green' },
    {
      says: 'blue by two ports',
      rules: [rule(ref('web-blue', 1), ref('web-blue', 1, { port: 81 }))],
      reads: 'names one backend twice in a rule',
    },
    {
      says: 'the same name of another kind or namespace, which is somebody else',
      rules: [
        rule(ref('web-blue'), ref('web-green', 0, { namespace: 'b' }), ref('web-green', 0, { kind: 'ServiceImport' })),
      ],
      reads: 'closed',
    },
    { says: 'its own namespace, said', rules: [rule(ref('web-blue', 1, { namespace: HOME }))], reads: 'closed' },
  ])('is read of $says', ({ rules, reads }) => {
    expect(read(...rules)).toBe(reads)
  })
})

describe('whatever is written, to whatever was there', () => {
  const weight = fc.integer({ min: 0, max: 100 })
  const others = fc.array(fc.record({ name: fc.constantFrom('old', 'canary'), weight: fc.constant(0), port: weight }), {
    maxLength: 3,
  })
  const ours = fc
    .tuple(others, others, fc.option(fc.array(fc.record({ type: fc.constant('X') })), { nil: undefined }))
    .map(([a, b, filters]) => rule(...a, ref('web-blue', 1, filters && { filters }), ...b))
  const theirs = fc.oneof(
    others.map((refs) => rule(...refs, ref('other', 7))),
    fc.constant({ filters: [{ type: 'RequestRedirect' }] }),
  )
  const routes = fc
    .tuple(fc.array(fc.oneof(theirs, ours), { maxLength: 3 }), ours)
    .map(([some, one]): Rules => [...some, one])
  const done = (rules: Rules, to: number) => withShare(rules, backends, HOME, to)

  test('it is read back', () => {
    fc.assert(
      fc.property(routes, fc.array(weight, { minLength: 1, maxLength: 5 }), (rules, all) => {
        const end = all.reduce(done, rules)
        expect(shareIn(end, backends, HOME)).toEqual({ share: all.at(-1) })
      }),
    )
  })

  test('everything else is where it was and as it was, and no rule sums to zero', () => {
    const untouched = (rules: Rules) =>
      rules.map((r) => ({
        ...r,
        backendRefs: ((r as { backendRefs?: { name: string }[] }).backendRefs ?? []).filter(
          (b) => !b.name.startsWith('web-'),
        ),
      }))
    const sums = (rules: Rules) =>
      rules.flatMap((r) => {
        const refs = (r as { backendRefs?: { name: string; weight: number }[] }).backendRefs ?? []
        return refs.some((b) => b.name.startsWith('web-')) ? [refs.reduce((sum, b) => sum + b.weight, 0)] : []
      })
    fc.assert(
      fc.property(routes, weight, fc.constantFrom('blue' as const, 'green' as const), (rules, to, side) => {
        for (const written of [done(rules, to), withOnlySide(done(rules, to), backends, HOME, side)]) {
          expect(untouched(written)).toEqual(untouched(rules))
          expect(sums(written).filter((sum) => sum <= 0)).toEqual([])
        }
      }),
    )
  })

  test('blue alone again is what it was, and green alone is that by another name', () => {
    fc.assert(
      fc.property(routes, weight, (rules, to) => {
        const written = done(rules, to)
        expect(withOnlySide(written, backends, HOME, 'blue')).toEqual(rules)
        const named = JSON.stringify(rules).replaceAll('web-blue', 'web-green')
        const green = withOnlySide(written, backends, HOME, 'green')
        expect(green).toEqual(JSON.parse(named))
        expect(hasBackend(green, backends.blue, HOME)).toBe(false)
      }),
    )
  })

  test('green in another namespace is named so', () => {
    const elsewhere = { ...backends, green: { ...backends.green, namespace: 'shop' } }
    expect(withShare([rule(ref('web-blue', 1))], elsewhere, HOME, 0)).toEqual([
      rule(ref('web-blue', 100), ref('web-green', 0, { namespace: 'shop' })),
    ])
  })
})

describe('a route is served as it is written', () => {
  type Said = Readonly<Record<string, unknown>>
  const says = (type: string, more: object = {}): Said => ({
    type,
    status: 'True',
    reason: type,
    message: '',
    observedGeneration: 3,
    ...more,
  })
  const parentRef = { name: 'public', sectionName: 'http' }
  const route = (conditions: readonly Said[], more: { parentRefs?: object[]; of?: object } = {}): KubernetesObject => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'web', namespace: HOME, generation: 3 },
    spec: { parentRefs: more.parentRefs ?? [parentRef] },
    status: {
      parents: [
        { parentRef: more.of ?? { group: 'gateway.networking.k8s.io', kind: 'Gateway', ...parentRef }, conditions },
      ],
    },
  })
  const gateway = (...conditions: readonly Said[]): KubernetesObject => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'public', namespace: HOME, generation: 3 },
    status: { conditions },
  })
  const good = [says('Accepted'), says('ResolvedRefs')]
  const programmed = gateway(says('Programmed'))
  const G = 'Gateway edge/public'

  test.for([
    { says: 'when all of it is true of it', route: route(good), gateways: [programmed], why: [] },
    {
      says: 'not before it was seen',
      route: route([says('Accepted', { observedGeneration: 2 }), says('ResolvedRefs')]),
      gateways: [programmed],
      why: [`${G} does not accept it: what it says of Accepted is of generation 2, not 3`],
    },
    {
      says: 'not by who never says what was seen',
      route: route([says('Accepted'), says('ResolvedRefs', { observedGeneration: undefined })]),
      gateways: [programmed],
      why: [`${G} does not find its backends: what it says of ResolvedRefs is of generation unknown, not 3`],
    },
    {
      says: 'not when it is refused',
      route: route([says('Accepted', { status: 'False', reason: 'NotAllowedByListeners' }), says('ResolvedRefs')]),
      gateways: [programmed],
      why: [`${G} does not accept it: NotAllowedByListeners`],
    },
    {
      says: 'not when a backend is not found',
      route: route([
        says('Accepted'),
        says('ResolvedRefs', { status: 'False', reason: 'BackendNotFound', message: 'web' }),
      ]),
      gateways: [programmed],
      why: [`${G} does not find its backends: BackendNotFound, web`],
    },
    {
      says: 'not when a part of it is dropped',
      route: route([...good, says('PartiallyInvalid', { message: 'Dropped Rule(s) [0]' })]),
      gateways: [programmed],
      why: [`${G} serves only a part of it: Dropped Rule(s) [0]`],
    },
    {
      says: 'not by a Gateway that is not programmed',
      route: route(good),
      gateways: [gateway(says('Programmed', { status: 'Unknown', reason: 'Pending' }))],
      why: [`${G} is not programmed: Pending`],
    },
    {
      says: 'not by one that says nothing of it',
      route: route(good),
      gateways: [gateway()],
      why: [`${G} is not programmed: it says nothing of Programmed`],
    },
    { says: 'not by one that is gone', route: route(good), gateways: [], why: [`${G} is not there`] },
    {
      says: 'not by what is said of another listener',
      route: route(good, { of: { name: 'public', sectionName: 'https' } }),
      gateways: [programmed],
      why: [`${G} has not said whether it serves it`],
    },
    {
      says: 'not by a mesh',
      route: route(good, { parentRefs: [{ group: '', kind: 'Service', name: 'web' }] }),
      gateways: [programmed],
      why: ['its parent Service web is no Gateway'],
    },
    {
      says: 'not by nobody',
      route: route(good, { parentRefs: [] }),
      gateways: [programmed],
      why: ['it names no Gateway that would serve it'],
    },
  ])('$says', ({ route, gateways, why }) => {
    expect(notServed(route, gateways)).toEqual(why)
  })

  test('and rules are read of what has none as of nothing', () => {
    expect(rulesOf({})).toEqual([])
  })
})
