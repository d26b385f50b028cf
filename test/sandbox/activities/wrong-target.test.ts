import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ActionName } from '../../../src/domain/actions.ts'
import { templateName } from '../../../src/domain/launch-templates.ts'
import type { Identity } from '../../../src/domain/platform.ts'
import { ending } from '../../support/driven.ts'
import { call, scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'

/** Whatever could be the wrong cluster is refused by every step that deletes something of blue, before anything is called. */

let world: TwoClusters
let blue: Identity
beforeAll(async () => {
  world = await twoClusters()
  const found = world.aws.eks.inventory().find((c) => c.name === scope.blue)
  blue = { arn: found?.arn ?? '', createdAt: found?.createdAt ?? '' }
  const tags = { 'norikae.io/platform': scope.platform, 'norikae.io/cluster': scope.blue }
  const template = { name: templateName(scope.blue, 'general'), settings: { KeyName: 'k' }, tags }
  await world.theirs.launchTemplates(scope.region).create(template, 'lt')
  await world.theirs.eks(scope.region).createFargateProfile(
    scope.blue,
    {
      name: 'batch',
      podExecutionRoleArn: 'arn:aws:iam::123456789012:role/fargate',
      subnets: ['subnet-0a1a1a1a1a1a1a1a1'],
      selectors: [{ namespace: 'batch', labels: {} }],
      tags: {},
    },
    'fp',
  )
})
afterAll(() => world.stop())

const cluster = scope.blue
const steps: readonly (readonly [ActionName, object])[] = [
  ['emptyCluster', { cluster }],
  ['deleteNodeGroup', { cluster, name: 'general' }],
  ['deleteFargateProfile', { cluster, name: 'batch' }],
  ['deleteLaunchTemplate', { cluster, nodeGroup: 'general' }],
  ['deleteCluster', { cluster }],
  // What is proven of another cluster would let this one go.
  [
    'proveIdle',
    { cluster, served: true, for: '1m', namespaces: [], buffers: [], requests: { url: 'http://nobody', query: 'q' } },
  ],
]
const others: readonly { readonly says: string; readonly is: (it: Identity) => Identity | 'made-by-this-run' }[] = [
  { says: 'of another account', is: (it) => ({ ...it, arn: it.arn.replace(scope.account, '999999999999') }) },
  { says: 'of another region', is: (it) => ({ ...it, arn: it.arn.replace(scope.region, 'eu-west-1') }) },
  { says: 'of another name', is: (it) => ({ ...it, arn: `${it.arn}-r2` }) },
  { says: 'made at another time', is: (it) => ({ ...it, createdAt: '2020-01-01T00:00:00.000Z' }) },
  { says: 'that this run is said to have made', is: () => 'made-by-this-run' },
]

const written = () => [
  ...world.aws.calls().flatMap((c) => (/^(Describe|List|Get)/.test(c.operation) ? [] : [c.operation])),
  ...[world.blue, world.green].flatMap((c) => c.calls()).flatMap((c) => (c.method === 'GET' ? [] : [c.path])),
]

async function refused(action: ActionName, input: object, more: object = {}): Promise<string> {
  const before = written()
  const deed = world.activities[action] as (input: unknown) => Promise<unknown> // each takes its own step's
  const { type } = await ending(deed, call(input as never, more))
  expect(written()).toEqual(before)
  return type
}

const cases = steps.flatMap(([action, input]) => others.map((other) => ({ action, input, ...other })))

test.for(cases)('$action leaves a cluster alone $says', async ({ action, input, is }) => {
  expect(await refused(action, { ...input, identity: is(blue) })).toBe('Denied')
})

test.for(steps)('%s does nothing with credentials of another account', async ([action, input]) => {
  const more = { scope: { ...scope, account: '999999999999' } }
  expect(await refused(action, { ...input, identity: blue }, more)).toBe('Denied')
})

test('what was meant is there after all that', () => {
  expect(world.aws.eks.inventory().map((c) => [c.name, c.status])).toContainEqual([scope.blue, 'ACTIVE'])
})
