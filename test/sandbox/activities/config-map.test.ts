import { EKS } from '@aws-sdk/client-eks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RUN_TAG } from '../../../src/domain/clone.ts'
import { blockers } from '../../../src/domain/plan.ts'
import { leaves } from '../../../src/domain/steps.ts'
import { driven } from '../../support/driven.ts'
import { eventually } from '../../support/eventually.ts'
import { aSmallFile } from '../../support/small-platform.ts'
import { aSmallWorld, call, ofBlue, scope, type SmallWorld } from '../../support/small-world.ts'

let world: SmallWorld
beforeAll(async () => {
  world = await aSmallWorld()
})
afterAll(() => world.stop())

const data = { mapRoles: '- rolearn: arn:aws:iam::123456789012:role/people\n  groups: [dev]\n' }

/** As Norikae never makes one: whoever made it is its administrator, and its ConfigMap lets everybody else in. */
async function aBlueOfOld(): Promise<void> {
  const { identity: credentials, endpoint } = world.aws
  const client = new EKS({ region: scope.region, endpoint, credentials })
  await client.createCluster({
    ...ofBlue,
    accessConfig: { authenticationMode: 'CONFIG_MAP' },
    tags: { [RUN_TAG]: 'run-0' }, // the worker may make no other
  })
  client.destroy()
  const eks = world.theirs.eks(scope.region)
  await eventually('blue is there', async () => (await eks.findCluster(scope.blue))?.status === 'ACTIVE')
  world.cluster(scope.blue).apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'kube-system', name: 'aws-auth' },
    data,
  })
}

test('who gets into blue by aws-auth alone gets into green by it too, and the worker by an entry', async () => {
  await aBlueOfOld()
  const { answer } = await driven(
    world.activities.prepare,
    { platform: scope.platform, to: '1.36', by: 'aoki@example.com', file: aSmallFile() },
    { workflow: { type: 'upgradePlan', id: `upgrade-plan/${scope.platform}/1` } },
  )
  // It has nothing to run on: what is here about is who gets in.
  expect(blockers(answer.plan).map((f) => f.code)).toEqual(['no-nodegroups'])
  const provision = answer.plan.phases.find((phase) => phase.name === 'provision')
  for (const step of leaves(provision?.forward ?? [])) {
    if (step.kind !== 'action') continue
    const activity = world.activities[step.action] as (input: unknown) => Promise<unknown> // each takes its own step's
    await driven(activity, call(step.input as never, { step: step.id }))
  }
  const green = await world.ports.eks(scope.region).findCluster(scope.green)
  expect(green?.authenticationMode).toBe('API_AND_CONFIG_MAP')
  const kubernetes = await world.ports.kubernetes(scope.region, scope.green)
  expect(await kubernetes.find('ConfigMap', 'kube-system', 'aws-auth')).toMatchObject({ data })
  expect(world.aws.eks.access(scope.green, world.aws.identity.roleArn)).toMatchObject({ admin: true })
})
