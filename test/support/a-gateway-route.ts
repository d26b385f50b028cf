import type { GatewayRoute } from '../../src/domain/platform.ts'
import { GATEWAY_API, HTTP_CLASS } from '../../src/sandbox/balanced.ts'
import type { KubernetesObject } from '../../src/sandbox/types.ts'
import { controlledRoute } from './controlled-route.ts'
import type { TwoClusters } from './small-world.ts'

/** `gatewayClassName`: of another class than the stand-in's controller, which makes nothing of it then. */
export const aGateway = (namespace: string, gatewayClassName = HTTP_CLASS): KubernetesObject => ({
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
  const { blue } = world
  const { its, isWritten, ...made } = await controlledRoute(world, (it) => [aGateway(it), anHttpRoute(it)])
  const { namespace } = its
  const route: GatewayRoute = {
    ...its,
    kind: 'gateway',
    name: `gateway.${namespace}.shop.web`,
    httpRoute: 'shop',
  }
  return {
    ...made,
    route,
    httpRoute: () => blue.list(GATEWAY_API, 'HTTPRoute', namespace)[0],
    gateway: () => blue.list(GATEWAY_API, 'Gateway', namespace)[0],
    /** As somebody else would, who applies it from elsewhere. */
    async write(weights: Readonly<Record<'blue' | 'green', number>>) {
      blue.apply(
        anHttpRoute(namespace, [
          { name: 'web', port: 80, weight: weights.blue },
          { group: '', kind: 'TargetGroupName', name: route.greenTargetGroup, weight: weights.green },
        ]),
      )
      await isWritten(weights.green)
    },
  }
}
