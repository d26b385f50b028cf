import type { STS } from '@aws-sdk/client-sts'
import { ApplicationFailure } from '@temporalio/common'
import type { IdentityPort } from '../../activities/ports.ts'
import { ask } from '../aws-errors.ts'

/** A session that may do nothing, whatever its role may. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session */
const NOTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
})
const SHORTEST_S = 900

/** `InvalidIdentityToken` is also what STS says where it could not ask an issuer for its keys. */
const SETTLED = /^(No OpenIDConnect provider found|Incorrect token audience)/

interface Known {
  readonly accessKeyId: string
  readonly is: Awaited<ReturnType<IdentityPort['whoAmI']>>
}

/**
 * `clients`: one per region. Asked once for each access key, which is of one principal for as long as it lives: every look
 * of every watch begins with this question.
 */
export const sts = (clients: (region: string) => STS): Omit<IdentityPort, 'whoRemoves'> => {
  const known = new Map<string, Known>()
  return {
    whoAmI: (region) =>
      ask('GetCallerIdentity', async (how) => {
        const client = clients(region)
        const { accessKeyId } = await client.config.credentials()
        const last = known.get(region)
        if (last?.accessKeyId === accessKeyId) return last.is
        const { Account = '', Arn = '' } = await client.getCallerIdentity({}, how)
        const is = { account: Account, principalArn: principalOf(Arn) }
        known.set(region, { accessKeyId, is })
        return is
      }),

    async roleRefusal(region, roleArn, token) {
      try {
        await ask(`AssumeRoleWithWebIdentity ${roleArn}`, (how) =>
          clients(region).assumeRoleWithWebIdentity(
            {
              RoleArn: roleArn,
              RoleSessionName: 'norikae-proof',
              WebIdentityToken: token,
              DurationSeconds: SHORTEST_S,
              // What comes back opens nothing, and is let go of at once.
              Policy: NOTHING,
            },
            how,
          ),
        )
        return undefined
      } catch (error) {
        // Whatever STS says of the role, its provider or the token, it has its reasons; only silence is no answer.
        if (!(error instanceof ApplicationFailure) || error.type === 'Unreachable') throw error
        return { says: error.message, isSettled: error.type === 'Denied' || SETTLED.test(error.message) }
      }
    },
  }
}

/**
 * An access entry names a role, and STS a session of it: `arn:aws:sts::1:assumed-role/Role/session` is the role
 * `arn:aws:iam::1:role/Role`. A role's path is not in its sessions' ARN: for a role `/platform/Role` this gives
 * `role/Role`, which is not its ARN: see `ownPrincipal`.
 */
export function principalOf(arn: string): string {
  const session = /^arn:([\w-]+):sts::(\d+):assumed-role\/([^/]+)\/.+$/.exec(arn)
  return session ? `arn:${session[1]}:iam::${session[2]}:role/${session[3]}` : arn
}
