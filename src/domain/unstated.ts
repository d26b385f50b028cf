import type { BlueFacts } from './facts.ts'
import { blocker, type Finding } from './findings.ts'
import { ownerOf, type DeclaredOwners } from './ownership.ts'
import type { PlatformFile } from './platform-file.ts'

/**
 * A blue that no state has where the platform file names some, and no tag says whose it is: a pull of before blue was made,
 * or a state of something else. Deleted as nobody's, it would be deleted behind Terraform's back.
 */
export function unstatedFindings(
  { cluster }: Pick<BlueFacts, 'cluster'>,
  declared: DeclaredOwners,
  { platform, decommission }: Pick<PlatformFile, 'platform' | 'decommission'>,
): Finding[] {
  const { name, tags, arn } = cluster
  if (declared.terraform?.stated === undefined || decommission.deletes === 'norikae') return []
  if (ownerOf({ tags, key: arn }, declared, platform).tool !== 'nobody') return []
  return [
    blocker(
      'blue-in-no-state',
      name,
      `no state that owners.terraform.states names has cluster ${name}, and no tag says whose it is: Norikae would delete it as nobody’s`,
      'name the state that has it, pulled anew; or, where no tool has it, write decommission: { deletes: norikae }',
    ),
  ]
}
