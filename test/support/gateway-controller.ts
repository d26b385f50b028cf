import { record, records, type Fields } from '../../src/domain/fields.ts'
import type { Kind, KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { condition, untimed } from '../../src/sandbox/ways/gateway.ts'
import type { ServerUnderTest } from '../contract/servers.ts'

const EVERY_MS = 30

export interface GatewayController {
  /** Looks at nothing meanwhile. */
  paused: boolean
  stop(): Promise<void>
}

/**
 * Does what a controller of Gateway API does of what Norikae relies on, over HTTP and while others write, on API servers of
 * either kind: says of each Gateway and HTTPRoute of the namespaces in `places` what it has made of which generation.
 * https://gateway-api.sigs.k8s.io/reference/spec/#routeparentstatus
 */
export function runGatewayController(home: ServerUnderTest, places: ReadonlySet<string>): GatewayController {
  const end = new AbortController()
  const it: GatewayController = {
    paused: false,
    async stop() {
      end.abort()
      await loop
    },
  }
  const loop = (async () => {
    while (!end.signal.aborted) {
      // What is refused now, because somebody else has written, is tried again in the next round.
      if (!it.paused) for (const place of places) await round(home, place).catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
  })()
  return it
}

async function round(home: ServerUnderTest, namespace: string): Promise<void> {
  for (const gateway of await home.admin.list('Gateway', { namespace }))
    await say(home, gateway, { conditions: [condition(gateway, 'Accepted'), condition(gateway, 'Programmed')] })
  for (const route of await home.admin.list('HTTPRoute', { namespace })) {
    const missing = await missingBackend(home, route, namespace)
    await say(home, route, {
      parents: records(route.spec?.['parentRefs']).map((parentRef) => ({
        parentRef,
        controllerName: 'sandbox.norikae.io/gateway',
        conditions: [
          condition(route, 'Accepted'),
          missing === undefined
            ? condition(route, 'ResolvedRefs')
            : condition(route, 'ResolvedRefs', 'BackendNotFound', `backendRef name: ${missing}`),
        ],
      })),
    })
  }
}

async function missingBackend(home: ServerUnderTest, route: KubernetesObject, namespace: string) {
  const refs = records(route.spec?.['rules']).flatMap((rule) => records(rule['backendRefs']))
  for (const { kind = 'Service', name } of refs)
    // A target group is no object.
    if (kind !== 'TargetGroupName' && !(await home.admin.find(kind as Kind, namespace, String(name))))
      return String(name)
  return undefined
}

/** Once for each generation, as a status that says the same is not written again. */
async function say(home: ServerUnderTest, object: KubernetesObject, status: Fields): Promise<void> {
  const { kind, metadata } = object
  if (untimed(record(object.status)) === untimed(status)) return
  const { resourceVersion } = metadata
  await home.admin.patch(
    kind as Kind,
    metadata.namespace,
    metadata.name,
    { metadata: { resourceVersion }, status },
    'status',
  )
}
