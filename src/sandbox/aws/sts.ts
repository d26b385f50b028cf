import { randomBytes } from 'node:crypto'
import type {
  AssumeRoleWithWebIdentityRequest,
  AssumeRoleWithWebIdentityResponse,
  GetCallerIdentityRequest,
  GetCallerIdentityResponse,
} from '@aws-sdk/client-sts'
import type { AwsIdentity } from '../types.ts'
import { AwsError, validationError } from './errors.ts'
import { admits } from './iam/trust.ts'
import type { IamWorld } from './iam/world.ts'
import type { Operations, Serve } from './protocol/operations.ts'
import { claimsOf, type KeysOf } from './web-identity.ts'

const AN_HOUR = 3600

/** Nobody signs these: who asks is in the token. */
export const unsigned: ReadonlySet<string> = new Set(['AssumeRoleWithWebIdentity'])

export const stsOperations = ({ account, sessionArn }: AwsIdentity, iam: IamWorld, keysOf: KeysOf) =>
  ({
    /** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
    GetCallerIdentity: (() => ({
      UserId: `AROASANDBOXNORIKAE000:${sessionArn.split('/').at(-1)}`,
      Account: account,
      Arn: sessionArn,
    })) satisfies Serve<GetCallerIdentityRequest, GetCallerIdentityResponse>,

    /** The credentials open nothing here. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
    AssumeRoleWithWebIdentity: ((input) => {
      const { RoleArn, RoleSessionName, WebIdentityToken, DurationSeconds = AN_HOUR } = input
      if (DurationSeconds < 900 || DurationSeconds > 43_200)
        throw validationError('durationSeconds must have a value between 900 and 43200')
      if (!/^[\w+=,.@-]{2,64}$/.test(RoleSessionName)) throw validationError('roleSessionName is not valid')
      const { iss, sub, aud } = claimsOf(WebIdentityToken, keysOf)
      const url = iss.replace('https://', '')
      const provider = iam.seen().find((one) => one.url === url)
      if (!provider)
        throw new AwsError('InvalidIdentityToken', `No OpenIDConnect provider found in your account for ${iss}`)
      const audience = aud.find((one) => provider.clientIds.includes(one))
      if (audience === undefined) throw new AwsError('InvalidIdentityToken', 'Incorrect token audience')
      const role = [...iam.roles.values()].find(({ arn }) => arn === RoleArn)
      if (!role || !admits(iam.trustOf(role), provider.arn, { [`${url}:sub`]: sub, [`${url}:aud`]: audience }))
        throw new AwsError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403)
      return {
        Credentials: {
          AccessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
          SecretAccessKey: randomBytes(30).toString('base64'),
          SessionToken: randomBytes(60).toString('base64'),
          Expiration: new Date(Date.now() + DurationSeconds * 1000),
        },
        SubjectFromWebIdentityToken: sub,
        AssumedRoleUser: {
          AssumedRoleId: `${role.id}:${RoleSessionName}`,
          Arn: `arn:aws:sts::${account}:assumed-role/${role.name}/${RoleSessionName}`,
        },
        Provider: provider.arn,
        Audience: audience,
      }
    }) satisfies Serve<AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse>,
  }) satisfies Operations
