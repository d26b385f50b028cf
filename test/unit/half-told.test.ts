import type { EC2 } from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { albRoute } from '../../src/activities/routes/alb.ts'
import type { Proven } from '../../src/activities/outside.ts'
import { launchTemplates } from '../../src/adapters/ec2/launch-templates-port.ts'
import { RUN_TAG } from '../../src/domain/clone.ts'
import { attempted } from '../support/driven.ts'

/** What AWS tells of a thing that is just made, or goes. */

const gone = Object.assign(new Error('it is not there'), { name: 'InvalidLaunchTemplateId.NotFound' })

test.for([
  { says: 'not in a list', tags: async () => ({ LaunchTemplates: [] }) },
  { says: 'not found', tags: () => Promise.reject(gone) },
])('a launch template with versions, and tags that are $says, is not gone', async ({ tags }) => {
  const version = { LaunchTemplateId: 'lt-1', LaunchTemplateName: 'apps', VersionNumber: 1 }
  const client = {
    describeLaunchTemplateVersions: async () => ({ LaunchTemplateVersions: [version] }),
    describeLaunchTemplates: tags,
  } as unknown as EC2 // all that it is asked
  await expect(launchTemplates(client).find('apps', '1')).rejects.toMatchObject({
    type: 'Unreachable',
    message: 'launch template apps (lt-1) is not told alike everywhere yet: its tags are not',
  })
})

test('a target group that somebody else makes at the same moment is not bound', async () => {
  const group = (run: string) => ({ arn: 'arn:g', name: 'green', tags: { [RUN_TAG]: run } })
  const told = [group('r1'), undefined, group('another')]
  const bound: string[] = []
  const cluster = (side: string) => ({
    find: async () => (side === 'blue' ? { metadata: {}, spec: {} } : undefined),
    apply: async () => bound.push(side),
  })
  const world = {
    loadBalancing: { findTargetGroup: async () => told.shift(), createTargetGroup: async () => 'arn:g' },
    on: async (side: string) => cluster(side),
  } as unknown as Proven
  const route = {
    kind: 'alb',
    name: 'web',
    ruleArn: 'arn:r',
    blueTargetGroup: 'blue',
    greenTargetGroup: 'green',
    namespace: 'web',
    binding: 'web',
  } as const
  const scope = { platform: 'chat', account: '1', region: 'ap-northeast-1', blue: 'b', green: 'g' }
  const driver = albRoute(world, route, { run: 'r1', scope })
  await expect(attempted(() => driver.prepare(), undefined)).rejects.toMatchObject({ type: 'Contested' })
  expect(bound).toEqual([])
})
