import type { ClusterDescription } from '../domain/eks-objects.ts'
import type { BlueFacts } from '../domain/facts.ts'
import type { Finding } from '../domain/findings.ts'
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
  type RoleUse,
} from '../domain/roles.ts'
import { namesOfRoles, rolesNotPlanned, type RolesOfApp } from '../domain/roles-of-app.ts'
import { described } from './described-roles.ts'
import { isDenied } from './errors.ts'
import { providerArn } from './issuers.ts'
import type { Proven } from './outside.ts'
import type { KubernetesPort } from './ports.ts'

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
  facts: BlueFacts,
  uses: ReturnType<typeof usesOf>,
  { account, platform, declared, green, adopted }: Asked,
): Promise<Carried> {
  const { cluster: blue } = facts
  const providerOf = async ({ arn, oidcIssuer }: ClusterDescription) =>
    oidcIssuer === undefined ? undefined : roles.findProvider(providerArn(arn, account, oidcIssuer))
  const [provider, greens] = await Promise.all([providerOf(blue), adopted && providerOf(adopted)])
  // Whoever uses none of it needs no rights on IAM but to ask for one provider.
  if (!provider && uses.length + givenByEks(facts.podIdentities, facts.fargateProfiles).size === 0)
    return { findings: [], owned: [] }
  const its = rolesToCarry({
    account,
    platform,
    declared,
    blue,
    green: adopted ?? foreseen(blue, green),
    provider,
    uses,
    ...(await rolesConcerned(roles, facts, uses)),
  })
  const missing = provider && adopted && !greens ? providerMissing(adopted, provider.clientIds) : undefined
  return missing ? { ...its, findings: [missing, ...its.findings] } : its
}

/** Roles of this account that are in use on blue, and those that name it, with how long a trust policy may be. */
export async function rolesConcerned(
  roles: Proven['roles'],
  { cluster, podIdentities, fargateProfiles }: Pick<BlueFacts, 'cluster' | 'podIdentities' | 'fargateProfiles'>,
  uses: readonly RoleUse[],
) {
  const [all, quota] = await Promise.all([roles.all(), roles.trustQuota()])
  const used = new Set(uses.map((use) => use.arn))
  const names = [...namingCluster(all, cluster), ...all.filter(({ arn }) => used.has(arn))].map(({ name }) => name)
  return { given: givenByEks(podIdentities, fargateProfiles), roles: await described(roles, names), quota }
}

/** What an app that is looked for again needs of IAM, and the upgrade was planned without. It reads only. */
export async function roleSurveyOf(
  { roles, eks }: Pick<Proven, 'roles' | 'eks'>,
  kubernetes: KubernetesPort,
  namespaces: readonly string[],
  found: Omit<RolesOfApp, 'there' | 'uses' | 'roles' | 'quota'>,
): Promise<readonly Finding[]> {
  const accounts = await kubernetes.list('ServiceAccount')
  const uses = usesOf(
    accounts.filter(({ metadata }) => namespaces.includes(metadata.namespace ?? '')),
    [],
  )
  if (uses.length === 0) return []
  try {
    const [quota, there, its] = await Promise.all([
      roles.trustQuota(),
      eks.findCluster(found.green),
      described(roles, namesOfRoles(uses, found.account)),
    ])
    return rolesNotPlanned({
      ...found,
      uses,
      roles: its,
      quota,
      there: there?.oidcIssuer === undefined ? undefined : there,
    })
  } catch (error) {
    if (!isDenied(error)) throw error
    return [rolesUnread(found.account, uses, error.message)]
  }
}
