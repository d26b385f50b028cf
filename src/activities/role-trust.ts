import type { ActionCall } from '../domain/actions.ts'
import type { ClusterDescription } from '../domain/eks-objects.ts'
import type { Duration } from '../domain/duration.ts'
import { trustPolicy, withGreen, withoutCluster, type TrustPolicy } from '../domain/role-trust.ts'
import { toolOf, type Whose } from '../domain/role-owners.ts'
import { wholeOf } from '../domain/readable.ts'
import { statementsToAdd, type RoleDescription } from '../domain/roles.ts'
import { awaitGone } from './clusters.ts'
import { described } from './described-roles.ts'
import { contested, notFound, quotaExceeded } from './errors.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { proven, type Deed, type Outside, type Proven } from './outside.ts'
import { budgets, doneWithin, noteDone, notYet, onceEach, remember } from './waiting.ts'

/** Then people are asked whether to wait on, or to go on without what nobody adds. */
const PATIENCE: Duration = '1d'

/** IAM tells what was written after seconds; what is written again meanwhile would be made from what is not so any more. */
const SETTLES_MS = 15_000

/** There may be a thousand, and IAM answers the whole account. */
const AT_ONCE = 4

/** `wrote`: it was to be written, so it is looked at again. */
interface Looked {
  readonly ofBlue: number
  readonly wrote?: true
}

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
    const look = async (name: string): Promise<Looked> => {
      const role = await roles.find(name)
      // Nobody can act as it any more, on blue neither.
      if (!role) return { ofBlue: 0 }
      const amended = withGreen(trustPolicy(role.trust), blue, green, quota)
      const { ofBlue } = amended
      if (amended.missing.length === 0) return { ofBlue }
      refuseTool(role, whose(call))
      if (amended.length > quota)
        throw quotaExceeded(
          `the trust policy of role ${name} needs ${amended.length} characters to let in ${cluster} too, and this account allows ${quota}. Take statements of clusters that are gone out of it, or have the quota L-C07B4B0D of IAM raised, then retry`,
        )
      await replace(roles, role, amended.policy)
      return { ofBlue, wrote: true }
    }
    const looked = await onceEach(
      names,
      (name) => name,
      (name) => oneAtATime(`trust ${call.scope.account} ${name}`, () => look(name)),
      AT_ONCE,
    )
    const wrote = [...looked].filter(([, its]) => its.wrote).map(([name]) => name)
    if (wrote.length > 0) {
      // These are looked at again, until IAM tells what was written.
      remember([...looked].filter(([, its]) => !its.wrote))
      throw notYet(
        wrote.length === 1
          ? `the trust policy of role ${wrote[0] ?? ''} was written, and IAM is to tell it`
          : `the trust policies of ${wrote.length} of ${names.length} roles were written, and IAM is to tell them`,
        budgets.objects,
      )
    }
    const ofBlue = [...looked.values()].reduce((sum, its) => sum + its.ofBlue, 0)
    return { note: `${inWords(names)} let in ${cluster} wherever they let in ${like} (${ofBlue} statements)` }
  }

  const distrustCluster: Deed<'distrustCluster'> = async (call) => {
    const { cluster, role: name, issuer } = call.input
    const { eks, roles } = await proven(outside, call.scope)
    const there = issuer === undefined ? undefined : await eks.findCluster(cluster)
    awaitGone(there)
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
      refuseTool(role, whose(call))
      await replace(roles, role, left)
      throw notYet(`${cluster} was just taken out of the trust policy of role ${name}`, budgets.objects)
    })
  }

  const awaitTrust: Deed<'awaitTrust'> = async (call) => {
    const { cluster, like, roles: names } = call.input
    const { eks, roles } = await proven(outside, call.scope)
    const [blue, green] = await both(eks, like, cluster)
    const quota = await roles.trustQuota()
    const found = await described(roles, names)
    const missing = found.flatMap((role) => {
      const { missing: statements } = withGreen(trustPolicy(role.trust), blue, green, quota)
      return statements.length === 0 ? [] : [{ name: role.name, missing: statements }]
    })
    if (missing.length === 0) return { note: `${inWords(names)} let in ${cluster} too` }
    const whole = wholeOf(call.scope.platform)
    throw notYet(
      `${missing.length} of ${names.length} roles do not let in ${cluster} yet. To be added to Statement of their trust policies: ${statementsToAdd(missing, whole)}. Each as a file, whole: ${whole} --out <folder>`,
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

/** As the plan knew it. */
export const whose = ({
  input,
  scope,
}: Pick<
  ActionCall<'trustCluster' | 'distrustCluster' | 'createProvider' | 'deleteProvider'>,
  'input' | 'scope'
>): Whose => ({
  declared: input.declared,
  platform: scope.platform,
})

/** Since the plan was made somebody has put it under a tool that takes back what it does not know. */
function refuseTool(role: RoleDescription, by: Whose): void {
  const { name } = role
  const tool = toolOf(role, by)
  if (tool !== undefined)
    throw contested(
      `role ${name} belongs to ${tool}, so Norikae does not write its trust policy. Change it there, then retry; or take the tag away`,
    )
}

/** Not again while IAM may still tell what was before: what others wrote since then would be lost. */
async function replace(roles: Proven['roles'], { name }: RoleDescription, policy: TrustPolicy): Promise<void> {
  if (doneWithin(name, SETTLES_MS)) return
  await roles.setTrust(name, JSON.stringify(policy))
  noteDone(name)
}
