import { each } from './few-at-a-time.ts'
import type { ClusterDescription } from '../domain/eks-objects.ts'
import type { BlueFacts } from '../domain/facts.ts'
import { isNotFound, notFound } from './errors.ts'
import type { EksPort } from './ports.ts'

/** A cluster with all that EKS keeps of it. Throws `notFound` where it is not there. */
export async function blueFacts(eks: EksPort, name: string): Promise<BlueFacts> {
  const [cluster, parts] = await Promise.all([eks.findCluster(name), partsOf(eks, name)])
  return withParts(name, cluster, parts)
}

export function withParts(
  name: string,
  cluster: ClusterDescription | undefined,
  parts: Omit<BlueFacts, 'cluster'>,
): BlueFacts {
  if (!cluster) throw notFound(`cluster ${name} is not there`)
  return { cluster, ...parts }
}

/** What belongs to a cluster; nothing where there is no such cluster. */
export async function partsOf(eks: EksPort, name: string): Promise<Omit<BlueFacts, 'cluster'>> {
  const none = <T>(ask: Promise<readonly T[]>): Promise<readonly T[]> => ask.catch(nothingWhereGone)
  const [groups, addons, principals, profiles, capabilities, podIdentities, identityProviders] = await Promise.all([
    none(eks.nodegroupNames(name)),
    none(eks.addonNames(name)),
    none(eks.principals(name)),
    none(eks.fargateProfileNames(name)),
    none(eks.capabilities(name)),
    none(eks.podIdentities(name)),
    none(eks.identityProviders(name)),
  ])
  const [nodegroups, found, entries, fargate] = await Promise.all([
    those(groups, (group) => eks.findNodegroup(name, group)),
    those(addons, (addon) => eks.findAddon(name, addon)),
    those(principals, (principal) => eks.accessEntry(name, principal)),
    those(profiles, (profile) => eks.findFargateProfile(name, profile)),
  ])
  return {
    nodegroups,
    addons: found,
    belongings: { accessEntries: principals, fargateProfiles: profiles, capabilities },
    accessEntries: entries,
    podIdentities,
    fargateProfiles: fargate,
    identityProviders,
  }
}

/** Those that are there by now. */
async function those<T>(names: readonly string[], find: (name: string) => Promise<T | undefined>): Promise<T[]> {
  const all = await each(names, find)
  return all.filter((it) => it !== undefined)
}

function nothingWhereGone(error: unknown): readonly never[] {
  if (!isNotFound(error)) throw error
  return []
}
