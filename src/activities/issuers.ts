import { madeTags, RUN_TAG, tagsOfCopy } from '../domain/clone.ts'
import type { Duration } from '../domain/duration.ts'
import { CLUSTER_TAG, isMade } from '../domain/launch-templates.ts'
import { hostOf } from '../domain/trust-statements.ts'
import { toolOf } from '../domain/role-owners.ts'
import { AUDIENCE, providerCommand } from '../domain/roles.ts'
import { awaitGone } from './clusters.ts'
import { contested, notFound } from './errors.ts'
import { proven, type Deed, type Outside, type Proven } from './outside.ts'
import type { ProviderDescription } from './ports.ts'
import { both, isStill, whose } from './role-trust.ts'
import { tagsOf } from './tokens.ts'
import { budgets, notYet } from './waiting.ts'

/** Then people are asked whether to wait on, or to go on without it. */
const PATIENCE: Duration = '1d'

/** IAM knows the tokens of a cluster's pods by an OpenID Connect provider of its issuer. */
export const issuerActions = (outside: Outside) => {
  const createProvider: Deed<'createProvider'> = async (call) => {
    const { cluster, like } = call.input
    const { account, platform } = call.scope
    const { eks, roles } = await proven(outside, call.scope)
    const [blue, green] = await both(eks, like, cluster)
    const { oidcIssuer: issuer } = green
    if (issuer === undefined) throw notFound(`cluster ${cluster} has no OIDC issuer`)
    const [ofBlue, found] = await Promise.all(
      [blue, green].map(({ oidcIssuer = '', arn }) => roles.findProvider(providerArn(arn, account, oidcIssuer))),
    )
    const wanted = ofBlue?.clientIds ?? [AUDIENCE]
    if (found) {
      const missing = wanted.filter((id) => !found.clientIds.includes(id))
      if (missing.length > 0)
        throw contested(
          `the OIDC provider of ${cluster} is there, and does not take tokens for ${missing.join(', ')} as ${like}'s does. Add that to it, then retry`,
        )
      const mine = found.tags[RUN_TAG] === call.run
      return { note: `IAM knows pods of ${cluster}${mine ? '' : ', by a provider that somebody else has made'}` }
    }
    await roles.createProvider({
      issuer,
      clientIds: wanted,
      tags: {
        // One that says whose tool made it would be a lie.
        ...((!ofBlue || toolOf(ofBlue, whose(call)) === undefined) &&
          tagsOfCopy(ofBlue?.tags ?? {}, { platform, run: call.run, blue: like, green: cluster })),
        ...madeTags({ platform, run: call.run }),
        [CLUSTER_TAG]: cluster,
        ...tagsOf(call),
      },
    })
    throw notYet(`the OIDC provider of ${cluster} was just made`, budgets.objects)
  }

  const awaitProvider: Deed<'awaitProvider'> = async (call) => {
    const { cluster, like } = call.input
    const { account } = call.scope
    const { eks, roles } = await proven(outside, call.scope)
    const [blue, green] = await both(eks, like, cluster)
    const { oidcIssuer: issuer } = green
    if (issuer === undefined) throw notFound(`cluster ${cluster} has no OIDC issuer`)
    const arn = providerArn(green.arn, account, issuer)
    const [ofBlue, found] = await Promise.all([
      roles.findProvider(providerArn(blue.arn, account, blue.oidcIssuer ?? '')),
      roles.findProvider(arn),
    ])
    const wanted = ofBlue?.clientIds ?? [AUDIENCE]
    if (!found)
      throw notYet(
        `IAM has no OIDC provider of ${cluster}, which others made. Have it made where the cluster is made, or: ${providerCommand(issuer, wanted)}`,
        PATIENCE,
      )
    const missing = wanted.filter((id) => !found.clientIds.includes(id))
    if (missing.length > 0)
      throw notYet(
        `the OIDC provider of ${cluster} does not take tokens for ${missing.join(', ')} as ${like}'s does: ${missing.map((id) => `aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${arn} --client-id ${id}`).join('; ')}`,
        PATIENCE,
      )
    return { note: `IAM knows pods of ${cluster}` }
  }

  const deleteProvider: Deed<'deleteProvider'> = async (call) => {
    const { cluster, issuer } = call.input
    const { account } = call.scope
    const { eks, roles } = await proven(outside, call.scope)
    if (issuer === undefined) {
      const made = await madeFor(roles, { cluster, platform: call.scope.platform, run: call.run })
      for (const { arn } of made) await roles.deleteProvider(arn)
      if (made.length === 0) return { note: `no OIDC provider of this run for ${cluster} is there` }
      throw notYet(`the OIDC provider of ${cluster} was just deleted`, budgets.objects)
    }
    const there = await eks.findCluster(cluster)
    awaitGone(there)
    if (isStill(there, issuer)) return { note: `${cluster} is there yet, and IAM goes on knowing its pods` }
    const found = await findOf(roles, account, issuer)
    if (!found) return { note: `the OIDC provider of ${cluster} is gone` }
    const tool = toolOf(found, whose(call), 'deleted')
    if (tool !== undefined)
      return { note: `the OIDC provider ${found.arn} of ${cluster} was left alone: it belongs to ${tool}` }
    await roles.deleteProvider(found.arn)
    throw notYet(`the OIDC provider of ${cluster} was just deleted`, budgets.objects)
  }

  return { createProvider, awaitProvider, deleteProvider }
}

/** The partition is the cluster's. */
export const providerArn = (clusterArn: string, account: string, issuer: string): string =>
  `arn:${clusterArn.split(':')[1] ?? 'aws'}:iam::${account}:oidc-provider/${hostOf(issuer)}`

type Roles = Proven['roles']

/** Whichever partition the account is in. */
async function findOf(roles: Roles, account: string, issuer: string): Promise<ProviderDescription | undefined> {
  const arn = (await roles.providers()).find((one) => one.endsWith(`::${account}:oidc-provider/${hostOf(issuer)}`))
  return arn === undefined ? undefined : roles.findProvider(arn)
}

/** By their tags: the cluster may be gone, and its issuer with it. */
async function madeFor(roles: Roles, by: Parameters<typeof isMade>[1]): Promise<readonly ProviderDescription[]> {
  const made: ProviderDescription[] = []
  for (const arn of await roles.providers()) {
    const found = await roles.findProvider(arn)
    if (found && isMade(found.tags, by)) made.push(found)
  }
  return made
}
