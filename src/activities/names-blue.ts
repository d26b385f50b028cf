import type { ClusterDescription } from '../domain/eks-objects.ts'
import type { Finding } from '../domain/findings.ts'
import { namesBlue } from '../domain/names-blue.ts'
import { rulesNaming } from './group-rules.ts'
import { taggedFor } from './network-tags.ts'
import type { Proven } from './outside.ts'

/** What of others names this cluster and stays when it is gone, each with the command that takes it off then. Reads only. */
export const namingSurvey = async (
  { network }: Pick<Proven, 'network'>,
  { name, clusterSecurityGroupId: group }: Pick<ClusterDescription, 'name' | 'clusterSecurityGroupId'>,
): Promise<readonly Finding[]> =>
  namesBlue(name, { group, rules: await rulesNaming(network, group), ...(await taggedFor(network, name)) })
