/** Elastic Load Balancing v2 as a whole: the operations that it serves, and the side that the sandbox seeds and reads. */
import type { SandboxAws } from '../../types.ts'
import type { Operations } from '../protocol/operations.ts'
import { capacityOperations } from './capacity.ts'
import { attributeOperations } from './attributes.ts'
import {
  defaultRule,
  forwardAll,
  loadBalancerOperations,
  removeLoadBalancer,
  seedLoadBalancer,
  seedNetworkLoadBalancer,
  vpcId,
} from './load-balancers.ts'
import { overwriteForward, ruleOperations, seedRule } from './rules.ts'
import { tagOperations } from './tags.ts'
import { checkNewTargetGroup } from './target-group-checks.ts'
import { addTargetGroup, removeTargetGroup, settingsOf, targetGroupOperations } from './target-groups.ts'
import { serving, setTargets, targetOperations } from './targets.ts'
import type { ElbWorld } from './world.ts'

export const elbv2Operations = (world: ElbWorld): Operations => ({
  ...loadBalancerOperations(world),
  ...ruleOperations(world),
  ...targetGroupOperations(world),
  ...attributeOperations(world),
  ...targetOperations(world),
  ...tagOperations(world),
  ...capacityOperations(world),
})

/** Seeds throw what the API would: a name that is too long, a listener that is not there. */
export const inspectElbv2 = (world: ElbWorld): SandboxAws['elbv2'] => ({
  seedLoadBalancer: (name, tags, kind) => seedLoadBalancer(world, name, tags, kind),
  seedNetworkLoadBalancer: (name, targetGroupArn) => seedNetworkLoadBalancer(world, name, targetGroupArn),
  removeLoadBalancer: (arn) => removeLoadBalancer(world, arn),
  forwardAll: (listenerArn, targetGroupArn) => forwardAll(world, listenerArn, targetGroupArn),
  defaultRule: (host) => defaultRule(world, host),
  removeTargetGroup: (arn) => removeTargetGroup(world, arn),
  seedTargetGroup: (name, tags) => {
    const input = { Name: name, ...seeded }
    checkNewTargetGroup(input)
    return addTargetGroup(world, settingsOf(input), new Map(Object.entries(tags))).arn
  },
  seedRule: (listenerArn, priority, host, forward) => seedRule(world, listenerArn, priority, host, forward),
  rules: () => world.snapshot(),
  setTargets: (targetGroupArn, targets) => setTargets(world, targetGroupArn, targets),
  serving: (targetGroupArn) => serving(world, targetGroupArn),
  quotas: world.quotas,
  noCapacity: (full) => {
    world.full = full
  },
  setWeightAsSomebodyElse: (ruleArn, forward) => overwriteForward(world, ruleArn, forward),
  inventory: () => ({
    loadBalancers: [...world.loadBalancers.values()].map(({ arn, described, tags, reserved }) => ({
      arn,
      name: described.LoadBalancerName ?? '',
      host: described.DNSName ?? '',
      tags: Object.fromEntries(tags),
      ...(reserved.units !== undefined && { reserved: reserved.units }),
    })),
    targetGroups: [...world.targetGroups.values()].map(({ arn, name, targets, tags }) => ({
      arn,
      name,
      inRules: world.usersOf(arn).map((rule) => rule.arn),
      targets: targets.size,
      tags: Object.fromEntries(tags),
    })),
    rules: world.snapshot(),
  }),
})

/** What the load balancer controller makes for pods: targets by IP address. */
const seeded = {
  Protocol: 'HTTP',
  Port: 8080,
  VpcId: vpcId,
  TargetType: 'ip',
  HealthCheckPath: '/healthz',
} as const
