import type { ClusterDescription } from '../domain/eks-objects.ts'
import type { BlueFacts } from '../domain/facts.ts'
import type { DeclaredOwners } from '../domain/ownership.ts'
import {
  foreseen,
  givenByEks,
  namingCluster,
  providerMissing,
  rolesToCarry,
  rolesUnread,
  usesOf,
  type Carried,
  type RoleDescription,
} from '../domain/roles.ts'
import { isDenied } from './errors.ts'
import { providerArn } from './issuers.ts'
import type { Proven } from './outside.ts'
import type { KubernetesPort } from './ports.ts'

const AT_ONCE = 4

interface Asked {
  readonly account: string
  readonly platform: string
  readonly declared: DeclaredOwners
  /** Its name, and the cluster where others have made it. */
  readonly green: string
  readonly adopted?: ClusterDescription | undefined
}

/** Which roles pods of blue get, and what is to be done so that those of green get them too. It reads only. */
export async function roleSurvey(
  { roles }: Pick<Proven, 'roles'>,
  kubernetes: KubernetesPort,
  blue: BlueFacts,
  asked: Asked,
): Promise<Carried> {
  const uses = usesOf(await kubernetes.list('ServiceAccount'), blue.addons)
  try {
    return await carried(roles, blue, uses, asked)
  } catch (error) {
    if (!isDenied(error)) throw error
    return { findings: [rolesUnread(asked.account, uses, error.message)], owned: [] }
  }
}

async function carried(
  roles: Proven['roles'],
  { cluster: blue, podIdentities, fargateProfiles }: BlueFacts,
  uses: ReturnType<typeof usesOf>,
  { account, platform, declared, green, adopted }: Asked,
): Promise<Carried> {
  const providerOf = async ({ arn, oidcIssuer }: ClusterDescription) =>
    oidcIssuer === undefined ? undefined : roles.findProvider(providerArn(arn, account, oidcIssuer))
  const [provider, greens] = await Promise.all([providerOf(blue), adopted && providerOf(adopted)])
  const given = givenByEks(podIdentities, fargateProfiles)
  // Whoever uses none of it needs no rights on IAM but to ask for one provider.
  if (!provider && uses.length + given.size === 0) return { findings: [], owned: [] }
  const [all, quota] = await Promise.all([roles.all(), roles.trustQuota()])
  const used = new Set(uses.map((use) => use.arn))
  const names = [...namingCluster(all, blue), ...all.filter(({ arn }) => used.has(arn))].map(({ name }) => name)
  const found = await described(roles, names)
  const its = rolesToCarry({
    account,
    platform,
    declared,
    blue,
    green: adopted ?? foreseen(blue, green),
    provider,
    uses,
    given,
    roles: found,
    quota,
  })
  const missing = provider && adopted && !greens ? providerMissing(adopted, provider.clientIds) : undefined
  return missing ? { ...its, findings: [missing, ...its.findings] } : its
}

/** With their tags, which a list of roles leaves out; each once, and few at a time. */
export async function described(
  roles: Pick<Proven['roles'], 'find'>,
  names: readonly string[],
): Promise<readonly RoleDescription[]> {
  const found: RoleDescription[] = []
  const left = [...new Set(names)]
  const lane = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const role = await roles.find(name)
      if (role) found.push(role)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return found
}
