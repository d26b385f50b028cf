import type { GetCallerIdentityRequest, GetCallerIdentityResponse } from '@aws-sdk/client-sts'
import type { AwsIdentity } from '../types.ts'
import type { Operations, Serve } from './protocol/operations.ts'

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export const stsOperations = ({ account, sessionArn }: AwsIdentity) =>
  ({
    GetCallerIdentity: (() => ({
      UserId: `AROASANDBOXNORIKAE000:${sessionArn.split('/').at(-1)}`,
      Account: account,
      Arn: sessionArn,
    })) satisfies Serve<GetCallerIdentityRequest, GetCallerIdentityResponse>,
  }) satisfies Operations
