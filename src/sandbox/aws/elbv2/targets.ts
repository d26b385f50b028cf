import { isIP } from 'node:net'
import type {
  DeregisterTargetsInput,
  DeregisterTargetsOutput,
  DescribeTargetHealthInput,
  DescribeTargetHealthOutput,
  RegisterTargetsInput,
  RegisterTargetsOutput,
  TargetDescription,
  TargetHealth,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { validationError } from '../errors.ts'
import type { Operations, Serve } from '../protocol/operations.ts'
import { known, type ElbTargetGroup, type ElbWorld, type Target } from './world.ts'

export const targetOperations = (world: ElbWorld) =>
  ({
    RegisterTargets: (({ TargetGroupArn, Targets }) => {
      const group = known('TargetGroup', world.targetGroups, TargetGroupArn)
      const targets = Targets.map((target) => named(group, target))
      const wrong = targets.find(({ id }) => group.settings.TargetType === 'ip' && !isIP(id))
      if (wrong) throw validationError(`The IP address '${wrong.id}' is not a valid IPv4 or IPv6 address`)
      for (const target of targets) register(group, target)
      return {}
    }) satisfies Serve<RegisterTargetsInput, RegisterTargetsOutput>,

    /** "If the specified target does not exist, the action returns successfully." */
    DeregisterTargets: (({ TargetGroupArn, Targets }) => {
      const group = known('TargetGroup', world.targetGroups, TargetGroupArn)
      for (const target of Targets) deregister(world, group, named(group, target))
      return {}
    }) satisfies Serve<DeregisterTargetsInput, DeregisterTargetsOutput>,

    DescribeTargetHealth: (({ TargetGroupArn, Targets }) => {
      const group = known('TargetGroup', world.targetGroups, TargetGroupArn)
      const used = world.usersOf(group.arn).length > 0
      const asked = Targets?.map((target) => named(group, target)) ?? [...group.targets.values()]
      return {
        TargetHealthDescriptions: asked.map(({ id, port }) => ({
          Target: { Id: id, Port: port },
          HealthCheckPort: String(healthPort(group, port)),
          TargetHealth: healthOf(group.targets.get(key({ id, port })), used),
        })),
      }
    }) satisfies Serve<DescribeTargetHealthInput, DescribeTargetHealthOutput>,
  }) satisfies Operations

interface Named {
  readonly id: string
  readonly port: number
}

const key = ({ id, port }: Named) => `${id}:${port}`

/** Without a port the group's own counts. */
const named = ({ settings }: ElbTargetGroup, { Id = '', Port }: TargetDescription): Named => ({
  id: Id,
  port: Port ?? settings.Port ?? 0,
})

/** `traffic-port` is the target's own. */
export const healthPort = ({ settings }: ElbTargetGroup, port: number): number =>
  Number(settings.HealthCheckPort) || port

/** What is registered already stays as it is; what drains begins anew. */
function register({ targets }: ElbTargetGroup, { id, port }: Named): void {
  const before = targets.get(key({ id, port }))
  if (before && before.state !== 'draining') return
  targets.set(key({ id, port }), { id, port, state: 'initial', streak: 0, up: false, probing: false })
}

/**
 * Gets no new request, and is gone after the deregistration delay; at once where no load balancer uses the group.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
 */
function deregister(world: ElbWorld, group: ElbTargetGroup, target: Named): void {
  const found = group.targets.get(key(target))
  if (!found || found.state === 'draining') return
  const seconds = Number(group.attributes.get('deregistration_delay.timeout_seconds'))
  if (world.usersOf(group.arn).length === 0 || seconds === 0) {
    group.targets.delete(key(target))
    return
  }
  found.state = 'draining'
  world.later.after(seconds * world.times.drainSecondMs, () => {
    if (group.targets.get(key(target)) === found) group.targets.delete(key(target))
  })
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html */
function healthOf(target: Target | undefined, used: boolean): TargetHealth {
  if (!target)
    return {
      State: 'unused',
      Reason: 'Target.NotRegistered',
      Description: 'Target is not registered to the target group',
    }
  if (!used)
    return {
      State: 'unused',
      Reason: 'Target.NotInUse',
      Description: 'Target group is not configured to receive traffic from the load balancer',
    }
  return states[target.state]
}

const states = {
  initial: {
    State: 'initial',
    Reason: 'Elb.RegistrationInProgress',
    Description: 'Target registration is in progress',
  },
  healthy: { State: 'healthy' },
  unhealthy: { State: 'unhealthy', Reason: 'Target.FailedHealthChecks', Description: 'Health checks failed' },
  draining: {
    State: 'draining',
    Reason: 'Target.DeregistrationInProgress',
    Description: 'Target deregistration is in progress',
  },
} as const satisfies Record<Target['state'], TargetHealth>

/** Exactly these: the others are deregistered. A group that is not there is left alone. */
export function setTargets(world: ElbWorld, targetGroupArn: string, targets: readonly Named[]): void {
  const group = world.targetGroups.get(targetGroupArn)
  if (!group) return
  const wanted = new Set(targets.map(key))
  for (const target of group.targets.values()) if (!wanted.has(key(target))) deregister(world, group, target)
  for (const target of targets) register(group, target)
}

/** ALB fails open: where no target is healthy, all get requests (those that drain do not). */
export function serving(world: ElbWorld, targetGroupArn: string): readonly Named[] {
  const all = [...(world.targetGroups.get(targetGroupArn)?.targets.values() ?? [])]
  const healthy = all.filter(({ state }) => state === 'healthy')
  return healthy.length > 0 ? healthy : all.filter(({ state }) => state !== 'draining')
}
