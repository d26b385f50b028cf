import { randomBytes } from 'node:crypto'
import type {
  AssumeRoleRequest,
  AssumeRoleResponse,
  AssumeRoleWithWebIdentityRequest,
  AssumeRoleWithWebIdentityResponse,
  GetCallerIdentityRequest,
  GetCallerIdentityResponse,
} from '@aws-sdk/client-sts'
import { accessDenied } from './authorization/authorize.ts'
import type { Needs } from './authorization/needs.ts'
import { AwsError, validationError } from './errors.ts'
import { admits } from './iam/trust.ts'
import type { IamWorld } from './iam/world.ts'
import { named, type Principals } from './principals.ts'
import type { Given, Operations, Serve } from './protocol/operations.ts'
import { claimsOf, type KeysOf } from './web-identity.ts'

/** Nobody signs these: who asks is in the token. */
export const unsigned: ReadonlySet<string> = new Set(['AssumeRoleWithWebIdentity'])

export const stsOperations = (principals: Principals, iam: IamWorld, keysOf: KeysOf) =>
  ({
    /** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
    GetCallerIdentity: ((_, { sessionArn }) => ({
      UserId: userId(sessionArn),
      Account: sessionArn.split(':')[4],
      Arn: sessionArn,
    })) satisfies Serve<GetCallerIdentityRequest, GetCallerIdentityResponse>,

    /** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
    AssumeRole: ((input, { roleArn, sessionArn }) => {
      const { RoleArn, RoleSessionName } = input
      const seconds = checkSession(input)
      const role = principals.roles.get(RoleArn)
      // A role that is not there is answered as one that may not be assumed.
      if (!role?.trusts.includes(roleArn)) throw accessDenied('sts', sessionArn, toAssume(input), false)
      const expiresAt = new Date(Date.now() + seconds * 1000)
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

    /** The credentials open nothing here. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
    AssumeRoleWithWebIdentity: ((input) => {
      const { RoleArn, RoleSessionName, WebIdentityToken } = input
      const seconds = checkSession(input)
      const { iss, sub, aud } = claimsOf(WebIdentityToken, keysOf)
      const url = iss.replace('https://', '')
      const provider = iam.providerFor(RoleArn, url)
      if (!provider)
        throw new AwsError('InvalidIdentityToken', `No OpenIDConnect provider found in your account for ${iss}`)
      const audience = aud.find((one) => provider.clientIds.includes(one))
      if (audience === undefined) throw new AwsError('InvalidIdentityToken', 'Incorrect token audience')
      const trust = iam.trustFor(RoleArn)
      if (trust === undefined || !admits(trust, provider.arn, { [`${url}:sub`]: sub, [`${url}:aud`]: audience }))
        throw new AwsError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403)
      return {
        Credentials: {
          AccessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
          SecretAccessKey: randomBytes(30).toString('base64'),
          SessionToken: randomBytes(60).toString('base64'),
          Expiration: new Date(Date.now() + seconds * 1000),
        },
        SubjectFromWebIdentityToken: sub,
        AssumedRoleUser: {
          AssumedRoleId: `AROASANDBOX:${RoleSessionName}`,
          Arn: named(RoleArn.split(':')[4] ?? '', RoleArn.split('/').at(-1) ?? '', RoleSessionName).sessionArn,
        },
        Provider: provider.arn,
        Audience: audience,
      }
    }) satisfies Serve<AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse>,
  }) satisfies Operations

/**
 * GetCallerIdentity needs nothing: "No permissions are required to perform this operation"; nor does who shows a token, of whom
 * a role's trust policy decides alone.
 */
export const stsNeeds = {
  GetCallerIdentity: () => [],
  AssumeRoleWithWebIdentity: () => [],
  AssumeRole: (input: Given<AssumeRoleRequest>) => [toAssume(input)],
} satisfies Needs

const AN_HOUR = 3600

/** How long the session lasts. Throws what STS says of one that it does not make. */
function checkSession(input: Pick<Given<AssumeRoleRequest>, 'RoleSessionName' | 'DurationSeconds'>): number {
  const { RoleSessionName, DurationSeconds = AN_HOUR } = input
  if (!/^[\w+=,.@-]{2,64}$/.test(RoleSessionName)) throw invalid('roleSessionName', RoleSessionName)
  if (DurationSeconds < 900 || DurationSeconds > 43_200) throw invalid('durationSeconds', DurationSeconds)
  return DurationSeconds
}

const toAssume = ({ RoleArn }: Given<AssumeRoleRequest>) => ({ action: 'sts:AssumeRole', resource: RoleArn })

const userId = (sessionArn: string): string => {
  const [, role, session] = sessionArn.split('/')
  return `AROASANDBOX${(role ?? '').replaceAll(/[^A-Za-z]/g, '').toUpperCase()}:${session}`
}

const invalid = (member: string, value: string | number) =>
  validationError(`1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint`)
