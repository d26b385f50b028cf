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
