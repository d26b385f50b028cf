import { STS } from '@aws-sdk/client-sts'
import type { IdentityPort } from '../../activities/ports.ts'
import { ask } from '../aws-errors.ts'

/** `clients`: one per region. */
export const sts = (clients: (region: string) => STS): IdentityPort => ({
  async whoAmI(region) {
    const { Account = '', Arn = '' } = await ask('GetCallerIdentity', (o) => clients(region).getCallerIdentity({}, o))
    return { account: Account, principalArn: principalOf(Arn) }
  },
})

/**
 * An access entry names a role, and STS a session of it: `arn:aws:sts::1:assumed-role/Role/session` is the role
 * `arn:aws:iam::1:role/Role`. A role's path is not in its sessions' ARN: for a role `/platform/Role` this gives
 * `role/Role`, which is not its ARN: see `ownPrincipal`.
 */
export function principalOf(arn: string): string {
  const session = /^arn:([\w-]+):sts::(\d+):assumed-role\/([^/]+)\/.+$/.exec(arn)
  return session ? `arn:${session[1]}:iam::${session[2]}:role/${session[3]}` : arn
}
