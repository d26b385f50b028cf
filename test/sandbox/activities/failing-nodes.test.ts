import { afterAll, beforeAll, expect, test } from 'vitest'
import { driven, ending } from '../../support/driven.ts'
import { eventually } from '../../support/eventually.ts'
import { call, scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'

/** How making a node group of green fails: in EKS's own words, with what to do, and what a further try does. */

let world: TwoClusters
beforeAll(async () => {
  world = await twoClusters()
})
afterAll(() => world.stop())

const eks = () => world.theirs.eks(scope.region)
const make = (attempt = 1) =>
  call<'createNodeGroup'>({ cluster: scope.green, name: 'general', like: scope.blue }, { attempt })

test('one of that name which this run did not make is somebody else’s', async () => {
  expect(await ending(world.activities.createNodeGroup, make())).toMatchObject({
    type: 'Contested',
    message: `node group general of ${scope.green} is there already, and this run did not make it`,
  })
  await eks().deleteNodegroup(scope.green, 'general')
  await eventually('general is gone', async () => (await eks().findNodegroup(scope.green, 'general')) === undefined)
})

test('a limit that is reached is told as one, and nothing is there', async () => {
  world.faults.fail('eks:CreateNodegroup', { code: 'ResourceLimitExceededException' })
  const { type, message } = await ending(world.activities.createNodeGroup, make())
  expect([type, message]).toEqual(['QuotaExceeded', expect.stringContaining('ResourceLimitExceeded')])
  expect(await eks().findNodegroup(scope.green, 'general')).toBeUndefined()
})

test('one that EKS could not make is shown with its reasons, and deleted by the next try', async () => {
  world.faults.failNodegroup('general', { code: 'InsufficientFreeAddresses', message: 'subnet-a is full' })
  expect(await ending(world.activities.createNodeGroup, make(2))).toEqual({
    type: 'Failed',
    message:
      "node group general could not be made: InsufficientFreeAddresses: subnet-a is full (general). To do: free addresses in the node group's subnets",
  })
  world.faults.clear()
  const { answer, waits } = await driven(world.activities.createNodeGroup, make(3))
  expect(waits).toContain('node group general failed in an earlier try and is deleted first')
  expect(answer.note).toBe('node group general is ACTIVE with 2 nodes')
})

test('an answer that was lost is no conflict with oneself', async () => {
  const remove = call<'deleteNodeGroup'>({ cluster: scope.green, name: 'general', identity: 'made-by-this-run' })
  await driven(world.activities.deleteNodeGroup, remove)
  const { answer } = await driven(world.activities.createNodeGroup, make(4), { lost: true })
  expect(answer.note).toMatch(/ACTIVE/)
})
