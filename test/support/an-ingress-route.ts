import { ACTIONS } from '../../src/domain/ingress-actions.ts'
import type { IngressRoute } from '../../src/domain/platform.ts'
import { BINDING } from '../../src/sandbox/load-balancer-controller.ts'
import type { KubernetesObject } from '../../src/sandbox/types.ts'
import { eventually } from './eventually.ts'
import { aDeployment, aPlace, aService, type TwoClusters } from './small-world.ts'

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
  const { aws, blue, green } = world
  const namespace = aPlace(blue, green)
  for (const cluster of [blue, green]) {
    cluster.apply(aDeployment('web', namespace, 2))
    cluster.apply(aService('web', namespace))
  }
  blue.apply(anIngress(namespace))
  const bindings = (on: 'blue' | 'green') => world[on].list(BINDING.apiVersion, BINDING.kind, namespace)
  const blueTargetGroup = () => String(bindings('blue')[0]?.spec?.['targetGroupARN'])
  await eventually('blue serves', () => aws.elbv2.serving(blueTargetGroup()).length === 2)
  const route: IngressRoute = {
    kind: 'ingress',
    name: `ingress.${namespace}.web.shop`,
    namespace,
    ingress: 'web',
    action: 'shop',
    service: 'web',
    binding: bindings('blue')[0]?.metadata.name ?? '',
    blueTargetGroup: blueTargetGroup(),
    greenTargetGroup: `${namespace}-green`,
    loadBalancer: '',
  }
  const group = () => aws.elbv2.inventory().targetGroups.find((g) => g.name === route.greenTargetGroup)
  const rule = () => aws.elbv2.rules().find((r) => r.hosts.includes(`${namespace}.test`))
  const ingress = () => blue.list('networking.k8s.io/v1', 'Ingress', namespace)[0]
  return {
    route,
    group,
    rule,
    ingress,
    bindings,
    action: () => ingress()?.metadata.annotations?.[`${ACTIONS}shop`],
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
      const targetGroups = [
        { serviceName: 'web', servicePort: 80, weight: weights.blue },
        { targetGroupARN: group()?.arn, weight: weights.green },
      ]
      blue.apply(anIngress(namespace, JSON.stringify({ type: 'forward', forwardConfig: { targetGroups } })))
      await eventually(
        'the listener says so',
        () => rule()?.forward.some((f) => f.targetGroupArn === group()?.arn && f.weight === weights.green) === true,
      )
    },
  }
}
