import type { BlueFacts } from '../domain/facts.ts'
import type { Finding } from '../domain/findings.ts'
import { permissionFindings, rolesOnCluster } from '../domain/role-permissions.ts'
import { accountOf, nameOfRole, usesOf } from '../domain/roles.ts'
import type { Proven } from './outside.ts'
import type { KubernetesPort } from './ports.ts'

/** Whether roles that pods and nodes of blue get may do what they may because it is blue. Reads only. */
export async function permissionSurvey(
  { roles }: Pick<Proven, 'roles'>,
  kubernetes: KubernetesPort,
  facts: BlueFacts,
  { account, green }: { readonly account: string; readonly green: string },
): Promise<Finding[]> {
  const arns = rolesOnCluster(facts, usesOf(await kubernetes.list('ServiceAccount'), facts.addons))
  const own = new Set([...arns].filter((arn) => accountOf(arn) === account))
  return own.size === 0
    ? []
    : permissionFindings(facts.cluster, green, own, await roles.permissions([...own].map(nameOfRole)))
}
