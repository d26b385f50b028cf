import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blocker, info, warning } from '../../src/domain/findings.ts'
import type { ClusterFacts, EnvironmentFacts } from '../../src/domain/facts.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import { canonicalJson } from '../../src/domain/plan.ts'
import type { Environment } from '../../src/domain/platform.ts'
import {
  aCutoverPlan,
  anApp,
  anUpgradePlan,
  aPlatform,
  clusterFacts,
  errors,
  fullEnvironment,
  fullFacts,
  ref,
  route,
  rule,
  seal,
  workload,
} from '../support/builders.ts'

const environment = {
  ...fullEnvironment,
  checks: [errors, { ...errors, name: 'latency' }],
  namespaces: ['shop', 'jobs'],
}
const cutover = (more: Partial<Environment> = {}, facts: EnvironmentFacts = fullFacts, app = anApp('api')) =>
  aCutoverPlan(app, { ...environment, ...more }, facts).digest
const upgrade = (more: Parameters<typeof aPlatform>[0] = {}, facts: Partial<ClusterFacts> = {}) =>
  anUpgradePlan(aPlatform(more), { ...clusterFacts, ...facts }).digest

/** The same value with the keys of every object in another order. */
function reordered<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reordered) as T
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).map(([k, v]): [string, unknown] => [k, reordered(v)])
  return Object.fromEntries(entries.toReversed()) as T // the same fields
}
const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length })

describe('equal facts give equal digests', () => {
  test('in any order of keys', () => {
    expect(cutover(reordered(environment), reordered(fullFacts))).toBe(cutover())
    expect(upgrade(reordered(aPlatform()), reordered(clusterFacts))).toBe(upgrade())
  })
  test('in any order of workloads, routes, externals, checks and namespaces', () => {
    const externals = [...environment.externals, { name: 'cache', endpoint: 'cache:6379', connections: 1, limit: 9 }]
    fc.assert(
      fc.property(
        shuffled(fullFacts.workloads),
        shuffled(environment.routes),
        shuffled(externals),
        shuffled(environment.checks),
        shuffled(environment.namespaces),
        (workloads, routes, externals_, checks, namespaces) => {
          const same = cutover({ routes, externals: externals_, checks, namespaces }, { ...fullFacts, workloads })
          expect(same).toBe(cutover({ externals }))
        },
      ),
      { numRuns: 50 },
    )
  })
  test('in any order of node groups', () => {
    expect(upgrade({}, { nodeGroups: ['b', 'a'] })).toBe(upgrade())
  })
  test('in any order of blockers', () => {
    const found = [blocker('a', 'x', '', ''), blocker('b', 'y', '', '')]
    const [one, two] = [found, found.toReversed()].map((f) => seal(planUpgrade(aPlatform(), clusterFacts, f)).digest)
    expect(one).toBe(two)
  })
})

describe('does not change with', () => {
  test('titles', () => {
    expect(canonicalJson({ title: 'one', a: 1 }, new Set(['title']))).toBe(
      canonicalJson({ a: 1, title: 'two' }, new Set(['title'])),
    )
    const patched = (title: string) => canonicalJson({ patch: { data: { title } } }, new Set(['title']))
    expect(patched('one')).not.toBe(patched('two'))
  })
  test('images', () => expect(cutover({}, { ...fullFacts, images: 'v2' })).toBe(cutover()))
  test('how many replicas run, or what else a fact holds', () => {
    const more = fullFacts.workloads.map((w) => ({ ...w, replicas: 7 }))
    expect(cutover({}, { ...fullFacts, workloads: more })).toBe(cutover())
  })
  test('warnings, infos and the wording of blockers', () => {
    const with_ = (...findings: Parameters<typeof planUpgrade>[2]) =>
      seal(planUpgrade(aPlatform(), clusterFacts, findings)).digest
    expect(with_(warning('w', 'x', 'm', 'r'), info('i', 'x', 'm', 'r'))).toBe(with_())
    expect(with_(blocker('b', 'x', 'one', 'r'))).toBe(with_(blocker('b', 'x', 'two', 's')))
  })
})

const [web, ...others] = fullFacts.workloads
test.for<[string, string]>([
  ['a weight', cutover({ weights: [1, 50, 100] })],
  ['the gate’s number', cutover({ gate: rule('scala', { approvals: 2 }) })],
  ['the gate’s team', cutover({ gate: rule('php') })],
  ['who is excluded', cutover({ gate: rule('scala', { exclude: ['requester'] }) })],
  ['no gate', aCutoverPlan(anApp('api'), { ...environment, gate: undefined } as never).digest],
  ['a route', cutover({ routes: [route('web')] })],
  ['a route’s target group', cutover({ routes: [route('web'), { ...route('api'), greenTargetGroup: 'x' }] })],
  ['a namespace', cutover({ namespaces: ['shop'] })],
  ['how long is observed', cutover({ observe: '6m' })],
  ['a limit', cutover({ checks: [errors, { ...errors, name: 'latency', limit: { atMost: 1 } }] })],
  [
    'a query',
    cutover({ checks: [errors, { ...errors, name: 'latency', source: { kind: 'readiness', namespaces: [] } }] }),
  ],
  ['a handover', cutover({ handovers: { ...environment.handovers, 'Deployment/shop/payer': { class: 'overlap' } } })],
  ['an external', cutover({ externals: [] })],
  ['a workload less', cutover({}, { ...fullFacts, workloads: others })],
  [
    'a workload that is sized',
    cutover({}, { ...fullFacts, workloads: [{ ...(web ?? workload('Deployment', 'x')), scaled: false }, ...others] }),
  ],
  ['a blocker', cutover({}, { ...fullFacts, workloads: [...fullFacts.workloads, workload('StatefulSet', 'db')] })],
  ['the app', cutover({}, fullFacts, anApp('web'))],
  ['the team', cutover({}, fullFacts, anApp('api', { team: 'php' }))],
])('a cutover’s digest changes with %s', ([, other]) => expect(other).not.toBe(cutover()))

test.for<[string, string]>([
  ['the account', upgrade({ account: '999999999999' })],
  ['green’s name', upgrade({ green: 'other' })],
  ['an app', upgrade({ apps: [anApp('api')] })],
  ['a wave', upgrade({ waves: [] })],
  [
    'a buffer',
    upgrade({
      waves: [
        [
          {
            name: 'ingress',
            namespaces: ['ingress'],
            buffers: [{ workload: ref('Deployment', 'f'), drainWithin: '1h', depth: 'd' }],
          },
        ],
      ],
    }),
  ],
  ['the soak', upgrade({ soak: '8d' })],
  ['how long it is idle', upgrade({ idle: '2h' })],
  ['who may decommission', upgrade({ gates: { start: rule('sre'), decommission: rule('sre') } })],
  ['a node group', upgrade({}, { nodeGroups: ['a'] })],
  ['an add-on’s version', upgrade({}, { addons: [{ name: 'vpc-cni', targetVersion: 'v2', needsNodes: false }] })],
  ['the version', upgrade({}, { targetVersion: '1.37' })],
  ['another blue of the same name', upgrade({}, { blue: { arn: 'arn:blue', createdAt: '2026-02-02T00:00:00Z' } })],
  ['whom Norikae acts as', upgrade({}, { principalArn: 'arn:aws:iam::1:role/other' })],
])('an upgrade’s digest changes with %s', ([, other]) => expect(other).not.toBe(upgrade()))
