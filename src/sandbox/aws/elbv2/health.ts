import { healthPort } from './targets.ts'
import type { ElbTargetGroup, ElbWorld, Target } from './world.ts'

/** Answers of one kind in a row that change a target's state, whatever the group's own thresholds say: a demo is short. */
const threshold = 2

/**
 * Probes every target of the groups that a rule names, with whatever weight. Targets of other groups are not probed,
 * and begin anew when a rule comes to name theirs.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
 */
export function startHealthChecks(world: ElbWorld): void {
  world.later.every(world.times.probeEveryMs, () => {
    for (const group of world.targetGroups.values()) {
      const used = world.usersOf(group.arn).length > 0
      for (const target of group.targets.values()) {
        if (target.state === 'draining') continue
        if (used) void check(world, group, target)
        else Object.assign(target, { state: 'initial', streak: 0 })
      }
    }
  })
}

/** A probe that throws is a probe that failed. */
async function check(world: ElbWorld, group: ElbTargetGroup, target: Target): Promise<void> {
  if (target.probing) return
  target.probing = true
  const at = { id: target.id, port: healthPort(group, target.port) }
  const up = await world.probe(at, group.settings.HealthCheckPath ?? '/').catch(() => false)
  target.probing = false
  target.streak = up === target.up ? target.streak + 1 : 1
  target.up = up
  if (target.state !== 'draining' && target.streak >= threshold) target.state = up ? 'healthy' : 'unhealthy'
}
