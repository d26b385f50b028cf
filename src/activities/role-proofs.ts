import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { roleOf } from '../domain/roles.ts'
import { denied, isDenied } from './errors.ts'
import { otherSide, proven, type Deed, type Outside } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { budgets, notYet } from './waiting.ts'

export const roleProofActions = (outside: Outside) => {
  /** Tokens and what STS gives for them are let go of here: neither is in a history, a log or an answer. */
  const proveRoles: Deed<'proveRoles'> = async (call) => {
    const { app, namespaces, on } = call.input
    const world = await proven(outside, call.scope)
    const [here, there] = await Promise.all([world.on(on), world.on(otherSide(on))])
    const [accounts, others] = await Promise.all([accountsIn(here, namespaces), accountsIn(there, namespaces)])
    const isAmong = (some: readonly KubernetesObject[], account: KubernetesObject) =>
      some.some((one) => nameOf(one) === nameOf(account))
    const tried = await Promise.all(
      accounts.map(async (account) => {
        const why = await refusalOf(here, account, call.scope.region)
        if (why === undefined) return { is: 'given' } as const
        // What is not so on the other side either is nothing that moving changes.
        const before = isAmong(others, account) ? await refusalOf(there, account, call.scope.region) : undefined
        return before === undefined
          ? ({ is: 'refused', says: `${nameOf(account)} does not get ${roleOf(account)?.arn ?? ''}: ${why}` } as const)
          : ({ is: 'never', says: nameOf(account) } as const)
      }),
    )
    const that = (is: 'given' | 'refused' | 'never') =>
      tried.filter((one) => one.is === is).map((one) => ('says' in one ? one.says : ''))
    const absent = others.filter((account) => !isAmong(accounts, account)).map((a) => `${nameOf(a)} is not on ${on}`)
    const refused = [...that('refused'), ...absent]
    if (refused.length > 0)
      throw notYet(
        `${refused.length} of ${accounts.length + absent.length} service accounts of ${app} do not get their roles on ${on}: ${refused.join('; ')}`,
        // IAM tells everybody within seconds; what lasts longer is for people.
        budgets.objects,
      )
    const [given, never] = [that('given').length, that('never')]
    return {
      note: `${given} ${given === 1 ? 'service account gets its role' : 'service accounts get their roles'} on ${on}${never.length === 0 ? '' : `; on neither side: ${never.join(', ')}`}`,
    }
  }

  /** Why pods of it do not get its role, in STS's words; undefined: they do. */
  async function refusalOf(cluster: KubernetesPort, account: KubernetesObject, region: string) {
    const { namespace = '', name } = account.metadata
    const { arn = '', audience = '' } = roleOf(account) ?? {}
    const token = await cluster.tokenOf(namespace, name, audience).catch((error: unknown) => {
      if (!isDenied(error)) throw error
      throw denied(`${error.message}. Norikae needs it to try roles out: apply deploy/rbac/norikae.yaml, then retry`)
    })
    return outside.ports.identity.roleRefusal(region, arn, token)
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
