import fc from 'fast-check'
import { expect, test } from 'vitest'
import { blank, write, type Journal } from '../../src/domain/journal.ts'
import type { App } from '../../src/domain/platform.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import { carried } from '../../src/domain/replanning.ts'
import { leaves, type Step, type StepId } from '../../src/domain/steps.ts'
import { verify } from '../../src/domain/verify.ts'
import { anApp, anEnvironment, aPlatform, byArgo, clusterFacts, ref, seal } from '../support/builders.ts'

const ids = (steps: readonly Step[]): StepId[] => leaves(steps).map((s) => s.id)
const places = (apps: readonly App[]) =>
  leaves(verify(apps).forward).flatMap((s) =>
    s.kind === 'action' && s.action === 'dryRunApps' ? [s.input.places.map((p) => `${p.app} ${p.environment}`)] : [],
  )
const fenced = [ref('CronJob', 'report')]
const external = (name: string) =>
  anApp(name, { deploy: 'external', environments: [anEnvironment('test', { fenced, namespaces: [name] })] })

test('the apps of a team are tried together, ten at most, after their namespaces were made', () => {
  const its = Array.from({ length: 11 }, (_, n) => anApp(`a${n}`))
  const apps = [...its, anApp('b', { team: 'php' })]
  expect(ids(verify(apps).forward)).toEqual([
    'verify/namespaces/php/1',
    'verify/namespaces/scala/1',
    'verify/namespaces/scala/2',
    'verify/objects/php/1',
    'verify/objects/scala/1',
    'verify/objects/scala/2',
  ])
  expect(places(apps).map((its) => its.length)).toEqual([2, 20, 2])
})

test('where somebody else deploys, what may run once is fenced as soon as green has its namespace', () => {
  const opened = leaves(verify([external('api'), anApp('web')]).forward).flatMap((s) =>
    s.kind === 'action' && s.action === 'openNamespaces' ? [[s.id, s.input.namespaces, s.input.closed]] : [],
  )
  expect(opened).toEqual([
    ['verify/namespaces/scala/1', ['shop', 'shop'], undefined],
    ['verify/fenced/api', ['api'], fenced],
  ])
  const closed = leaves(verify([external('api'), anApp('web')]).back).flatMap((s) =>
    s.kind === 'action' && s.action === 'closeNamespaces' ? [[s.id, s.input.byOthers]] : [],
  )
  expect(closed).toEqual([
    ['verify/namespaces/scala/1/close', undefined],
    ['verify/fenced/api/close', true],
  ])
})

const someApps = fc
  .uniqueArray(fc.tuple(fc.stringMatching(/^[a-c]{1,3}$/), fc.constantFrom('php', 'scala'), fc.boolean()), {
    selector: ([name]) => name,
    maxLength: 25,
  })
  .map((all) =>
    all.map(([name, team, others]) => ({ ...(others ? external(name) : anApp(name)), team })).toSorted(byName),
  )
const planOf = (apps: readonly App[], earlier?: Plan) =>
  seal(planUpgrade(aPlatform({ apps }), clusterFacts, [], earlier?.phases))
const allDone = ({ phases }: Plan) =>
  ids(phases.flatMap((p) => p.forward)).reduce<Journal>(
    (all, step) => write(all, { step, attempt: 1, state: 'done', startedAt: '' }),
    blank,
  )
const byName = (a: App, b: App) => (a.name < b.name ? -1 : 1)

test('whatever apps there are, each environment is tried once, and each namespace that is made can be taken away', () => {
  fc.assert(
    fc.property(someApps, (apps) => {
      const { forward, back } = verify(apps)
      const all = apps.flatMap((a) => a.environments.map((e) => `${a.name} ${e.name}`))
      expect(places(apps).flat().toSorted()).toEqual(all.toSorted())
      expect(new Set(ids(forward)).size).toBe(ids(forward).length)
      const inputs = (steps: readonly Step[], action: string) =>
        leaves(steps)
          .flatMap((s) => (s.kind === 'action' && s.action === action && 'namespaces' in s.input ? [s.input] : []))
          .flatMap((input) => input.namespaces)
          .toSorted()
      expect(inputs(back, 'closeNamespaces')).toEqual(inputs(forward, 'openNamespaces'))
      expect(new Set(inputs(forward, 'openNamespaces'))).toEqual(
        new Set(apps.flatMap((a) => a.environments.flatMap((e) => e.namespaces))),
      )
    }),
    { numRuns: 50 },
  )
})

test('an app that joins or leaves is no reason to fence another one again, which may run on green by then', () => {
  fc.assert(
    fc.property(someApps, someApps, (before, more) => {
      const known = new Set(before.map((a) => a.name))
      const after = [...before.slice(1), ...more.filter((a) => !known.has(a.name)).slice(0, 1)].toSorted(byName)
      const old = planOf(before)
      const left = new Set(Object.keys(carried(allDone(old), old, planOf(after, old)).steps))
      for (const app of after.filter((a) => a.deploy === 'external' && known.has(a.name)))
        expect(left).toContain(`verify/fenced/${app.name}`)
    }),
    { numRuns: 30 },
  )
})

test('who joins or changes is tried alone: every step for others is as it was, and done', () => {
  fc.assert(
    fc.property(someApps, fc.nat(), fc.stringMatching(/^[a-d]{1,3}$/), fc.boolean(), (before, n, name, others) => {
      const first = planOf(before)
      const known = before.find((a) => a.name === name) ?? before[n % (before.length + 1)]
      const it = { ...(others ? external(name) : anApp(name)), team: 'scala', environments: [anEnvironment('dr')] }
      const after = [...before.filter((a) => a !== known && a.name !== name), it].toSorted(byName)
      const next = planOf(after, first)
      const left = new Set(Object.keys(carried(allDone(first), first, next).steps))
      const steps = leaves(next.phases.find((p) => p.name === 'verify')?.forward ?? [])
      const again = steps.flatMap((s) => (s.kind === 'action' && !left.has(s.id) ? [s] : []))
      const tried = again.flatMap((s) => (s.action === 'dryRunApps' ? s.input.places.map((p) => p.app) : []))
      expect(new Set(tried)).toEqual(new Set([name]))
      expect(again.length).toBeLessThanOrEqual(2)
      const all = after.flatMap((a) => a.environments.map((e) => `${a.name} ${e.name}`)).toSorted()
      const places = steps.flatMap((s) => (s.kind === 'action' && s.action === 'dryRunApps' ? s.input.places : []))
      expect(places.map((p) => `${p.app} ${p.environment}`).toSorted()).toEqual(all)
    }),
    { numRuns: 50 },
  )
})

test('Argo CD is told of green after all of them were tried', () => {
  const environments = [anEnvironment('test', { argocd: byArgo })]
  expect(ids(verify([anApp('api', { deploy: 'argocd', environments })]).forward).at(-1)).toBe('argocd/registered')
})
