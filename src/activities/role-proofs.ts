import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { actionsFor, notGiven } from '../domain/pod-identity-proofs.ts'
import type { Duration } from '../domain/duration.ts'
import type { EnvironmentFacts } from '../domain/facts.ts'
import { askedElsewhere } from '../domain/role-requests.ts'
import { accountOf, isOfAnother, nameOfRole, roleOf, usesOf } from '../domain/roles.ts'
import { denied, isDenied } from './errors.ts'
import { each, fewAtATime } from './few-at-a-time.ts'
import { otherSide, proven, type Deed, type Outside, type Proven } from './outside.ts'
import type { EksPort, KubernetesPort } from './ports.ts'
import { both } from './role-trust.ts'
import { budgets, doneAt, noteDone, notYet } from './waiting.ts'

/** How one service account stands; `says` begins with its name where it does not get its role. */
type Tried =
  | { readonly is: 'given' | 'unread' }
  | { readonly is: 'never' | 'unclear' | 'left'; readonly says: string }
  /** `soFar`: the other side was refused too, for the first time. */
  | { readonly is: 'refused'; readonly says: string; readonly soFar?: true }

/** Then its environment goes back, and people are asked whether to wait on, or to go on without what nobody adds. */
const PATIENCE: Duration = '1d'

/** Each is a few questions to EKS and IAM. */
const AT_ONCE = 4

export const roleProofActions = (outside: Outside) => {
  /** Tokens and what STS gives for them are let go of here: neither is in a history, a log or an answer. */
  const proveRoles: Deed<'proveRoles'> = async (call) => {
    const { app, namespaces, on, elsewhere } = call.input
    const world = await proven(outside, call.scope)
    const [here, there] = await Promise.all([world.on(on), world.on(otherSide(on))])
    const [accounts, others] = await Promise.all([accountsIn(here, namespaces), accountsIn(there, namespaces)])
    const byToken = await Promise.all(
      accounts.map(async (account): Promise<Tried> => {
        const one = await tried(here, there, account, others, call.scope.region)
        const wasLeft = elsewhere && one.is === 'refused' && isElsewhere(account, call.scope.account)
        return wasLeft ? { is: 'left', says: nameOf(account) } : one
      }),
    )
    const byEks = await associated(world, call.scope, namespaces, on)
    const absent = others
      .filter((account) => !isAmong(accounts, account))
      .map((account): Tried => ({ is: 'refused', says: `${nameOf(account)} is not on ${on}` }))
    const all = [...byToken, ...byEks, ...absent]
    const that = (is: 'refused' | 'never' | 'unclear' | 'left') =>
      all.flatMap((one) => (one.is === is ? one.says : [])).toSorted()
    const refused = that('refused')
    if (refused.length > 0)
      throw notYet(
        `${refused.length} of ${all.length} service accounts of ${app} do not get their roles on ${on}: ${refused.join('; ')}`,
        // IAM tells everybody within seconds; what lasts longer is for people.
        budgets.objects,
        nextLook(all),
      )
    const [given, unread] = (['given', 'unread'] as const).map((is) => all.filter((one) => one.is === is).length)
    const [never, unclear, left] = [that('never'), that('unclear'), that('left')]
    return {
      note: [
        `${given} ${given === 1 ? 'service account gets its role' : 'service accounts get their roles'} on ${on}`,
        ...(unread ? [`of ${unread} whose associations are there the trust policies may not be read`] : []),
        ...(unclear.length > 0 ? [`look yourself at ${unclear.length}: ${unclear.join('; ')}`] : []),
        ...(left.length > 0 ? [`without their roles of other accounts, as was said: ${left.join(', ')}`] : []),
        ...(never.length > 0 ? [`on neither side: ${never.join(', ')}`] : []),
      ].join('; '),
    }
  }

  /**
   * Ends where `proveRoles` would, of roles that no worker here reads or writes. Their owners are told what to write, once
   * their pods are there to prove it.
   */
  const awaitRolesElsewhere: Deed<'awaitRolesElsewhere'> = async (call) => {
    const { namespaces, on } = call.input
    const { scope } = call
    const world = await proven(outside, scope)
    const [here, there] = await Promise.all([world.on(on), world.on(otherSide(on))])
    const [mine, others] = await Promise.all([accountsIn(here, namespaces), accountsIn(there, namespaces)])
    const accounts = mine.filter((account) => isElsewhere(account, scope.account))
    const all = await each(accounts, async (account) => ({
      account,
      ...(await tried(here, there, account, others, scope.region)),
    }))
    const that = (is: Tried['is']) => all.flatMap((one) => (one.is === is ? one.account : []))
    const refused = that('refused')
    if (refused.length === 0) {
      const never = that('never').map(nameOf).toSorted()
      const given = `what service accounts get of other accounts they get on ${on} (${accounts.length - never.length})`
      return { note: [given, ...(never.length > 0 ? [`on neither side: ${never.join(', ')}`] : [])].join('; ') }
    }
    const [blue, green] = await both(world.eks, scope.blue, scope.green)
    throw notYet(
      askedElsewhere(usesOf(refused, []), { account: scope.account, blue, green, platform: scope.platform }),
      PATIENCE,
      nextLook(all),
    )
  }

  /** What is not so on the other side either is nothing that moving changes. `others`: those of the other side. */
  async function tried(
    here: KubernetesPort,
    there: KubernetesPort,
    account: KubernetesObject,
    others: readonly KubernetesObject[],
    region: string,
  ): Promise<Tried> {
    const why = await refusalOf(here, account, region)
    if (why === undefined) return { is: 'given' }
    const before = isAmong(others, account) ? await refusalOf(there, account, region) : undefined
    if (before?.isSettled && wasSo(`refused ${nameOf(account)}`)) return { is: 'never', says: nameOf(account) }
    const says = `${nameOf(account)} does not get ${roleOf(account)?.arn ?? ''}: ${why.says}`
    return { is: 'refused', says, ...(before && { soFar: true }) }
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

  return { proveRoles, awaitRolesElsewhere }
}

/**
 * Those to whom EKS gives their roles: nobody but EKS's own agent on a node can ask for one. So the association is read
 * back, and the role's trust policy is held against the other side's: what lets in that one has to let in this one.
 */
async function associated(
  { eks, roles }: Proven,
  scope: Record<'blue' | 'green' | 'account', string>,
  namespaces: readonly string[],
  on: 'blue' | 'green',
): Promise<readonly Tried[]> {
  const [cluster, other] = [scope[on], scope[otherSide(on)]]
  const [its, others] = await Promise.all([
    identitiesIn(eks, cluster, namespaces),
    identitiesIn(eks, other, namespaces),
  ])
  if (its.length + others.length === 0) return []
  const [there, here] = await both(eks, other, cluster)
  const found: Tried[] = []
  await fewAtATime([...new Set([...its, ...others])].toSorted(), AT_ONCE, async (name) => {
    const [namespace = '', serviceAccount = ''] = name.split('/')
    const association = await eks.podIdentity(cluster, namespace, serviceAccount)
    // An add-on's own goes with the add-on.
    if (!association && (its.includes(name) || !(await eks.podIdentity(other, namespace, serviceAccount)))) return
    if (!association) {
      found.push({ is: 'refused', says: `${name} has no pod identity association on ${on}` })
      return
    }
    const { roleArn } = association
    if (accountOf(roleArn) !== scope.account) {
      found.push({ is: 'unread' })
      return
    }
    try {
      const role = await roles.find(nameOfRole(roleArn))
      const not = role
        ? notGiven(role.trust, there, here, actionsFor(association))
        : { is: 'never' as const, why: 'there is no such role' }
      // As above: what is not so on the other side either.
      if (!not) found.push({ is: 'given' })
      else if (not.is === 'never' && others.includes(name)) found.push({ is: 'never', says: name })
      else if (not.is === 'unclear') found.push({ is: 'unclear', says: `${name} of ${roleArn}: ${not.why}` })
      else found.push({ is: 'refused', says: `${name} does not get ${roleArn}: ${not.why}` })
    } catch (error) {
      if (!isDenied(error)) throw error
      found.push({ is: 'unread' })
    }
  })
  return found
}

/**
 * IAM may forget for seconds what it has told before, and whoever goes on as if blue had never had it goes on without it: one
 * look is none. Kept for the next attempt.
 */
function wasSo(thing: string): boolean {
  const was = doneAt(thing) !== undefined
  noteDone(thing)
  return was
}

const nextLook = (all: readonly Tried[]): Duration | undefined =>
  all.some((one) => one.is === 'refused' && one.soFar) ? '10s' : undefined

const isAmong = (some: readonly KubernetesObject[], account: KubernetesObject): boolean =>
  some.some((one) => nameOf(one) === nameOf(account))

const isElsewhere = (account: KubernetesObject, own: string): boolean => {
  const { arn } = roleOf(account) ?? {}
  return arn !== undefined && isOfAnother(arn, own)
}

const nameOf = ({ metadata }: KubernetesObject): string => `${metadata.namespace ?? ''}/${metadata.name}`

/** Those that are to get a role. */
async function accountsIn(cluster: KubernetesPort, namespaces: readonly string[]): Promise<KubernetesObject[]> {
  const found = await Promise.all(namespaces.map((namespace) => cluster.list('ServiceAccount', { namespace })))
  return found.flat().filter((account) => roleOf(account) !== undefined)
}

/** `<namespace>/<service account>` */
async function identitiesIn(eks: EksPort, cluster: string, namespaces: readonly string[]): Promise<string[]> {
  const found = await each(namespaces, async (namespace) =>
    (await eks.accountsWithIdentity(cluster, namespace)).map((name) => `${namespace}/${name}`),
  )
  return found.flat()
}

/** Whether anything in these namespaces is to get a role, by its annotation or by EKS, and any of another account. */
export async function rolesIn(
  { eks, cluster }: { readonly eks: EksPort; readonly cluster: KubernetesPort },
  { blue, account }: { readonly blue: string; readonly account: string },
  namespaces: readonly string[],
): Promise<Pick<EnvironmentFacts, 'roles' | 'rolesElsewhere'>> {
  const accounts = await accountsIn(cluster, namespaces)
  const has = accounts.length > 0 || (await identitiesIn(eks, blue, namespaces)).length > 0
  return {
    ...(has && { roles: true }),
    ...(accounts.some((it) => isElsewhere(it, account)) && { rolesElsewhere: true }),
  }
}
