import type { BlueFacts } from '../domain/facts.ts'
import { givenByEks, namingCluster, rolesToCarry, usesOf, type RoleDescription } from '../domain/roles.ts'
import { providerArn } from './issuers.ts'
import type { Proven } from './outside.ts'
import type { KubernetesPort } from './ports.ts'

const AT_ONCE = 4

/** Which roles pods of blue get, and what is to be done so that those of green get them too. It reads only. */
export async function roleSurvey(
  { roles }: Pick<Proven, 'roles'>,
  kubernetes: KubernetesPort,
  { cluster: blue, addons, podIdentities, fargateProfiles }: BlueFacts,
  { account, green }: { readonly account: string; readonly green: string },
): Promise<ReturnType<typeof rolesToCarry> & { readonly providerTags: RoleDescription['tags'] }> {
  const [accounts, provider] = await Promise.all([
    kubernetes.list('ServiceAccount'),
    blue.oidcIssuer === undefined ? undefined : roles.findProvider(providerArn(blue.arn, account, blue.oidcIssuer)),
  ])
  const uses = usesOf(accounts, addons)
  const given = givenByEks(podIdentities, fargateProfiles)
  // Whoever uses none of it needs no rights on IAM but to ask for one provider.
  if (!provider && uses.length + given.size === 0) return { findings: [], providerTags: {} }
  const [all, quota] = await Promise.all([roles.all(), roles.trustQuota()])
  const used = new Set(uses.map((use) => use.arn))
  const names = new Set(
    [...namingCluster(all, blue), ...all.filter(({ arn }) => used.has(arn))].map(({ name }) => name),
  )
  // With their tags, which a list of roles leaves out; each once, and few at a time.
  const found: RoleDescription[] = []
  const left = [...names]
  const lane = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const role = await roles.find(name)
      if (role) found.push(role)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  const carried = rolesToCarry({
    account,
    blue,
    green,
    provider: provider !== undefined,
    uses,
    given,
    roles: found,
    quota,
  })
  return { ...carried, providerTags: provider?.tags ?? {} }
}
