import type {
  AssumeRoleRequest,
  AssumeRoleResponse,
  GetCallerIdentityRequest,
  GetCallerIdentityResponse,
} from '@aws-sdk/client-sts'
import { accessDenied } from './authorization/authorize.ts'
import type { Needs } from './authorization/needs.ts'
import { validationError } from './errors.ts'
import type { Principals } from './principals.ts'
import type { Given, Operations, Serve } from './protocol/operations.ts'

export const stsOperations = (principals: Principals) =>
  ({
    /** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
    GetCallerIdentity: ((_, { sessionArn }) => ({
      UserId: userId(sessionArn),
      Account: sessionArn.split(':')[4],
      Arn: sessionArn,
    })) satisfies Serve<GetCallerIdentityRequest, GetCallerIdentityResponse>,

    /** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
    AssumeRole: ((input, { roleArn, sessionArn }) => {
      const { RoleArn, RoleSessionName, DurationSeconds = 3600 } = input
      if (!/^[\w+=,.@-]{2,64}$/.test(RoleSessionName)) throw invalid('roleSessionName', RoleSessionName)
      if (DurationSeconds < 900 || DurationSeconds > 43_200) throw invalid('durationSeconds', DurationSeconds)
      const role = principals.roles.get(RoleArn)
      // A role that is not there is answered as one that may not be assumed.
      if (!role?.trusts.includes(roleArn)) throw accessDenied('sts', sessionArn, toAssume(input), false)
      const expiresAt = new Date(Date.now() + DurationSeconds * 1000)
      const session = principals.assume(role, RoleSessionName, expiresAt)
      return {
        Credentials: {
          AccessKeyId: session.keys.accessKeyId,
          SecretAccessKey: session.keys.secretAccessKey,
          SessionToken: session.keys.sessionToken ?? '',
          Expiration: session.expiresAt,
        },
        AssumedRoleUser: { AssumedRoleId: userId(session.sessionArn), Arn: session.sessionArn },
      }
    }) satisfies Serve<AssumeRoleRequest, AssumeRoleResponse>,
  }) satisfies Operations

/** GetCallerIdentity needs nothing: "No permissions are required to perform this operation". */
export const stsNeeds = {
  GetCallerIdentity: () => [],
  AssumeRole: (input: Given<AssumeRoleRequest>) => [toAssume(input)],
} satisfies Needs

const toAssume = ({ RoleArn }: Given<AssumeRoleRequest>) => ({ action: 'sts:AssumeRole', resource: RoleArn })

const userId = (sessionArn: string): string => {
  const [, role, session] = sessionArn.split('/')
  return `AROASANDBOX${(role ?? '').replaceAll(/[^A-Za-z]/g, '').toUpperCase()}:${session}`
}

const invalid = (member: string, value: string | number) =>
  validationError(`1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint`)
