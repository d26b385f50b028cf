import { isOfAnother, type RoleUse } from '../domain/roles.ts'
import { isFailure } from './errors.ts'
import { fewAtATime } from './few-at-a-time.ts'
import type { IdentityPort, KubernetesPort } from './ports.ts'

/** Each is a token, and a question to STS. */
const AT_ONCE = 4

/**
 * Without those by which pods on green get their roles of other accounts already: nobody is asked for them any more. What cannot
 * be tried yet, because its ServiceAccount is not there, stays. Tokens are let go of here.
 */
export async function stillToBeGiven(
  { green, identity }: { readonly green: KubernetesPort; readonly identity: Pick<IdentityPort, 'roleRefusal'> },
  { account, region }: { readonly account: string; readonly region: string },
  uses: readonly RoleUse[],
): Promise<readonly RoleUse[]> {
  const left = await fewAtATime(uses, AT_ONCE, async (use) => {
    if (!use.pods || !isOfAnother(use.arn, account)) return [use]
    const [namespace = '', name = ''] = use.pods.account.split(':')
    try {
      const token = await green.tokenOf(namespace, name, use.pods.audience)
      return (await identity.roleRefusal(region, use.arn, token)) === undefined ? [] : [use]
    } catch (error) {
      if (!isFailure(error)) throw error
      return [use]
    }
  })
  return left.flat()
}
