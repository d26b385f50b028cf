import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Plan } from '../../../src/domain/plan.ts'
import type { Platform } from '../../../src/domain/platform.ts'
import { byIssuer, policy } from '../../contract/roles.ts'
import { aRoute } from '../../support/a-route.ts'
import { driven } from '../../support/driven.ts'
import { aSmallFile } from '../../support/small-platform.ts'
import { scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'
import { aResource, aState } from '../../support/terraform.ts'

/** Whose an app's rules and roles are, by a state file: told of one that is planned again as of all others. */

let world: TwoClusters
beforeAll(async () => {
  world = await twoClusters()
})
afterAll(() => world.stop())

const request = { platform: scope.platform, to: '1.36', by: 'aoki@example.com' }
const workflow = { type: 'clusterUpgrade', id: `cluster-upgrade/${scope.platform}` }
const labels = { app: 'orders', team: 'sre', env: 'test' }
const aNamespace = (name: string) =>
  world.blue.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })
const states = (...resources: object[]) => world.states.set('orders.tfstate', aState(resources))

test('of an app that joins its owners are told by address, and no longer once the state has it no more', async () => {
  world.files.set(scope.platform, aSmallFile('owners: { terraform: { states: [orders.tfstate], at: infra/orders } }\n'))
  const arn = `arn:aws:iam::${scope.account}:role/other`
  const other = aResource('aws_iam_role', [{ attributes: { id: 'other', name: 'other', arn } }])
  states(other)
  const { answer: prepared } = await driven(world.activities.prepare, request, { workflow })
  const replan = async (platform: Platform, plan: Plan) => {
    const order = { app: 'orders', by: 'baba@example.com', reason: 'new' }
    const asked = { ...prepared, platform, plan, request, order }
    const { answer } = await driven(world.activities.replan, asked, { workflow })
    if (!('next' in answer)) throw new Error(`${answer.became}: ${answer.note}`)
    return answer.next
  }
  const told = ({ findings }: Plan, code: string) => findings.filter((f) => f.code === code)

  const { route } = await aRoute(world)
  if (route.kind !== 'alb') throw new Error('it is of another kind')
  aNamespace(route.namespace)
  const trust = policy(byIssuer(world.aws.eks.issuer(scope.blue) ?? '', `${route.namespace}:web`))
  const role = world.aws.iam.seedRole('orders', trust)
  world.blue.apply({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace: route.namespace, name: 'web', annotations: { 'eks.amazonaws.com/role-arn': role } },
  })
  states(
    other,
    aResource('aws_lb_listener_rule', [{ attributes: { arn: route.ruleArn } }], { name: 'orders' }),
    aResource('aws_iam_role', [{ attributes: { id: 'orders', name: 'orders', arn: role } }], { name: 'orders' }),
  )
  const joined = await replan(prepared.platform, prepared.plan)
  expect(told(joined.plan, 'route-of-others')).toMatchObject([
    {
      about: route.ruleArn,
      message: expect.stringContaining('Terraform (infra/orders) aws_lb_listener_rule.orders owns this listener rule'),
    },
  ])
  expect(told(joined.plan, 'role-not-planned')).toMatchObject([
    { about: 'orders', remedy: expect.stringMatching(/^have Terraform \(infra\/orders\) aws_iam_role\.orders add /) },
  ])

  states(other)
  aNamespace('orders-batch')
  const changed = await replan(joined.platform, joined.plan)
  expect(told(changed.plan, 'route-of-others')).toEqual([])
  expect(told(changed.plan, 'role-not-planned')).toMatchObject([
    { remedy: expect.stringMatching(/^have its owner add /) },
  ])
})

test('a state file that is not there is told to who asked, and the plan stays', async () => {
  const { answer: prepared } = await driven(world.activities.prepare, request, { workflow })
  world.states.delete('orders.tfstate')
  const order = { app: 'orders', by: 'baba@example.com', reason: 'new' }
  await expect(driven(world.activities.replan, { ...prepared, request, order }, { workflow })).rejects.toMatchObject({
    type: 'InvalidInput',
    message: expect.stringContaining('orders.tfstate'),
  })
})
