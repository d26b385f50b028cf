import { AttachVolumeCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import {
  CreateNodegroupCommand,
  DescribeClusterCommand,
  DescribeClusterVersionsCommand,
  EKSClient,
  ListClustersCommand,
  ListFargateProfilesCommand,
  UpdateNodegroupConfigCommand,
} from '@aws-sdk/client-eks'
import { DescribeLoadBalancersCommand, SetRulePrioritiesCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { Calls } from '../../../src/sandbox/aws/calls.ts'
import { model } from '../../../src/sandbox/aws/protocol/model.ts'
import { route } from '../../../src/sandbox/aws/protocol/rest-json.ts'
import { eventually } from '../../support/eventually.ts'
import { aNodegroup, aSandbox, clientsOf, keysOf, refused, seedBlue } from './a-sandbox.ts'

afterEach(() => vi.unstubAllEnvs())

test('the environment is all that a client needs', async () => {
  const { aws } = await aSandbox()
  await seedBlue(aws)
  vi.stubEnv('AWS_ENDPOINT_URL', aws.endpoint)
  vi.stubEnv('AWS_REGION', aws.identity.region)
  vi.stubEnv('AWS_ACCESS_KEY_ID', aws.identity.accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', aws.identity.secretAccessKey)
  expect((await new EKSClient().send(new ListClustersCommand())).clusters).toEqual(['blue'])
})

test('the caller is the session of the role', async () => {
  const { aws } = await aSandbox()
  const { sts } = clientsOf(aws, keysOf(aws.identity))
  expect(await sts.send(new GetCallerIdentityCommand())).toMatchObject({
    Account: '123456789012',
    Arn: aws.identity.sessionArn,
  })
})

describe('a request', () => {
  type Clients = ReturnType<typeof clientsOf>
  const asks = {
    eks: ({ eks }: Clients) => eks.send(new ListClustersCommand()),
    elbv2: ({ elbv2 }: Clients) => elbv2.send(new DescribeLoadBalancersCommand()),
    sts: ({ sts }: Clients) => sts.send(new GetCallerIdentityCommand()),
    ec2: ({ ec2 }: Clients) => ec2.send(new DescribeVolumesCommand()),
  }
  test.for([
    { service: 'eks', unknown: 'UnrecognizedClientException', wrong: 'InvalidSignatureException' },
    { service: 'ec2', status: 401, unknown: 'AuthFailure', wrong: 'AuthFailure' },
    { service: 'elbv2', unknown: 'InvalidClientTokenId', wrong: 'SignatureDoesNotMatch' },
    { service: 'sts', unknown: 'InvalidClientTokenId', wrong: 'SignatureDoesNotMatch' },
  ] as const)('to $service with an unknown key, or a signature of another secret, is refused', async (row) => {
    const status = 'status' in row ? row.status : 403
    const { aws } = await aSandbox()
    const keys = keysOf(aws.identity)
    const stranger = clientsOf(aws, { ...keys, accessKeyId: 'AKIASTRANGER00000000' })
    expect(await refused(asks[row.service](stranger))).toBe(`${status} ${row.unknown}`)
    const forger = clientsOf(aws, { ...keys, secretAccessKey: 'another' })
    expect(await refused(asks[row.service](forger))).toBe(`${status} ${row.wrong}`)
    expect(aws.calls().map(({ error }) => error)).toEqual([row.unknown, row.wrong])
  })

  test('may be a presigned address: so a cluster learns whose token it has', async () => {
    const { aws } = await aSandbox()
    const query = new URLSearchParams({
      Action: 'GetCallerIdentity',
      Version: '2011-06-15',
      'X-Amz-Credential': `${aws.identity.accessKeyId}/20260901/ap-northeast-1/sts/aws4_request`,
    })
    const answer = await fetch(`${aws.endpoint}/?${query.toString()}`)
    expect(await answer.text()).toContain(`<Arn>${aws.identity.sessionArn}</Arn>`)
  })

  test('without a signature is a 403', async () => {
    const { aws } = await aSandbox()
    expect((await fetch(`${aws.endpoint}/clusters`)).status).toBe(403)
  })

  test.for([
    {
      says: 'of EKS',
      ask: ({ eks }: Clients) =>
        eks.send(new UpdateNodegroupConfigCommand({ clusterName: 'blue', nodegroupName: 'apps' })),
      operation: 'UpdateNodegroupConfig',
    },
    {
      says: 'of Elastic Load Balancing',
      ask: ({ elbv2 }: Clients) => elbv2.send(new SetRulePrioritiesCommand({ RulePriorities: [] })),
      operation: 'SetRulePriorities',
    },
    {
      says: 'of EC2',
      ask: ({ ec2 }: Clients) =>
        ec2.send(new AttachVolumeCommand({ VolumeId: 'vol-1', InstanceId: 'i-1', Device: '/dev/xvda' })),
      operation: 'AttachVolume',
    },
    {
      says: 'of STS',
      ask: ({ sts }: Clients) => sts.send(new GetSessionTokenCommand()),
      operation: 'GetSessionToken',
    },
  ])('for an operation $says that is not served is a 501 that names it', async ({ ask, operation }) => {
    const it = await aSandbox()
    const asked = ask(it)
    expect(await refused(asked)).toBe('501 NotServedBySandbox')
    await expect(asked).rejects.toThrow(operation)
    expect(it.aws.calls()).toMatchObject([{ operation, status: 501, error: 'NotServedBySandbox' }])
  })

  test('is recorded with what it asked for and how it ended', async () => {
    const { eks, elbv2, aws } = await aSandbox()
    await refused(eks.send(new DescribeClusterCommand({ name: 'a/b c' })))
    await elbv2.send(new DescribeLoadBalancersCommand({ PageSize: 5 }))
    expect(aws.calls()).toMatchObject([
      {
        service: 'eks',
        operation: 'DescribeCluster',
        status: 404,
        error: 'ResourceNotFoundException',
        parameters: { name: 'a/b c' },
      },
      { service: 'elasticloadbalancing', operation: 'DescribeLoadBalancers', status: 200, parameters: { PageSize: 5 } },
    ])
  })
})

test('each operation of EKS has an address of its own', () => {
  for (const { name, http } of model.eks.values()) {
    const path = http?.path.replaceAll(/\{\w+\}/g, 'arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx') ?? ''
    const question = { method: http?.method ?? '', path, query: new URLSearchParams(), headers: {}, body: '' }
    expect(route(question)?.operation.name).toBe(name)
  }
  expect(model.eks.size).toBeGreaterThan(60)
})

test('of recorded calls the newest stay', () => {
  const calls = new Calls()
  for (let n = 0; n <= 50_000; n += 1)
    calls.record({ at: String(n), service: 'eks', operation: 'ListClusters', status: 200, parameters: {} })
  expect(calls.all().length).toBeLessThanOrEqual(50_000)
  expect(calls.all().at(-1)?.at).toBe('50000')
})

describe('a fault', () => {
  test('throttles an operation so often as it was told, and the SDK tries again', async () => {
    const { eks, elbv2, aws, faults } = await aSandbox()
    await seedBlue(aws)
    faults.throttle('eks:CreateNodegroup', 2)
    faults.throttle('elasticloadbalancing:DescribeLoadBalancers')
    expect(await refused(eks.send(new CreateNodegroupCommand(aNodegroup())))).toBe('served')
    expect(await refused(elbv2.send(new DescribeLoadBalancersCommand()))).toBe('served')
    expect(aws.calls().map(({ status, error }) => [status, error])).toEqual([
      [429, 'ThrottlingException'],
      [429, 'ThrottlingException'],
      [200, undefined],
      [400, 'Throttling'],
      [200, undefined],
    ])
    expect(faults.list()).toEqual([])
  })

  test('fails an operation with the code that it was told, and no other operation', async () => {
    const { eks, aws, faults } = await aSandbox()
    await seedBlue(aws)
    faults.fail('eks:CreateNodegroup', { code: 'ResourceLimitExceededException' })
    expect(await refused(eks.send(new ListFargateProfilesCommand({ clusterName: 'blue' })))).toBe('served')
    const create = () => eks.send(new CreateNodegroupCommand(aNodegroup()))
    expect(await refused(create())).toBe('400 ResourceLimitExceededException')
    expect(await refused(create())).toBe('served')
  })

  test('that was cleared does nothing', async () => {
    const { eks, faults } = await aSandbox()
    faults.fail('eks:ListClusters', { code: 'ServerException', status: 500 }, 9)
    expect(faults.list()).toEqual([{ what: 'eks:ListClusters', times: 9, code: 'ServerException' }])
    faults.clear()
    expect(await refused(eks.send(new ListClustersCommand()))).toBe('served')
  })
})

test('an operation that is asked more often than it may be is throttled, and no other; it may be asked again later', async () => {
  const { aws, faults } = await aSandbox()
  const eks = new EKSClient({
    endpoint: aws.endpoint,
    region: aws.identity.region,
    credentials: aws.admin,
    maxAttempts: 1,
  })
  onTestFinished(() => eks.destroy())
  const list = () => refused(eks.send(new ListClustersCommand()))
  faults.limit('eks:ListClusters', { perSecond: 0.001, burst: 2 })
  expect(faults.list()).toEqual([{ what: 'eks:ListClusters, more than 0.001 a second', code: 'throttled' }])
  const answers = await Promise.all([list(), list(), list(), list()])
  expect(answers.toSorted()).toEqual([
    ...Array.from({ length: 2 }, () => '429 ThrottlingException'),
    ...Array.from({ length: 2 }, () => 'served'),
  ])
  expect(await refused(eks.send(new DescribeClusterVersionsCommand({})))).toBe('served')
  faults.limit('eks:ListClusters', { perSecond: 20, burst: 1 })
  expect(await list()).toBe('served')
  await eventually('there is a token again', async () => (await list()) === 'served')
  faults.clear()
  expect(faults.list()).toEqual([])
})
