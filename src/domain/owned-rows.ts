import type { BlueFacts, ClusterFacts } from './facts.ts'
import { warning, type Finding } from './findings.ts'
import type { GroupRule } from './group-rules.ts'
import {
  ownerByAddress,
  ownerInWords,
  ownerOf,
  partInWords,
  written,
  type DeclaredOwners,
  type OwnedRow,
  type Owner,
  type Requested,
} from './ownership.ts'
import { logGroupOf } from './log-groups.ts'
import type { Platform } from './platform.ts'
import { keyOfPart } from './terraform-states.ts'

type Tags = Readonly<Record<string, string>>

/** What a plan was made from, as far as it is somebody's. */
export interface Found {
  readonly platform: Platform
  readonly declared: DeclaredOwners
  readonly blue: BlueFacts
  /** The green that others made. */
  readonly green: BlueFacts | undefined
  readonly requested: readonly Requested[]
  readonly groupRules: readonly GroupRule[]
  /** Of each listener rule that the plan writes, by ARN. */
  readonly ruleTags: Readonly<Record<string, Tags>>
  readonly facts: Pick<ClusterFacts, 'launchTemplates' | 'templatesOfBlue' | 'logRetention'>
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
    ...ofRules(found),
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

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

const row = (resource: string, owner: Owner): Omit<OwnedRow, 'does'> => ({
  resource,
  owner: ownerByAddress(owner),
  written: written(owner),
})

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
    ...(facts.logRetention
      ? [{ ...row(`log group ${logGroupOf(platform.green)}`, NORIKAE), does: 'has it kept for as long as blue’s' }]
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

/** One line for all rules of an owner: there are as many as apps. */
function ofRules({ platform, declared, ruleTags }: Found): OwnedRow[] {
  const owners = Object.entries(ruleTags).map(([key, tags]) => ownerOf({ tags, key }, declared, platform.name))
  return [...Map.groupBy(owners, ownerInWords)].flatMap(([words, [owner, ...others]]) =>
    owner
      ? [
          {
            resource: counted(others.length + 1, 'listener rule'),
            owner: words,
            // Nobody else can take a weight step by step, and watch.
            written: 'own' as const,
            does: 'writes their weights',
          },
        ]
      : [],
  )
}

/** Whoever owns a rule by a tool takes its weights back the next time the tool runs, unless it was told to leave them. */
export const ruleOwnerFindings = ({
  platform,
  declared,
  ruleTags,
}: Pick<Found, 'platform' | 'declared' | 'ruleTags'>): Finding[] =>
  Object.entries(ruleTags).flatMap(([arn, tags]) => {
    const owner = ownerOf({ tags, key: arn }, declared, platform.name)
    if (written(owner) !== 'requested' || (owner.tool === 'terraform' && declared.terraform?.ignores === 'weights'))
      return []
    return [
      warning(
        'route-of-others',
        arn,
        `${ownerByAddress(owner)} owns this listener rule, and takes the weights back the next time it is applied`,
        owner.tool === 'terraform'
          ? 'let Terraform ignore them (lifecycle { ignore_changes = [action] }) and say so: owners.terraform.ignores: weights, or by its address in owners.terraform.ignore; or apply nothing of it until the upgrade has ended'
          : 'update nothing of that stack until the upgrade has ended',
      ),
    ]
  })
