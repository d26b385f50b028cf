import { expect, test } from 'vitest'
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

test('roles and provider go back before green is deleted, and blue’s go after blue was', () => {
  const back = steps('provision', 'back', { roles: someRoles })
  expect(back.slice(-4)).toEqual([
    'identity/role/files/undo',
    'identity/role/mail/undo',
    'identity/provider/delete',
    'cluster/delete',
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
  expect(plan(someFacts)).not.toContain('production/roles')
})
