import { CloudWatchLogsClient, PutRetentionPolicyCommand } from '@aws-sdk/client-cloudwatch-logs'
import { CreateVolumeCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { DescribeImagesCommand, ECRClient } from '@aws-sdk/client-ecr'
import {
  AssociateAccessPolicyCommand,
  CreateAccessEntryCommand,
  CreateNodegroupCommand,
  DeleteClusterCommand,
  DescribeClusterCommand,
  DisassociateAccessPolicyCommand,
} from '@aws-sdk/client-eks'
import { AddTagsCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ADMINISTRATOR } from '../../../src/domain/access.ts'
import type { SandboxAws } from '../../../src/sandbox/types.ts'
import { aNodegroup, aSandbox, clientsOf, keysOf, refused, seedBlue } from './a-sandbox.ts'

/** The worker's key may do what deploy/iam says; what else it asks for is denied in each service's own words. */

async function aWorker() {
  const { aws } = await aSandbox()
  await seedBlue(aws, { tags: { 'norikae.io/run': 'r1' } })
  await letInByHand(aws)
  const options = { endpoint: aws.endpoint, region: aws.identity.region, credentials: keysOf(aws.identity) }
  const [ecr, logs] = [new ECRClient(options), new CloudWatchLogsClient(options)]
  onTestFinished(() => [ecr, logs].forEach((client) => client.destroy()))
  return { aws, ecr, logs, ...clientsOf(aws, keysOf(aws.identity)) }
}

const me = { principalArn: 'arn:aws:iam::123456789012:role/me', policyArn: ADMINISTRATOR }
const everywhere = { ...me, accessScope: { type: 'cluster' as const } }

/** Into a cluster that no run made: neither it nor the entry carries the tag of one. */
async function letInByHand(aws: SandboxAws) {
  await seedBlue(aws, { name: 'payments' })
  const { eks } = clientsOf(aws, aws.admin)
  await eks.send(new CreateAccessEntryCommand({ clusterName: 'payments', principalArn: me.principalArn }))
  await eks.send(new AssociateAccessPolicyCommand({ clusterName: 'payments', ...everywhere }))
}

type Worker = Awaited<ReturnType<typeof aWorker>>

const NOBODY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }],
}
const user = 'User: arn:aws:sts::123456789012:assumed-role/norikae/sandbox is not authorized to perform:'

test.for<{ says: string; ask: (of: Worker) => Promise<unknown>; is: string; words: string }>([
  {
    says: 'EKS, for a part without the tag of a run',
    ask: ({ eks }) => eks.send(new CreateNodegroupCommand(aNodegroup())),
    is: '403 AccessDeniedException',
    words: `${user} eks:CreateNodegroup on resource: arn:aws:eks:ap-northeast-1:123456789012:cluster/blue because no identity-based policy allows the eks:CreateNodegroup action`,
  },
  {
    says: 'EKS, to enter a cluster that no run made',
    ask: ({ eks }) =>
      eks.send(
        new CreateAccessEntryCommand({
          clusterName: 'payments',
          principalArn: 'arn:aws:iam::123456789012:role/other',
          tags: { 'norikae.io/run': 'r1' },
        }),
      ),
    is: '403 AccessDeniedException',
    words: `${user} eks:CreateAccessEntry on resource: arn:aws:eks:ap-northeast-1:123456789012:cluster/payments because`,
  },
  {
    says: 'EKS, to enter without the tag of a run',
    ask: ({ eks }) => eks.send(new CreateAccessEntryCommand({ clusterName: 'blue', principalArn: me.principalArn })),
    is: '403 AccessDeniedException',
    words: `${user} eks:CreateAccessEntry on resource: arn:aws:eks:ap-northeast-1:123456789012:cluster/blue because`,
  },
  {
    says: 'EKS, to make an administrator of whom no run let in',
    ask: ({ eks }) => eks.send(new AssociateAccessPolicyCommand({ clusterName: 'payments', ...everywhere })),
    is: '403 AccessDeniedException',
    words: `${user} eks:AssociateAccessPolicy on resource: arn:aws:eks:ap-northeast-1:123456789012:access-entry/payments/role/123456789012/me/`,
  },
  {
    says: 'EKS, to take a policy from whom no run let in',
    ask: ({ eks }) => eks.send(new DisassociateAccessPolicyCommand({ clusterName: 'payments', ...me })),
    is: '403 AccessDeniedException',
    words: `${user} eks:DisassociateAccessPolicy on resource: arn:aws:eks:ap-northeast-1:123456789012:access-entry/payments/role/123456789012/me/`,
  },
  {
    says: 'Elastic Load Balancing',
    ask: ({ elbv2, aws }) =>
      elbv2.send(
        new AddTagsCommand({ ResourceArns: [aws.elbv2.seedTargetGroup('g', {})], Tags: [{ Key: 'a', Value: 'b' }] }),
      ),
    is: '403 AccessDenied',
    words: `${user} elasticloadbalancing:AddTags on resource: arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/g/`,
  },
  {
    says: 'EC2',
    ask: ({ ec2 }) => ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'a', Size: 1 })),
    is: '403 UnauthorizedOperation',
    words: `You are not authorized to perform this operation. ${user} ec2:CreateVolume on resource: arn:aws:ec2:ap-northeast-1:123456789012:volume/* because no identity-based policy allows the ec2:CreateVolume action`,
  },
  {
    says: 'IAM, of a role that CloudFormation made',
    ask: ({ iam, aws }) => {
      aws.iam.seedRole('files', NOBODY, { 'aws:cloudformation:stack-id': 'roles' })
      return iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'files', PolicyDocument: JSON.stringify(NOBODY) }))
    },
    is: '403 AccessDenied',
    words: `${user} iam:UpdateAssumeRolePolicy on resource: arn:aws:iam::123456789012:role/files because no identity-based policy allows the iam:UpdateAssumeRolePolicy action`,
  },
  {
    says: 'CloudWatch Logs, of a log group that is no cluster’s',
    ask: ({ logs }) =>
      logs.send(new PutRetentionPolicyCommand({ logGroupName: '/aws/lambda/web', retentionInDays: 1 })),
    is: '400 AccessDeniedException',
    words: `${user} logs:PutRetentionPolicy on resource: arn:aws:logs:ap-northeast-1:123456789012:log-group:/aws/lambda/web:log-stream: because`,
  },
  {
    says: 'STS, of a role that its policy does not name',
    ask: ({ sts }) =>
      sts.send(new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::123456789012:role/admin', RoleSessionName: 'me' })),
    is: '403 AccessDenied',
    words: `${user} sts:AssumeRole on resource: arn:aws:iam::123456789012:role/admin because`,
  },
])('denied by $says', async ({ ask, is, words }) => {
  const worker = await aWorker()
  expect(await refused(ask(worker))).toBe(is)
  await expect(ask(worker)).rejects.toThrow(words)
})

test('what is allowed is served, and nothing is needed to ask who one is', async () => {
  const { eks, ec2, ecr, sts } = await aWorker()
  expect(await refused(eks.send(new DescribeClusterCommand({ name: 'blue' })))).toBe('served')
  expect(await refused(ec2.send(new DescribeVolumesCommand({})))).toBe('served')
  expect(await refused(sts.send(new GetCallerIdentityCommand({})))).toBe('served')
  expect(await refused(ecr.send(new DescribeImagesCommand({ repositoryName: 'none' })))).toBe(
    '400 RepositoryNotFoundException',
  )
})

test('a session of the decommissioning role may remove, and nothing else; and it ends', async () => {
  const { aws, sts } = await aWorker()
  const asked = new AssumeRoleCommand({ RoleArn: aws.decommissionRoleArn, RoleSessionName: 'removal' })
  const { Credentials: given, AssumedRoleUser: is } = await sts.send(asked)
  const {
    AccessKeyId: accessKeyId = '',
    SecretAccessKey: secretAccessKey = '',
    SessionToken: sessionToken = '',
  } = given ?? {}
  const keys = { accessKeyId, secretAccessKey, sessionToken }
  const session = clientsOf(aws, keys)
  expect(is?.Arn).toBe('arn:aws:sts::123456789012:assumed-role/norikae-decommission/removal')
  expect((await session.sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(is?.Arn)
  expect(await refused(session.eks.send(new DescribeClusterCommand({ name: 'blue' })))).toBe(
    '403 AccessDeniedException',
  )
  const without = clientsOf(aws, { accessKeyId, secretAccessKey })
  expect(await refused(without.eks.send(new DeleteClusterCommand({ name: 'blue' })))).toBe(
    '403 UnrecognizedClientException',
  )
  expect(await refused(session.eks.send(new DeleteClusterCommand({ name: 'blue' })))).toBe('served')
  vi.useFakeTimers({ now: (given?.Expiration?.getTime() ?? 0) + 1, toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  expect(await refused(session.eks.send(new DeleteClusterCommand({ name: 'blue' })))).toBe('403 ExpiredTokenException')
})

test.for([
  { says: 'a name that AWS refuses', input: { RoleSessionName: 'a b' } },
  { says: 'a session too short', input: { DurationSeconds: 60 } },
])('a role is not assumed with $says', async ({ input }) => {
  const { aws, sts } = await aWorker()
  const asked = { RoleArn: aws.decommissionRoleArn, RoleSessionName: 'removal', ...input }
  expect(await refused(sts.send(new AssumeRoleCommand(asked)))).toBe('400 ValidationError')
})

test('a role lets in whom it trusts, whatever they may do', async () => {
  const { aws, sts } = await aSandbox() // as somebody who may do everything
  const asked = { RoleArn: aws.decommissionRoleArn, RoleSessionName: 'removal' }
  expect(await refused(sts.send(new AssumeRoleCommand(asked)))).toBe('403 AccessDenied')
})
