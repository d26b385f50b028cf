import { ACTIONS } from '../../src/domain/ingress-actions.ts'
import type { IngressRoute } from '../../src/domain/platform.ts'
import type { KubernetesObject } from '../../src/sandbox/types.ts'
import { controlledRoute } from './controlled-route.ts'
import type { TwoClusters } from './small-world.ts'

/** As its team has written it, with a comment of theirs in it that only its own text has. */
export const ORIGINAL =
  '{"type": "forward", "forwardConfig": {"targetGroups": [{"serviceName": "web", "servicePort": 80}]}}'

export const anIngress = (namespace: string, action: string = ORIGINAL): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'web', namespace, annotations: { [`${ACTIONS}shop`]: action } },
  spec: {
    ingressClassName: 'alb',
    rules: [
      {
        host: `${namespace}.test`,
        http: {
          paths: [
            { path: '/', pathType: 'Prefix', backend: { service: { name: 'shop', port: { name: 'use-annotation' } } } },
          ],
        },
      },
    ],
  },
})

/** An Ingress of blue whose load balancer serves, and pods on either side that could. */
export async function anIngressRoute(world: TwoClusters) {
  const { blue } = world
  const { its, isWritten, ...made } = await controlledRoute(world, (it) => [anIngress(it)])
  const { namespace } = its
  const route: IngressRoute = {
    ...its,
    kind: 'ingress',
    name: `ingress.${namespace}.web.shop`,
    ingress: 'web',
    action: 'shop',
  }
  const ingress = () => blue.list('networking.k8s.io/v1', 'Ingress', namespace)[0]
  return {
    ...made,
    route,
    ingress,
    action: () => ingress()?.metadata.annotations?.[`${ACTIONS}shop`],
    /** As somebody else would, who applies it from elsewhere. */
    async write(weights: Readonly<Record<'blue' | 'green', number>>) {
      const targetGroups = [
        { serviceName: 'web', servicePort: 80, weight: weights.blue },
        { targetGroupARN: made.group()?.arn, weight: weights.green },
      ]
      blue.apply(anIngress(namespace, JSON.stringify({ type: 'forward', forwardConfig: { targetGroups } })))
      await isWritten(weights.green)
    },
  }
}
