import { expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { protectedAmong } from '../../src/domain/protected-balancers.ts'

const ALB = 'alb.ingress.kubernetes.io/load-balancer-attributes'
const NLB = 'service.beta.kubernetes.io/aws-load-balancer-attributes'
const object = (kind: string, more: Partial<KubernetesObject> = {}, annotations = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'web', namespace: 'shop', annotations },
  ...more,
})
const annotated = (kind: string, key: string, value: string) => object(kind, {}, { [key]: value })
const configuration = (name: string, value: string, namespace = 'shop'): KubernetesObject => ({
  apiVersion: 'gateway.k8s.aws/v1beta1',
  kind: 'LoadBalancerConfiguration',
  metadata: { name, namespace },
  spec: { loadBalancerAttributes: [{ key: 'deletion_protection.enabled', value }] },
})
const gateway = (name: string) =>
  object('Gateway', {
    spec: { infrastructure: { parametersRef: { group: 'gateway.k8s.aws', kind: 'LoadBalancerConfiguration', name } } },
  })

test.for<{ says: string; of: KubernetesObject; is: readonly string[] }>([
  {
    says: 'an Ingress, among other attributes',
    of: annotated('Ingress', ALB, 'idle_timeout.timeout_seconds=600, deletion_protection.enabled = true'),
    is: [`Ingress shop/web (${ALB})`],
  },
  {
    says: 'a Service',
    of: annotated('Service', NLB, 'deletion_protection.enabled=True'),
    is: [`Service shop/web (${NLB})`],
  },
  { says: 'a Gateway', of: gateway('on'), is: ['Gateway shop/web (LoadBalancerConfiguration on)'] },
  { says: 'not what says that it is off', of: annotated('Ingress', ALB, 'deletion_protection.enabled=false'), is: [] },
  { says: 'nor a Gateway whose parameters do', of: gateway('off'), is: [] },
  { says: 'nor one whose parameters are of another namespace', of: gateway('elsewhere'), is: [] },
  {
    says: 'nor by the annotation of another kind',
    of: annotated('Ingress', NLB, 'deletion_protection.enabled=true'),
    is: [],
  },
  { says: 'nor by another attribute', of: annotated('Ingress', ALB, 'x.deletion_protection.enabled=true'), is: [] },
  { says: 'nor what says nothing', of: object('Ingress'), is: [] },
])('protected from deletion is $says', ({ of, is }) => {
  const configurations = [
    configuration('on', 'true'),
    configuration('off', 'false'),
    configuration('elsewhere', 'true', 'x'),
  ]
  expect(protectedAmong([of], configurations)).toEqual(is)
})
