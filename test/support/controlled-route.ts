import { greenTargetGroupName } from '../../src/domain/target-groups.ts'
import { BINDING } from '../../src/sandbox/load-balancer-controller.ts'
import type { KubernetesObject } from '../../src/sandbox/types.ts'
import { eventually } from './eventually.ts'
import { aDeployment, aPlace, aService, type TwoClusters } from './small-world.ts'

/**
 * What blue's load balancer controller has made once it serves, for objects of a namespace of their own with the host
 * `<namespace>.test`, and pods on either side that could.
 */
export async function controlledRoute(world: TwoClusters, objects: (namespace: string) => readonly KubernetesObject[]) {
  const { aws, blue, green } = world
  const namespace = aPlace(blue, green)
  for (const cluster of [blue, green]) {
    cluster.apply(aDeployment('web', namespace, 2))
    cluster.apply(aService('web', namespace))
  }
  for (const object of objects(namespace)) blue.apply(object)
  const bindings = (on: 'blue' | 'green') => world[on].list(BINDING.apiVersion, BINDING.kind, namespace)
  const found = () => String(bindings('blue')[0]?.spec?.['targetGroupARN'])
  await eventually('blue serves', () => aws.elbv2.serving(found()).length === 2)
  const its = {
    namespace,
    service: 'web',
    binding: bindings('blue')[0]?.metadata.name ?? '',
    blueTargetGroup: found(),
    greenTargetGroup: greenTargetGroupName(namespace, '1f2e3d4c'),
    loadBalancer: '',
  }
  const group = () => aws.elbv2.inventory().targetGroups.find((g) => g.name === its.greenTargetGroup)
  const rule = () => aws.elbv2.rules().find((r) => r.hosts.includes(`${namespace}.test`))
  return {
    its,
    group,
    rule,
    bindings,
    /** At the listener; one alone has all of it. */
    weights: () =>
      Object.fromEntries(
        (rule()?.forward ?? []).map((f, _, all) => [
          f.targetGroupArn === its.blueTargetGroup ? 'blue' : f.targetGroupArn === group()?.arn ? 'green' : 'other',
          all.length === 1 ? 100 : f.weight,
        ]),
      ),
    /** That the controller has written this weight of green's. */
    isWritten: (weight: number) =>
      eventually(
        'the listener says so',
        () => rule()?.forward.some((f) => f.targetGroupArn === group()?.arn && f.weight === weight) === true,
      ),
  }
}
