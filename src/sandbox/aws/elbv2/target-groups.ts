import { isDeepStrictEqual } from 'node:util'
import type {
  CreateTargetGroupInput,
  CreateTargetGroupOutput,
  DeleteTargetGroupInput,
  DeleteTargetGroupOutput,
  DescribeTargetGroupsInput,
  DescribeTargetGroupsOutput,
  TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../errors.ts'
import { page, type Given, type Operations, type Serve } from '../protocol/operations.ts'
import { defaultAttributes } from './attributes.ts'
import { pageSize } from './load-balancers.ts'
import { checkNewTargetGroup } from './target-group-checks.ts'
import { known, type ElbTargetGroup, type ElbWorld } from './world.ts'

export const targetGroupOperations = (world: ElbWorld) =>
  ({
    /**
     * Safe to repeat with the same settings. Tags are no settings: those of the first call stay.
     * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
     */
    CreateTargetGroup: ((input) => {
      checkNewTargetGroup(input)
      const settings = settingsOf(input)
      const taken = [...world.targetGroups.values()].find(({ name }) => name === input.Name)
      if (taken && !isDeepStrictEqual(taken.settings, settings))
        throw new AwsError(
          'DuplicateTargetGroupName',
          `A target group with the same name '${input.Name}' exists, but with different settings`,
        )
      if (!taken && world.targetGroups.size >= world.quotas.targetGroups)
        throw new AwsError(
          'TooManyTargetGroups',
          "You've reached the limit on the number of target groups for your AWS account",
        )
      const tags = new Map(input.Tags?.map(({ Key = '', Value = '' }) => [Key, Value]))
      return { TargetGroups: [describe(world, taken ?? addTargetGroup(world, settings, tags))] }
    }) satisfies Serve<CreateTargetGroupInput, CreateTargetGroupOutput>,

    DescribeTargetGroups: (({ LoadBalancerArn, TargetGroupArns, Names, Marker, PageSize }) => {
      const all = [...world.targetGroups.values()]
      if (LoadBalancerArn) known('LoadBalancer', world.loadBalancers, LoadBalancerArn)
      const named = Names?.map((name) => {
        const found = all.find((group) => group.name === name)
        if (!found) throw new AwsError('TargetGroupNotFound', `One or more target groups not found: ${name}`)
        return found
      })
      const asked =
        named ??
        TargetGroupArns?.map((arn) => known('TargetGroup', world.targetGroups, arn)) ??
        all.filter((group) => !LoadBalancerArn || loadBalancersOf(world, group).includes(LoadBalancerArn))
      const { items, next } = page(asked, Marker, PageSize, pageSize)
      return { TargetGroups: items.map((group) => describe(world, group)), NextMarker: next }
    }) satisfies Serve<DescribeTargetGroupsInput, DescribeTargetGroupsOutput>,

    /** One that is not there is no error: ResourceInUse is the only one that the reference names. */
    DeleteTargetGroup: (({ TargetGroupArn }) => {
      removeTargetGroup(world, TargetGroupArn)
      return {}
    }) satisfies Serve<DeleteTargetGroupInput, DeleteTargetGroupOutput>,
  }) satisfies Operations

/** Throws ResourceInUse. */
export function removeTargetGroup(world: ElbWorld, arn: string): void {
  if (world.usersOf(arn).length > 0)
    throw new AwsError('ResourceInUse', `Target group '${arn}' is currently in use by a listener or a rule`)
  world.targetGroups.delete(arn)
}

/** Belongs to the load balancer in whose rules it is. */
const loadBalancersOf = (world: ElbWorld, { arn }: ElbTargetGroup): string[] => [
  ...new Set(world.usersOf(arn).map(({ loadBalancerArn }) => loadBalancerArn)),
]

const describe = (world: ElbWorld, group: ElbTargetGroup): TargetGroup => ({
  ...group.settings,
  TargetGroupArn: group.arn,
  LoadBalancerArns: loadBalancersOf(world, group),
})

type Settings = ElbTargetGroup['settings']

/** With the defaults of an application load balancer's target groups. */
export function settingsOf(input: Given<CreateTargetGroupInput>): Settings {
  const { Protocol, TargetType = 'instance' } = input
  return {
    TargetGroupName: input.Name,
    Protocol,
    ProtocolVersion: input.ProtocolVersion ?? 'HTTP1',
    Port: input.Port,
    VpcId: input.VpcId,
    HealthCheckProtocol: input.HealthCheckProtocol ?? 'HTTP',
    HealthCheckPort: input.HealthCheckPort ?? 'traffic-port',
    HealthCheckEnabled: input.HealthCheckEnabled ?? true,
    HealthCheckPath: input.HealthCheckPath ?? '/',
    HealthCheckIntervalSeconds: input.HealthCheckIntervalSeconds ?? 30,
    HealthCheckTimeoutSeconds: input.HealthCheckTimeoutSeconds ?? 5,
    HealthyThresholdCount: input.HealthyThresholdCount ?? 5,
    UnhealthyThresholdCount: input.UnhealthyThresholdCount ?? 2,
    Matcher: input.Matcher ?? { HttpCode: '200' },
    TargetType,
    IpAddressType: input.IpAddressType ?? 'ipv4',
    TargetControlPort: input.TargetControlPort,
  }
}

export function addTargetGroup(world: ElbWorld, settings: Settings, tags: Map<string, string>): ElbTargetGroup {
  const name = settings.TargetGroupName ?? ''
  const group = {
    arn: world.newArn('targetgroup', name),
    name,
    settings,
    attributes: new Map(Object.entries(defaultAttributes)),
    targets: new Map(),
    tags,
  }
  world.targetGroups.set(group.arn, group)
  return group
}
