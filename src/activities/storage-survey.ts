import type { Finding } from '../domain/findings.ts'
import { neededTypes, storageFindings, storageNeeds, type copiedClaims } from '../domain/storage.ts'
import type { Proven } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { allowedOf } from './quota-survey.ts'

/**
 * Whether EBS has room for green's nodes, where the upgrade makes them (`builds`), and for copies of volumes. Asks nothing
 * where there is neither. Reads only.
 */
export async function storageSurvey(
  world: Pick<Proven, 'blockStorage' | 'quotas'>,
  kubernetes: Pick<KubernetesPort, 'list'>,
  { builds, copied }: { readonly builds: boolean; readonly copied: ReturnType<typeof copiedClaims> },
): Promise<Finding[]> {
  if (!builds && copied.length === 0) return []
  const [disks, nodes, volumes] = await Promise.all([
    world.blockStorage.disks(),
    builds ? kubernetes.list('Node') : [],
    copied.length > 0 ? kubernetes.list('PersistentVolume') : [],
  ])
  const needs = storageNeeds(disks, { nodes, volumes, copied })
  return storageFindings(needs, await allowedOf(world, neededTypes(needs)))
}
