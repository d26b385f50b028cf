import { expect, test } from 'vitest'
import { frontsOf } from '../../src/domain/fronts.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'

const object = (kind: string, spec: Readonly<Record<string, unknown>>): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'web', namespace: 'shop' },
  spec,
})
const to = (name: string, port: object) => ({ service: { name, port } })

test.for<{ says: string; of: KubernetesObject; services: readonly string[] }>([
  {
    says: 'a binding',
    of: object('TargetGroupBinding', { serviceRef: { name: 'api', port: 80 } }),
    services: ['api'],
  },
  { says: 'a binding of nothing', of: object('TargetGroupBinding', {}), services: [] },
  {
    says: 'an Ingress, by its paths and its default; an action is no Service',
    of: object('Ingress', {
      defaultBackend: to('front', { number: 80 }),
      rules: [
        {
          http: {
            paths: [
              { backend: to('api', { number: 80 }) },
              { backend: to('api', { number: 81 }) },
              { backend: to('weighted', { name: 'use-annotation' }) },
            ],
          },
        },
      ],
    }),
    services: ['front', 'api'],
  },
  {
    says: 'a Service with a load balancer of its own',
    of: object('Service', { type: 'LoadBalancer' }),
    services: ['web'],
  },
  { says: 'a Service without', of: object('Service', { type: 'ClusterIP' }), services: [] },
  { says: 'a volume claim', of: object('PersistentVolumeClaim', {}), services: [] },
])('in front of what is $says', ({ of, services }) => {
  expect(frontsOf([of])).toEqual(services.map((service) => ({ by: `${of.kind}/web`, service })))
})
