import { isDeepStrictEqual } from 'node:util'
import {
  type CreateTargetGroupInput,
  type ElasticLoadBalancingV2,
  paginateDescribeTargetGroups,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { contested, unreachable } from '../../activities/errors.ts'
import type { TargetGroupDescription } from '../../domain/target-groups.ts'
import { ask, askFor, askForAll, isAws } from '../aws-errors.ts'
import { each } from '../../activities/few-at-a-time.ts'
import { batches } from '../aws-client.ts'
import { tagsOf } from './tags.ts'

type Tags = Readonly<Record<string, string>>

/** What CreateTargetGroup takes of what DescribeTargetGroups tells. */
const settings = [
  'Protocol',
  'ProtocolVersion',
  'Port',
  'VpcId',
  'TargetType',
  'IpAddressType',
  'TargetControlPort',
  'HealthCheckEnabled',
  'HealthCheckProtocol',
  'HealthCheckPort',
  'HealthCheckPath',
  'HealthCheckIntervalSeconds',
  'HealthCheckTimeoutSeconds',
  'HealthyThresholdCount',
  'UnhealthyThresholdCount',
  'Matcher',
] as const satisfies readonly (keyof TargetGroup & keyof CreateTargetGroupInput)[]

/** Target groups by ARN; those that are gone are left out. No limit is told for these ARNs: 20 is that of its siblings. */
export async function describeGroups(client: ElasticLoadBalancingV2, arns: readonly string[]): Promise<TargetGroup[]> {
  const told = await each(batches(arns, 20), async (batch) => {
    const all = await describe(client, batch)
    // One that is gone fails the whole batch.
    return all ?? (await each(batch, async (arn) => (await describe(client, [arn])) ?? [])).flat()
  })
  return told.flat()
}

/** Undefined: it is gone. Throws `unreachable` where ELB tells only half of it. */
export async function findTargetGroup(
  client: ElasticLoadBalancingV2,
  arnOrName: string,
): Promise<TargetGroupDescription | undefined> {
  const [group] = (await describe(client, [arnOrName])) ?? []
  if (group === undefined) return undefined
  const arn = group.TargetGroupArn ?? ''
  const more = await askFor(`DescribeTags ${arn}`, () =>
    Promise.all([tagsOf(client, [arn]), attributesOf(client, arn)]),
  )
  // It goes, or is not known everywhere yet: without its tags it would look like somebody else's, and it is not gone.
  if (!more) throw unreachable(`target group ${arn} is not told alike everywhere yet: its tags are not`)
  const [tags, attributes] = more
  return {
    arn,
    name: group.TargetGroupName ?? '',
    targetType: group.TargetType ?? '',
    loadBalancerArns: group.LoadBalancerArns ?? [],
    tags: tags[arn] ?? {},
    settings: Object.fromEntries(settings.flatMap((s) => (group[s] === undefined ? [] : [[s, group[s]]]))),
    attributes,
    ...(group.VpcId !== undefined && { vpcId: group.VpcId }),
  }
}

/**
 * Makes a group like another one, or finds the one that an earlier call made: same settings, and these tags among its
 * own. Then gives it those attributes in which it still differs. Throws `contested` where somebody else has the name.
 */
export async function createTargetGroup(
  client: ElasticLoadBalancingV2,
  name: string,
  like: TargetGroupDescription,
  tags: Tags,
): Promise<string> {
  const found = await findTargetGroup(client, name)
  if (found && !isOurs(found, like, tags)) throw taken(name, found.arn)
  const arn = found?.arn ?? (await create(client, name, like, tags))
  await alignAttributes(client, arn, like.attributes)
  return arn
}

const create = (client: ElasticLoadBalancingV2, name: string, like: TargetGroupDescription, tags: Tags) =>
  ask(`CreateTargetGroup ${name}`, async (o) => {
    try {
      const input = { ...like.settings, Name: name, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
      return (await client.createTargetGroup(input, o)).TargetGroups?.[0]?.TargetGroupArn ?? ''
    } catch (error) {
      if (isAws(error, 'DuplicateTargetGroupName')) throw taken(name, 'made a moment ago')
      throw error
    }
  })

const isOurs = (found: TargetGroupDescription, like: TargetGroupDescription, tags: Tags): boolean =>
  isDeepStrictEqual(found.settings, like.settings) && Object.entries(tags).every(([k, v]) => found.tags[k] === v)

const taken = (name: string, by: string) =>
  contested(
    `target group ${name} is there already, with other settings or tags: ${by}. Delete it or rename it, then retry`,
  )

/** Settings that only exist after the group does. Writing what it has already could be refused, as not every kind has all. */
async function alignAttributes(client: ElasticLoadBalancingV2, arn: string, wanted: Tags): Promise<void> {
  const has = await attributesOf(client, arn)
  const Attributes = Object.entries(wanted).flatMap(([Key, Value]) => (has[Key] === Value ? [] : [{ Key, Value }]))
  if (Attributes.length === 0) return
  await ask(`ModifyTargetGroupAttributes ${arn}`, (o) =>
    client.modifyTargetGroupAttributes({ TargetGroupArn: arn, Attributes }, o),
  )
}

async function attributesOf(client: ElasticLoadBalancingV2, TargetGroupArn: string): Promise<Record<string, string>> {
  const { Attributes = [] } = await ask(`DescribeTargetGroupAttributes ${TargetGroupArn}`, (o) =>
    client.describeTargetGroupAttributes({ TargetGroupArn }, o),
  )
  return Object.fromEntries(Attributes.map(({ Key = '', Value = '' }) => [Key, Value]))
}

/** Undefined where one of them is gone. Each by ARN, or one by name. */
function describe(client: ElasticLoadBalancingV2, which: readonly string[]): Promise<TargetGroup[] | undefined> {
  const byArn = which.every((w) => w.startsWith('arn:'))
  const input = byArn ? { TargetGroupArns: [...which] } : { Names: [...which] }
  return askFor(`DescribeTargetGroups ${which.join(' ')}`, () =>
    askForAll(
      `DescribeTargetGroups ${which.join(' ')}`,
      (o) => paginateDescribeTargetGroups({ client }, input, o),
      (page) => page.TargetGroups,
    ),
  )
}
