import type { ClusterDescription } from '../domain/eks-objects.ts'
import type { Duration } from '../domain/duration.ts'
import { trustPolicy, withGreen, withoutCluster, type TrustPolicy } from '../domain/role-trust.ts'
import { statementsToAdd, toolOf, type RoleDescription } from '../domain/roles.ts'
import { contested, notFound, quotaExceeded } from './errors.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { proven, type Deed, type Outside, type Proven } from './outside.ts'
import { budgets, notYet, remember, remembered } from './waiting.ts'

/** Then people are asked whether to wait on, or to go on without what nobody adds. */
const PATIENCE: Duration = '1d'

/** IAM tells what was written after seconds; what is written again meanwhile would be made from what is not so any more. */
const SETTLES_MS = 15_000

/**
 * IAM has no conditional write: a trust policy is read, changed and replaced. In this process one at a time; what another
 * one has overwritten is seen by whoever reads next, and `trustCluster` is asked twice for that.
 */
export const roleTrustActions = (outside: Outside) => {
  const trustCluster: Deed<'trustCluster'> = async (call) => {
    const { cluster, like, roles: names } = call.input
    const { eks, roles } = await proven(outside, call.scope)
    const [blue, green] = await both(eks, like, cluster)
    const quota = await roles.trustQuota()
    let ofBlue = 0
    for (const name of names) {
      const wrote = await oneAtATime(`trust ${call.scope.account} ${name}`, async () => {
        const role = await roles.find(name)
        // Nobody can act as it any more, on blue neither.
        if (!role) return false
        const amended = withGreen(trustPolicy(role.trust), blue, green, quota)
        ofBlue += amended.ofBlue
        if (amended.missing.length === 0) return false
        refuseTool(role)
        if (amended.length > quota)
          throw quotaExceeded(
            `the trust policy of role ${name} needs ${amended.length} characters to let in ${cluster} too, and this account allows ${quota}. Take statements of clusters that are gone out of it, or have the quota L-C07B4B0D of IAM raised, then retry`,
          )
        await replace(roles, role, amended.policy)
        return true
      })
      if (wrote) throw notYet(`the trust policy of role ${name} was just written`, budgets.objects)
    }
    return { note: `${inWords(names)} let in ${cluster} wherever they let in ${like} (${ofBlue} statements)` }
  }

  const distrustCluster: Deed<'distrustCluster'> = async (call) => {
    const { cluster, role: name, issuer } = call.input
    const { eks, roles } = await proven(outside, call.scope)
    const there = issuer === undefined ? undefined : await eks.findCluster(cluster)
    if (issuer !== undefined && isStill(there, issuer))
      return { note: `${cluster} is there yet, and its pods go on acting as role ${name}` }
    return oneAtATime(`trust ${call.scope.account} ${name}`, async () => {
      const role = await roles.find(name)
      if (!role) return { note: `role ${name} is gone` }
      const policy = trustPolicy(role.trust)
      const left = withoutCluster(policy, { name: cluster, takenSince: there !== undefined }, issuer)
      if (!left)
        return { note: `role ${name} lets in nobody but ${cluster}, which is gone: its trust policy was left as it is` }
      if (left.Statement.length === policy.Statement.length && JSON.stringify(left) === JSON.stringify(policy))
        return { note: `the trust policy of role ${name} has nothing of ${cluster}` }
      refuseTool(role)
      await replace(roles, role, left)
      throw notYet(`${cluster} was just taken out of the trust policy of role ${name}`, budgets.objects)
    })
  }

  const awaitTrust: Deed<'awaitTrust'> = async (call) => {
    const { cluster, like, roles: names } = call.input
    const { eks, roles } = await proven(outside, call.scope)
    const [blue, green] = await both(eks, like, cluster)
    const quota = await roles.trustQuota()
    const found = await Promise.all(names.map((name) => roles.find(name)))
    const missing = found.flatMap((role) => {
      if (!role) return []
      const { missing: statements } = withGreen(trustPolicy(role.trust), blue, green, quota)
      return statements.length === 0 ? [] : [{ name: role.name, missing: statements }]
    })
    if (missing.length === 0) return { note: `${inWords(names)} let in ${cluster} too` }
    throw notYet(
      `${missing.length} of ${names.length} roles do not let in ${cluster} yet. To be added to Statement of their trust policies: ${statementsToAdd(missing)}`,
      PATIENCE,
    )
  }

  return { trustCluster, distrustCluster, awaitTrust }
}

const inWords = (names: readonly string[]): string =>
  names.length === 1 ? `role ${names[0] ?? ''}` : `${names.length} roles`

type Eks = Pick<Proven['eks'], 'findCluster'>

/** Throws `notFound` where one is not there, or has no issuer yet. */
export async function both(eks: Eks, like: string, cluster: string) {
  const [blue, green] = await Promise.all([eks.findCluster(like), eks.findCluster(cluster)])
  if (!blue || !green) throw notFound(`cluster ${blue ? cluster : like} is not there`)
  return [blue, green] as const
}

/**
 * What still needs it may not lose it. Whoever was to remove the cluster has not, and people went on without: they are not
 * asked for each of its belongings again.
 */
export const isStill = (found: ClusterDescription | undefined, issuer: string): boolean => found?.oidcIssuer === issuer

/** Since the plan was made somebody has put it under a tool that takes back what it does not know. */
function refuseTool({ name, tags }: RoleDescription): void {
  const tool = toolOf(tags)
  if (tool !== undefined)
    throw contested(
      `role ${name} belongs to ${tool}, so Norikae does not write its trust policy. Change it there, then retry; or take the tag away`,
    )
}

/** Not again while IAM may still tell what was before: what others wrote since then would be lost. */
async function replace(roles: Proven['roles'], { name }: RoleDescription, policy: TrustPolicy): Promise<void> {
  const wrote = remembered<Readonly<Record<string, number>>>({})
  if (Date.now() - (wrote[name] ?? 0) < SETTLES_MS)
    throw notYet(`the trust policy of role ${name} was written, and IAM does not tell it yet`, budgets.objects)
  await roles.setTrust(name, JSON.stringify(policy))
  remember({ ...wrote, [name]: Date.now() })
}
