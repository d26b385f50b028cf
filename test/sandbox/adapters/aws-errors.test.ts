import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, awsError } from '../../../src/adapters/aws-errors.ts'
import type { AwsFaults } from '../../../src/sandbox/aws/faults.ts'
import { anAws, type AnAws } from './aws.ts'
import { failureOf, nowhere } from './local.ts'
import { connectOutside } from '../../../src/adapters/index.ts'

let world: AnAws
beforeAll(async () => {
  process.env['AWS_MAX_ATTEMPTS'] = '1' // the table is about the last answer; the retries before it take seconds
  world = await anAws()
})
afterAll(() => world.stop())

interface Row {
  readonly name: string
  readonly type: string
  readonly status?: number
}

const eks: readonly Row[] = [
  { name: 'AccessDeniedException', status: 403, type: 'Denied' },
  { name: 'UnrecognizedClientException', status: 403, type: 'Denied' },
  { name: 'InvalidSignatureException', status: 403, type: 'Denied' },
  { name: 'ExpiredTokenException', status: 403, type: 'Unreachable' },
  { name: 'ResourceLimitExceededException', type: 'QuotaExceeded' },
  { name: 'InvalidParameterException', type: 'InvalidInput' },
  { name: 'ValidationException', type: 'InvalidInput' },
  { name: 'ResourceNotFoundException', status: 404, type: 'NotFound' },
  { name: 'ResourceInUseException', status: 409, type: 'InUse' },
  { name: 'InvalidRequestException', type: 'Failed' },
  { name: 'InvalidStateException', type: 'Failed' },
  { name: 'ClientException', type: 'Failed' },
  // Of STS: it passes, whatever its status says.
  { name: 'IDPCommunicationErrorException', status: 400, type: 'Unreachable' },
  { name: 'ThrottlingException', status: 429, type: 'Unreachable' },
  { name: 'TooManyRequestsException', status: 429, type: 'Unreachable' },
  { name: 'ServerException', status: 500, type: 'Unreachable' },
  { name: 'ServiceUnavailableException', status: 503, type: 'Unreachable' },
  { name: 'NobodyKnowsThisException', status: 400, type: 'Failed' },
  { name: 'NobodyKnowsThisEitherException', status: 502, type: 'Unreachable' },
]

const elb: readonly Row[] = [
  { name: 'AccessDenied', status: 403, type: 'Denied' },
  { name: 'UnauthorizedOperation', status: 403, type: 'Denied' },
  { name: 'InvalidClientTokenId', status: 403, type: 'Denied' },
  { name: 'SignatureDoesNotMatch', status: 403, type: 'Denied' },
  { name: 'ExpiredToken', status: 403, type: 'Unreachable' },
  { name: 'TooManyTargetGroups', type: 'QuotaExceeded' },
  { name: 'TooManyUniqueTargetGroupsPerLoadBalancer', type: 'QuotaExceeded' },
  { name: 'TargetGroupAssociationLimit', type: 'QuotaExceeded' },
  { name: 'ValidationError', type: 'InvalidInput' },
  { name: 'InvalidConfigurationRequest', type: 'InvalidInput' },
  { name: 'ListenerNotFound', type: 'NotFound' },
  { name: 'ResourceInUse', type: 'InUse' },
  { name: 'OperationNotPermitted', type: 'Failed' },
  { name: 'PriorityInUse', type: 'InUse' },
  { name: 'Throttling', type: 'Unreachable' },
  { name: 'RequestLimitExceeded', status: 503, type: 'Unreachable' },
  { name: 'InternalFailure', status: 500, type: 'Unreachable' },
]

const setTo = (faults: AwsFaults, operation: string, { name, status }: Row) =>
  faults.fail(operation, { code: name, message: 'AWS said so', ...(status !== undefined && { status }) })

describe('an error of AWS is one of ours', () => {
  /** Clients of its own: one that was throttled waits before it asks again. */
  async function told(operation: string, row: Row, ask: (outside: AnAws['outside']) => Promise<unknown>) {
    const outside = connectOutside({ credentials: world.credentials })
    setTo(world.faults, operation, row)
    const failure = await failureOf(ask(outside))
    world.faults.clear()
    await outside.close()
    return failure
  }

  test.for(eks)('EKS: $name is $type', async (row) => {
    const failure = await told('eks:UpdateClusterConfig', row, (outside) =>
      outside.eks(world.region).setDeletionProtection('blue', false, 'token-1'),
    )
    expect(failure.type).toBe(row.type)
    expect(failure.message).toMatch(
      new RegExp(`^AWS said so \\(UpdateClusterConfig blue: ${row.name}, request [\\w-]+\\)$`),
    )
  })

  test.for(elb)('ELB: $name is $type', async (row) => {
    const failure = await told('elasticloadbalancing:DescribeTargetHealth', row, (outside) =>
      outside.loadBalancing(world.region).health('arn:group'),
    )
    expect(failure.type).toBe(row.type)
    expect(failure.message).toMatch(/^AWS said so \(DescribeTargetHealth arn:group: /)
  })

  test('what is for good is not retried, and what is transient is', async () => {
    const named = (name: string) => Object.assign(new Error('said so'), { name, $metadata: { httpStatusCode: 400 } })
    expect(awsError('X', named('InvalidRequestException')).nonRetryable).toBe(true)
    expect(awsError('X', named('ThrottlingException')).nonRetryable).toBe(false)
    expect(awsError('X', named('ResourceInUseException')).nonRetryable).toBe(false)
  })

  test('a throttled request is asked again by the SDK itself', async () => {
    delete process.env['AWS_MAX_ATTEMPTS']
    const outside = connectOutside({ credentials: world.credentials })
    world.faults.throttle('eks:ListClusters', 1)
    await expect(outside.eks(world.region).clusterNames()).resolves.toEqual([])
    await outside.close()
  })
})

describe('no answer', () => {
  test('a port where nobody listens', async () => {
    process.env['AWS_ENDPOINT_URL'] = await nowhere()
    const outside = connectOutside({ credentials: world.credentials })
    const failure = await failureOf(outside.eks(world.region).clusterNames())
    process.env['AWS_ENDPOINT_URL'] = world.aws.endpoint
    await outside.close()
    expect(failure.type).toBe('Unreachable')
    expect(failure.message).toMatch(/^ListClusters: connect ECONNREFUSED/)
  })

  test('credentials that nobody has', async () => {
    const none = async () => {
      throw Object.assign(new Error('Could not load credentials from any providers'), {
        name: 'CredentialsProviderError',
      })
    }
    const outside = connectOutside({ credentials: none })
    const failure = await failureOf(outside.eks(world.region).clusterNames())
    await outside.close()
    expect(failure.type).toBe('Unreachable')
    expect(failure.message).toContain('Could not load credentials')
  })

  test('a request that was given up', async () => {
    const timeout = () => Promise.reject(new DOMException('The operation was aborted due to timeout', 'TimeoutError'))
    const failure = await failureOf(ask('ListClusters', timeout))
    expect(failure).toMatchObject({ type: 'Unreachable', message: 'ListClusters: no answer in time' })
  })
})

test.for([
  { says: 'a security token', text: 'bad X-Amz-Security-Token=IQoJb3Jp&x=1', kept: 'bad X-Amz-Security-Token=…&x=1' },
  { says: 'a signature', text: 'no Signature=abc123, sorry', kept: 'no Signature=…, sorry' },
  {
    says: 'the request that was signed',
    text: 'does not match\nhost:x\nx-amz-security-token:IQoJ',
    kept: 'does not match',
  },
  { says: 'a token for a cluster', text: 'got k8s-aws-v1.aHR0cHM6Ly9z', kept: 'got k8s-aws-v1.…' },
  { says: 'an authorization header', text: 'sent Authorization: Bearer abc', kept: 'sent Authorization: …' },
])('no message tells $says', ({ text, kept }) => {
  const error = Object.assign(new Error(text), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } })
  expect(awsError('Ask', error).message).toBe(`${kept} (Ask: AccessDenied)`)
})
