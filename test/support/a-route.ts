import { BINDING } from '../../src/sandbox/load-balancer-controller.ts'
import type { Route } from '../../src/domain/platform.ts'
import { aDeployment, aPlace, aService, scope, type TwoClusters } from './small-world.ts'
import { eventually } from './eventually.ts'

/** A route as blue serves it: rule, target group, binding, and pods on either side that could. */
export async function aRoute(world: TwoClusters, tags: Readonly<Record<string, string>> = {}) {
  const { aws, blue, green } = world
  const namespace = aPlace(blue, green)
  const { listenerArn } = aws.elbv2.seedLoadBalancer(namespace)
  const targetGroup = aws.elbv2.seedTargetGroup(namespace, { 'norikae.io/platform': scope.platform, ...tags })
  const ruleArn = aws.elbv2.seedRule(listenerArn, 10, `${namespace}.test`, [
    { targetGroupArn: targetGroup, weight: 100 },
  ])
  for (const cluster of [blue, green]) {
    cluster.apply(aDeployment('web', namespace, 2))
    cluster.apply(aService('web', namespace))
  }
  blue.apply({
    ...BINDING,
    metadata: { name: 'web', namespace, labels: { team: 'chat' } },
    spec: { targetGroupARN: targetGroup, targetType: 'ip', serviceRef: { name: 'web', port: 80 } },
  })
  await eventually('blue serves', () => aws.elbv2.serving(targetGroup).length === 2)
  const route: Route = {
    kind: 'alb',
    name: 'web',
    ruleArn,
    namespace,
    binding: 'web',
    blueTargetGroup: targetGroup,
    greenTargetGroup: `${namespace}-green`,
  }
  const group = () => aws.elbv2.inventory().targetGroups.find((g) => g.name === route.greenTargetGroup)
  return {
    route,
    listenerArn,
    /** Green's target group. */
    group,
    weights: () =>
      Object.fromEntries(
        (aws.elbv2.rules().find((r) => r.ruleArn === ruleArn)?.forward ?? []).map((f) => [
          f.targetGroupArn === targetGroup ? 'blue' : f.targetGroupArn === group()?.arn ? 'green' : 'other',
          f.weight,
        ]),
      ),
    binding: (on: 'blue' | 'green') => world[on].list(BINDING.apiVersion, BINDING.kind, namespace)[0],
    /** As somebody else would. */
    write(weights: Readonly<Record<'blue' | 'green', number>>, other?: string) {
      aws.elbv2.setWeightAsSomebodyElse(ruleArn, [
        { targetGroupArn: targetGroup, weight: weights.blue },
        ...(group() === undefined ? [] : [{ targetGroupArn: group()?.arn ?? '', weight: weights.green }]),
        ...(other === undefined ? [] : [{ targetGroupArn: other, weight: 20 }]),
      ])
    },
  }
}
