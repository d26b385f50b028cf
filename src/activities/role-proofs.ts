import type { Duration } from '../domain/duration.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { roleOf } from '../domain/roles.ts'
import { denied, isDenied } from './errors.ts'
import { otherSide, proven, type Deed, type Outside } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { notYet } from './waiting.ts'

/** Then people are asked whether to wait on, or to go on without. */
const PATIENCE: Duration = '1d'

export const roleProofActions = (outside: Outside) => {
  /** Tokens and what STS gives for them are let go of here: neither is in a history, a log or an answer. */
  const proveRoles: Deed<'proveRoles'> = async (call) => {
    const { namespaces, on } = call.input
    const { region } = call.scope
    const world = await proven(outside, call.scope)
    const [here, there] = await Promise.all([world.on(on), world.on(otherSide(on))])
    const [accounts, theirs] = await Promise.all([accountsIn(here, namespaces), accountsIn(there, namespaces)])
    const mine = new Map(accounts.map((account) => [nameOf(account), account]))
    const all = [...mine.values(), ...theirs.filter((account) => !mine.has(nameOf(account)))]
    const without = await Promise.all(
      all.map(async (account) => {
        const role = roleOf(account)
        if (!role) return []
        const who = nameOf(account)
        if (!mine.has(who)) return [`${who} is not on ${on}`]
        const { namespace = '', name } = account.metadata
        const token = await here.tokenOf(namespace, name, role.audience).catch((error: unknown) => {
          if (!isDenied(error)) throw error
          throw denied(
            `${error.message}. Norikae needs it to try roles out: apply deploy/rbac/norikae.yaml, then retry`,
          )
        })
        const why = await outside.ports.identity.roleRefusal(region, role.arn, token)
        return why === undefined ? [] : [`${who} does not get ${role.arn}: ${why}`]
      }),
    )
    const refused = without.flat()
    const asked = all.filter((account) => roleOf(account) !== undefined).length
    if (refused.length > 0)
      throw notYet(
        `${refused.length} of ${asked} service accounts of ${call.input.app} do not get their roles on ${on}: ${refused.join('; ')}`,
        PATIENCE,
      )
    return {
      note: `${asked} ${asked === 1 ? 'service account gets its role' : 'service accounts get their roles'} on ${on}`,
    }
  }

  return { proveRoles }
}

const nameOf = ({ metadata }: KubernetesObject): string => `${metadata.namespace ?? ''}/${metadata.name}`

/** Those that are to get a role. */
async function accountsIn(cluster: KubernetesPort, namespaces: readonly string[]): Promise<KubernetesObject[]> {
  const found = await Promise.all(namespaces.map((namespace) => cluster.list('ServiceAccount', { namespace })))
  return found.flat().filter((account) => roleOf(account) !== undefined)
}

/** Whether anything in these namespaces is to get a role. */
export const hasRoles = async (cluster: KubernetesPort, namespaces: readonly string[]): Promise<boolean> =>
  (await accountsIn(cluster, namespaces)).length > 0
