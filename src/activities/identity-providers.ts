import { RUN_TAG } from '../domain/clone.ts'
import { newIdentityProvider } from '../domain/identity-providers.ts'
import { contested, failed } from './errors.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import { tagsOf, tokenOf } from './tokens.ts'
import { budgets, notYet, remember, remembered } from './waiting.ts'

export const identityProviderActions = (outside: Outside) => {
  /** What was removed from blue since the plan was made is not put on green. */
  const copyIdentityProvider: Deed<'copyIdentityProvider'> = async (call) => {
    const { cluster, name, like } = call.input
    const { eks } = await proven(outside, call.scope)
    const on = async (of: string) => (await eks.identityProviders(of)).find((provider) => provider.name === name)
    const found = await on(cluster)
    if (found && found.tags[RUN_TAG] !== call.run)
      throw contested(
        `identity provider ${name} of ${cluster} is there already, and this run did not make it. Disassociate it, then retry`,
      )
    if (found?.status === 'ACTIVE') return { note: `people get into ${cluster} by ${found.issuerUrl}` }
    const asked = remembered('')
    // EKS takes back one that it could not make: only the update says why.
    const why = asked === '' ? undefined : await eks.updateFailure(cluster, asked)
    if (why !== undefined) throw failed(`identity provider ${name} could not be associated with ${cluster}: ${why}`)
    if (found || asked !== '')
      throw notYet(`identity provider ${name} of ${cluster} is ${found?.status ?? 'not there yet'}`, budgets.identity)
    const blue = await on(like)
    if (!blue) return { note: `${like} has no identity provider ${name} any more, so none on ${cluster}` }
    const made = newIdentityProvider(blue, { ...call.scope, run: call.run })
    remember(
      await eks.associateIdentityProvider(cluster, { ...made, tags: { ...made.tags, ...tagsOf(call) } }, tokenOf(call)),
    )
    throw notYet(`identity provider ${name} was just asked for`, budgets.identity)
  }

  return { copyIdentityProvider }
}
