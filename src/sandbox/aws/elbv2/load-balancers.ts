import { randomInt } from 'node:crypto'
import type {
  Action,
  DescribeListenersInput,
  DescribeListenersOutput,
  DescribeLoadBalancersInput,
  DescribeLoadBalancersOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError, validationError } from '../errors.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'
import type { ListenerRule } from '../../types.ts'
import { nothingReserved } from './capacity.ts'
import { forwardsOf, known, type ElbWorld } from './world.ts'

/** The most that one page holds. https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html */
export const pageSize = 400

export const loadBalancerOperations = (world: ElbWorld) =>
  ({
    DescribeLoadBalancers: (({ LoadBalancerArns, Names, Marker, PageSize }) => {
      const all = [...world.loadBalancers.values()]
      const named = Names?.map((name) => {
        const found = all.find(({ described }) => described.LoadBalancerName === name)
        if (!found) throw new AwsError('LoadBalancerNotFound', `Load balancers '[${name}]' not found`)
        return found
      })
      const asked = named ?? LoadBalancerArns?.map((arn) => known('LoadBalancer', world.loadBalancers, arn)) ?? all
      const { items, next } = page(asked, Marker, PageSize, pageSize)
      return { LoadBalancers: items.map(({ described }) => described), NextMarker: next }
    }) satisfies Serve<DescribeLoadBalancersInput, DescribeLoadBalancersOutput>,

    DescribeListeners: (({ LoadBalancerArn, ListenerArns, Marker, PageSize }) => {
      if (LoadBalancerArn === undefined && ListenerArns === undefined)
        throw validationError('You must specify either listener ARNs or a load balancer ARN')
      if (LoadBalancerArn !== undefined) known('LoadBalancer', world.loadBalancers, LoadBalancerArn)
      const asked =
        ListenerArns?.map((arn) => known('Listener', world.listeners, arn)) ??
        [...world.listeners.values()].filter(({ described }) => described.LoadBalancerArn === LoadBalancerArn)
      const { items, next } = page(asked, Marker, PageSize, pageSize)
      return { Listeners: items.map(({ described }) => described), NextMarker: next }
    }) satisfies Serve<DescribeListenersInput, DescribeListenersOutput>,
  }) satisfies Operations

/** An application load balancer with a listener on 80, whose default rule answers 404. */
export function seedLoadBalancer(
  world: ElbWorld,
  name: string,
  tags: Readonly<Record<string, string>> = {},
  kind: 'app' | 'net' = 'app',
): { loadBalancerArn: string; listenerArn: string } {
  const loadBalancerArn = world.newArn('loadbalancer', kind, name)
  const [, lbPath = ''] = loadBalancerArn.split(':loadbalancer/')
  const listenerArn = world.newArn('listener', lbPath)
  const defaultActions = [
    {
      Type: 'fixed-response' as const,
      Order: 1,
      FixedResponseConfig: { StatusCode: '404', ContentType: 'text/plain' },
    },
  ]
  world.loadBalancers.set(loadBalancerArn, {
    arn: loadBalancerArn,
    tags: new Map(Object.entries(tags)),
    reserved: nothingReserved(),
    described: {
      LoadBalancerArn: loadBalancerArn,
      LoadBalancerName: name,
      // Two clusters make load balancers of one name.
      DNSName: `${name}-${randomInt(1_000_000_000, 9_999_999_999)}.${world.region}.elb.amazonaws.com`,
      CanonicalHostedZoneId: 'Z14GRHDCWA56QT',
      CreatedTime: new Date(),
      Scheme: 'internet-facing',
      VpcId: vpcId,
      State: { Code: 'active' },
      Type: kind === 'app' ? 'application' : 'network',
      IpAddressType: 'ipv4',
      AvailabilityZones: [{ ZoneName: `${world.region}a` }, { ZoneName: `${world.region}c` }],
    },
  })
  world.listeners.set(listenerArn, {
    arn: listenerArn,
    tags: new Map(),
    described: {
      ListenerArn: listenerArn,
      LoadBalancerArn: loadBalancerArn,
      Port: 80,
      Protocol: kind === 'app' ? 'HTTP' : 'TCP',
      DefaultActions: defaultActions,
    },
  })
  const [, path = ''] = listenerArn.split(':listener/')
  const ruleArn = world.newArn('listener-rule', path)
  world.rules.set(ruleArn, {
    arn: ruleArn,
    listenerArn,
    loadBalancerArn,
    tags: new Map(),
    described: { RuleArn: ruleArn, Priority: 'default', Conditions: [], Actions: defaultActions, IsDefault: true },
  })
  world.rulesChanged()
  return { loadBalancerArn, listenerArn }
}

/** What its default rule does from now on. */
export function forwardAll(world: ElbWorld, listenerArn: string, targetGroupArn: string): void {
  const rule = [...world.rules.values()].find((r) => r.listenerArn === listenerArn && r.described.IsDefault)
  if (!rule) throw new AwsError('ListenerNotFound', `One or more listeners not found: ${listenerArn}`)
  const listener = known('Listener', world.listeners, listenerArn)
  const actions = [
    { Type: 'forward', Order: 1, ForwardConfig: { TargetGroups: [{ TargetGroupArn: targetGroupArn, Weight: 1 }] } },
  ] satisfies Action[]
  rule.described.Actions = actions
  listener.described.DefaultActions = actions
  world.rulesChanged()
}

export function seedNetworkLoadBalancer(
  world: ElbWorld,
  name: string,
  targetGroupArn: string,
): { loadBalancerArn: string; listenerArn: string } {
  const made = seedLoadBalancer(world, name, {}, 'net')
  forwardAll(world, made.listenerArn, targetGroupArn)
  return made
}

/** What it does with requests that no rule takes. */
export function defaultRule(world: ElbWorld, host: string): Omit<ListenerRule, 'hosts'> | undefined {
  const balancer = [...world.loadBalancers.values()].find(({ described }) => described.DNSName === host)
  const rule = [...world.rules.values()].find((r) => r.loadBalancerArn === balancer?.arn && r.described.IsDefault)
  return rule && { ruleArn: rule.arn, forward: forwardsOf(rule.described.Actions ?? []) }
}

export function removeLoadBalancer(world: ElbWorld, arn: string): void {
  world.loadBalancers.delete(arn)
  for (const [id, { described }] of world.listeners) if (described.LoadBalancerArn === arn) world.listeners.delete(id)
  for (const [id, { loadBalancerArn }] of world.rules) if (loadBalancerArn === arn) world.rules.delete(id)
  world.rulesChanged()
}

/** The one network of the sandbox. */
export const vpcId = 'vpc-0a1b2c3d4e5f60718'
