import type { GatewayRoute } from '../../src/domain/platform.ts'
import { CLASS, GATEWAY_API } from '../../src/sandbox/gateway-rules.ts'
import { BINDING } from '../../src/sandbox/load-balancer-controller.ts'
import type { KubernetesObject } from '../../src/sandbox/types.ts'
import { eventually } from './eventually.ts'
import { aDeployment, aPlace, aService, type TwoClusters } from './small-world.ts'

/** `gatewayClassName`: of another class than the stand-in's controller, which makes nothing of it then. */
export const aGateway = (namespace: string, gatewayClassName = CLASS): KubernetesObject => ({
  apiVersion: GATEWAY_API,
  kind: 'Gateway',
  metadata: { name: 'public', namespace },
  spec: { gatewayClassName, listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
})

/** As its team has written it: blue's Service without a weight. */
export const anHttpRoute = (
  namespace: string,
  backendRefs: readonly object[] = [{ name: 'web', port: 80 }],
): KubernetesObject => ({
  apiVersion: GATEWAY_API,
  kind: 'HTTPRoute',
  metadata: { name: 'shop', namespace },
  spec: { parentRefs: [{ name: 'public' }], hostnames: [`${namespace}.test`], rules: [{ backendRefs }] },
})

/** An HTTPRoute of blue whose Gateway's load balancer serves, and pods on either side that could. */
export async function aGatewayRoute(world: TwoClusters) {
  const { aws, blue, green } = world
  const namespace = aPlace(blue, green)
  for (const cluster of [blue, green]) {
    cluster.apply(aDeployment('web', namespace, 2))
    cluster.apply(aService('web', namespace))
  }
  blue.apply(aGateway(namespace))
  blue.apply(anHttpRoute(namespace))
  const bindings = (on: 'blue' | 'green') => world[on].list(BINDING.apiVersion, BINDING.kind, namespace)
  const blueTargetGroup = () => String(bindings('blue')[0]?.spec?.['targetGroupARN'])
  await eventually('blue serves', () => aws.elbv2.serving(blueTargetGroup()).length === 2)
  const route: GatewayRoute = {
    kind: 'gateway',
    name: `gateway.${namespace}.shop.web`,
    namespace,
    httpRoute: 'shop',
    service: 'web',
    binding: bindings('blue')[0]?.metadata.name ?? '',
    blueTargetGroup: blueTargetGroup(),
    greenTargetGroup: `${namespace}-green`,
    loadBalancer: '',
  }
  const group = () => aws.elbv2.inventory().targetGroups.find((g) => g.name === route.greenTargetGroup)
  const rule = () => aws.elbv2.rules().find((r) => r.hosts.includes(`${namespace}.test`))
  return {
    route,
    group,
    rule,
    bindings,
    httpRoute: () => blue.list(GATEWAY_API, 'HTTPRoute', namespace)[0],
    gateway: () => blue.list(GATEWAY_API, 'Gateway', namespace)[0],
    /** At the listener; one alone has all of it. */
    weights: () =>
      Object.fromEntries(
        (rule()?.forward ?? []).map((f, _, all) => [
          f.targetGroupArn === route.blueTargetGroup ? 'blue' : f.targetGroupArn === group()?.arn ? 'green' : 'other',
          all.length === 1 ? 100 : f.weight,
        ]),
      ),
    /** As somebody else would, who applies it from elsewhere. */
    async write(weights: Readonly<Record<'blue' | 'green', number>>) {
      blue.apply(
        anHttpRoute(namespace, [
          { name: 'web', port: 80, weight: weights.blue },
          { group: '', kind: 'TargetGroupName', name: route.greenTargetGroup, weight: weights.green },
        ]),
      )
      await eventually(
        'the listener says so',
        () => rule()?.forward.some((f) => f.targetGroupArn === group()?.arn && f.weight === weights.green) === true,
      )
    },
  }
}
