import { RUN_TAG } from './clone.ts'
import { counted } from './counted.ts'
import type { BlueFacts, ClusterFacts } from './facts.ts'
import type { GroupRule } from './group-rules.ts'
import {
  ownerByAddress,
  ownerOf,
  partInWords,
  written,
  type OwnedRow,
  type Owner,
  type Requested,
} from './ownership.ts'
import { logGroupOf } from './log-groups.ts'
import { keyOfPart } from './terraform-states.ts'
import { ofTraffic, type FoundTraffic } from './owned-traffic.ts'

/** What a plan was made from, as far as it is somebody's. */
export interface Found extends FoundTraffic {
  readonly blue: BlueFacts
  /** The green that others made. */
  readonly green: BlueFacts | undefined
  readonly requested: readonly Requested[]
  readonly groupRules: readonly GroupRule[]
  readonly facts: Pick<ClusterFacts, 'launchTemplates' | 'templatesOfBlue' | 'logGroup' | 'logRetention'>
  /** How many claims get a copy of their volume. */
  readonly copies: number
  /** How many subnets and security groups lack green's tag. */
  readonly untagged: number
}

const NORIKAE: Owner = { tool: 'norikae' }

/** Everything in AWS that a plan writes or deletes but roles and providers of IAM, whose it is, and how it is written. */
export function ownedRows(found: Found): readonly OwnedRow[] {
  const { platform, green, groupRules } = found
  return [
    green
      ? {
          resource: `cluster ${platform.green}, with all that hangs on it`,
          owner: ownerByAddress(
            ownerOf({ tags: green.cluster.tags, key: green.cluster.arn }, found.declared, platform.name),
          ),
          written: 'left',
          does: 'moves the apps there, and changes nothing of it',
        }
      : { ...row(`cluster ${platform.green}, with all that hangs on it`, NORIKAE), does: 'makes it' },
    ...(green ? [] : besideGreen(found)),
    ...ofBlue(found),
    ...ofTraffic(found),
    ...ofCopies(found),
    ...(groupRules.length === 0
      ? []
      : [
          {
            resource: counted(groupRules.length, 'security-group rule'),
            owner: 'others',
            written: 'requested' as const,
            does: 'waits until they let green in too',
          },
        ]),
  ]
}

const row = (resource: string, owner: Owner): Omit<OwnedRow, 'does'> => ({
  resource,
  owner: ownerByAddress(owner),
  written: written(owner),
})

const ofCopies = ({ copies }: Found): OwnedRow[] =>
  copies === 0
    ? []
    : [
        {
          ...row(copies === 1 ? 'a copy of a volume' : `copies of ${counted(copies, 'volume')}`, NORIKAE),
          does: 'takes snapshots, and makes green’s volumes of them',
        },
      ]

function ofBlue({ platform, declared, blue, requested, facts }: Found): OwnedRow[] {
  const { name, arn } = blue.cluster
  const parts = [
    { kind: 'cluster' as const, it: blue.cluster, key: arn },
    ...blue.nodegroups.map((it) => ({ kind: 'node group' as const, it, key: keyOfPart(arn, 'nodegroup', it.name) })),
    ...blue.fargateProfiles.map((it) => ({
      kind: 'Fargate profile' as const,
      it,
      key: keyOfPart(arn, 'fargateprofile', it.name),
    })),
  ]
  const templates = facts.templatesOfBlue?.length ?? 0
  const rows = parts.map(({ kind, it, key }): OwnedRow => {
    const asked = requested.find((r) => r.kind === kind && r.name === it.name)
    const of = {
      ...row(
        partInWords({ kind, name: it.name }, name),
        asked?.owner ?? ownerOf({ tags: it.tags, key }, declared, platform.name),
      ),
    }
    return asked
      ? { ...of, does: 'empties it, and waits until its owner has removed it' }
      : // By tags it may be somebody's, and the file says otherwise.
        { ...of, written: 'own', does: 'deletes it' }
  })
  return [
    ...rows,
    ...(templates === 0
      ? []
      : [{ ...row(`${counted(templates, 'launch template')} of ${name}`, NORIKAE), does: 'deletes them with blue' }]),
  ]
}

/** What a green of Norikae's has outside EKS. */
function besideGreen({ platform, facts, untagged }: Found): OwnedRow[] {
  const templates = facts.launchTemplates?.length ?? 0
  return [
    ...(templates === 0
      ? []
      : [{ ...row(`${counted(templates, 'launch template')} of ${platform.green}`, NORIKAE), does: 'makes them' }]),
    ...(facts.logGroup || facts.logRetention
      ? [
          {
            ...row(`log group ${logGroupOf(platform.green)}`, NORIKAE),
            does: [
              facts.logGroup && 'makes it',
              facts.logRetention && 'has it kept for as long as blue’s',
              facts.logGroup && `deletes it with its logs where green is given up, unless ${RUN_TAG} is taken off it`,
            ]
              .filter((does) => does !== undefined)
              .join(', '),
          },
        ]
      : []),
    ...(untagged === 0
      ? []
      : [
          {
            resource: `tags of ${untagged === 1 ? 'a subnet or security group' : `${untagged} subnets and security groups`}`,
            owner: 'others',
            written: 'requested' as const,
            does: 'waits until they name green too',
          },
        ]),
  ]
}
