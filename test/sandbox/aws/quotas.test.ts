import { CreateSnapshotCommand } from '@aws-sdk/client-ec2'
import { CreateTargetGroupCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { expect, test } from 'vitest'
import { aSandbox, refused } from './a-sandbox.ts'

/** EKS's are in eks-rules, IAM's in iam. */

test('there are no more snapshots than the account may have', async () => {
  const { aws, ec2 } = await aSandbox()
  const take = new CreateSnapshotCommand({ VolumeId: aws.ec2.createVolume('ap-northeast-1a', 1) })
  aws.ec2.quotas.snapshots = 1
  expect([await refused(ec2.send(take)), await refused(ec2.send(take))]).toEqual([
    'served',
    '400 SnapshotLimitExceeded',
  ])
  aws.ec2.quotas.snapshots = 2
  expect(await refused(ec2.send(take))).toBe('served')
})

test('there are no more target groups than the account may have; one that is there is told again', async () => {
  const { aws, elbv2 } = await aSandbox()
  const make = (Name: string) =>
    elbv2.send(new CreateTargetGroupCommand({ Name, Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip' }))
  aws.elbv2.quotas.targetGroups = 1
  expect([await refused(make('web')), await refused(make('web')), await refused(make('api'))]).toEqual([
    'served',
    'served',
    // The SDK's name for TooManyTargetGroups.
    '400 TooManyTargetGroupsException',
  ])
})
