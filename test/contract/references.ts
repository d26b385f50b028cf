import { expect, test } from 'vitest'
import { discover } from '../../src/activities/discovery.ts'
import { scope } from '../support/small-world.ts'
import { aConfigMap, aNamespace } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

/** Who names whose Services, and what leads to these, whichever API servers they are on. */
export function referencesContract(of: () => WorldUnderTest): void {
  test('what names a Service is found, with whether anybody reads it, and what leads to that Service', async () => {
    const { blue, ports } = of()
    const [shop, billing] = [await aNamespace(blue), await aNamespace(blue)]
    const backend = { service: { name: 'web', port: { number: 80 } } }
    const paths = [{ path: '/', pathType: 'Prefix', backend }]
    const volume = { name: 'settings', projected: { sources: [{ configMap: { name: 'settings' } }] } }
    const labels = { app: 'web' }
    for (const object of [
      ...['web', 'api'].map((name) => ({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace: billing },
        spec: { ports: [{ port: 80 }] },
      })),
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'front', namespace: billing },
        spec: { rules: [{ host: 'billing.example.com', http: { paths } }] },
      },
      ...['settings', 'settings-old'].map((name) => aConfigMap(name, shop, { url: `http://api.${billing}.svc/v1` })),
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: shop },
        spec: {
          replicas: 0,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: { containers: [{ name: 'web', image: 'web:1' }], volumes: [volume] },
          },
        },
      },
    ])
      await blue.applyAs('team', object)

    const { namespaces } = await discover(blue.port, ports.loadBalancing(scope.region), { name: scope.blue, pools: [] })
    const found = (name: string) => namespaces.find((n) => n.name === name)
    const named = { namespace: billing, service: 'api' }
    expect(found(shop)?.references).toEqual([
      { from: `ConfigMap/${shop}/settings`, ...named },
      { from: `ConfigMap/${shop}/settings-old`, ...named, unread: true },
    ])
    expect(found(shop)).not.toHaveProperty('fronts')
    expect(found(billing)?.fronts).toEqual([{ by: 'Ingress/front', service: 'web' }])
  })
}
