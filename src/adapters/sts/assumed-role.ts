import type { STS } from '@aws-sdk/client-sts'
import { ask } from '../aws-errors.ts'
import type { CredentialsProvider } from '../aws-client.ts'

/** An hour is what any role allows, and what a role that was itself assumed may assume another one for. */
const SECONDS = 3_600

/**
 * Signs as a role of which the worker's own credentials may have sessions. The SDK asks again shortly before a session ends.
 * `name` is what CloudTrail tells the session by.
 */
export const assumedRole =
  (client: () => STS, roleArn: string, name: string): CredentialsProvider =>
  () =>
    ask(`AssumeRole ${roleArn}`, async (how) => {
      const input = { RoleArn: roleArn, RoleSessionName: name, DurationSeconds: SECONDS }
      const { Credentials: given } = await client().assumeRole(input, how)
      const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '', Expiration } = given ?? {}
      return {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
        ...(Expiration && { expiration: Expiration }),
      }
    })
