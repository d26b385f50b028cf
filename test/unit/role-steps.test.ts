import { expect, test } from 'vitest'
import { actions } from '../../src/domain/actions.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import type { ClusterFacts } from '../../src/domain/facts.ts'
import { leaves } from '../../src/domain/steps.ts'
import {
  aCutoverPlan,
  anApp,
  anEnvironment,
  aPlatform,
  clusterFacts,
  someFacts,
  someRoles,
} from '../support/builders.ts'

const steps = (phase: string, way: 'forward' | 'back', facts: Partial<ClusterFacts>) =>
  leaves(
    planUpgrade(aPlatform(), { ...clusterFacts, ...facts }, []).phases.find((p) => p.name === phase)?.[way] ?? [],
  ).map((s) => s.id)

test('green’s pods may act as roles before add-ons and nodes need them, and once more when nodes are there', () => {
  const all = steps('provision', 'forward', { roles: someRoles })
  const from = all.indexOf('identity/provider')
  expect(all.slice(from, from + 5)).toEqual([
    'identity/provider',
    'identity/role/files',
    'identity/role/mail',
    'identity/requested',
    'addon/vpc-cni',
  ])
  const still = all.indexOf('identity/still')
  expect(still).toBeGreaterThan(all.indexOf('nodegroup/b/create'))
  expect(still).toBeLessThan(all.indexOf('addon/coredns'))
})

test('on a green that others made roles are looked at once more too, and go back', () => {
  const adopted = aPlatform({ adopted: { arn: 'arn:green', createdAt: '2026-11-01T00:00:00Z' } })
  const { forward = [], back = [] } =
    planUpgrade(adopted, { ...clusterFacts, roles: someRoles }, []).phases.find((p) => p.name === 'provision') ?? {}
  const ids = leaves(forward).map((s) => s.id)
  expect(ids.at(-1)).toBe('identity/still')
  expect(leaves(forward).find((s) => s.id === 'identity/provider')).toMatchObject({ action: 'awaitProvider' })
  expect(leaves(back).map((s) => s.id)).not.toContain('identity/provider/delete')
  expect(ids.indexOf('identity/role/mail')).toBeLessThan(ids.indexOf('identity/requested'))
  expect(leaves(back).map((s) => s.id)).toEqual(expect.arrayContaining(['identity/role/files/undo', 'adopt/leave']))
})

test('what the platform file says of owners is known to every step that writes', () => {
  const declared = { terraform: { tags: { Stack: 'eks' } } }
  const writing = (roles: typeof someRoles) =>
    planUpgrade(aPlatform(), { ...clusterFacts, roles }, [])
      .phases.flatMap((p) => leaves([...p.forward, ...p.back]))
      .filter((s) => s.kind === 'action' && /Provider$|trustCluster$/i.test(s.action))
      .map((s) => (s.kind === 'action' && 'declared' in s.input ? s.input.declared : undefined))
  const told = writing({ ...someRoles, declared })
  expect(told.filter((one) => one !== undefined)).toHaveLength(told.length - 1)
  expect(new Set(writing(someRoles))).toEqual(new Set([undefined]))
})

test('a role that cannot be written is gone on without: the proof before each gate looks', () => {
  expect(actions.trustCluster.skippable).toBe(true)
})

test('roles and provider go back before green is deleted, and blue’s go after blue was', () => {
  const back = steps('provision', 'back', { roles: someRoles })
  expect(back.slice(-5)).toEqual([
    'identity/role/files/undo',
    'identity/role/mail/undo',
    'identity/provider/delete',
    'cluster/delete',
    'green/remains',
  ])
  expect(steps('decommission', 'forward', { roles: someRoles }).slice(-5)).toEqual([
    'blue/delete',
    'blue/role/files',
    'blue/role/mail',
    'blue/provider',
    'blue/remains',
  ])
})

test('where no role is by an issuer nothing is made, and none of blue’s is taken away', () => {
  for (const roles of [undefined, { written: [], requested: [] }])
    for (const phase of ['provision', 'decommission'])
      expect(steps(phase, 'forward', roles ? { roles } : {}).filter((id) => /identity|role|provider/.test(id))).toEqual(
        [],
      )
})

test('an app whose service accounts name roles tries them out before its gate, and others do not', () => {
  const plan = (facts: typeof someFacts) =>
    leaves(aCutoverPlan(anApp('api'), anEnvironment('production'), facts).phases[0]?.forward ?? []).map((s) => s.id)
  const all = plan({ ...someFacts, roles: true })
  expect(all).toContain('production/roles')
  expect(all.indexOf('production/roles')).toBeGreaterThan(all.indexOf('production/ready'))
  expect(all.indexOf('production/roles')).toBeLessThan(all.findIndex((id) => /\/gate$|\/route\/\w+\/\d+$/.test(id)))
  expect(all).not.toContain('production/roles-elsewhere')
  expect(plan(someFacts)).not.toContain('production/roles')
  const elsewhere = plan({ ...someFacts, roles: true, rolesElsewhere: true })
  expect(elsewhere.indexOf('production/roles-elsewhere')).toBe(elsewhere.indexOf('production/roles') - 1)
  const proof = (facts: typeof someFacts) =>
    leaves(aCutoverPlan(anApp('api'), anEnvironment('production'), facts).phases[0]?.forward ?? []).find(
      ({ id }) => id === 'production/roles',
    )
  // Whoever goes on without them is not stopped by the next step.
  expect(proof({ ...someFacts, roles: true, rolesElsewhere: true })).toMatchObject({ input: { elsewhere: true } })
  expect(proof({ ...someFacts, roles: true })).not.toMatchObject({ input: { elsewhere: true } })
})
