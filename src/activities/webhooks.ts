import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { webhooksIn, type Answers, type Webhook } from '../domain/webhooks.ts'
import type { KubernetesPort } from './ports.ts'

/** A cluster's admission webhooks, and what answers behind each one's Service. */
export async function webhooksOn(
  cluster: KubernetesPort,
): Promise<readonly { readonly webhook: Webhook; readonly answers?: Answers }[]> {
  const configurations = await Promise.all(
    (['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'] as const).map((kind) => cluster.list(kind)),
  )
  return Promise.all(
    webhooksIn(configurations.flat()).map(async (webhook) => {
      const { service } = webhook
      return { webhook, ...(service && { answers: await answersBehind(cluster, service) }) }
    }),
  )
}

async function answersBehind(
  cluster: KubernetesPort,
  { namespace, name }: NonNullable<Webhook['service']>,
): Promise<Answers> {
  const [services, slices] = await Promise.all([
    cluster.list('Service', { namespace }),
    cluster.list('EndpointSlice', { namespace, labels: `kubernetes.io/service-name=${name}` }),
  ])
  const service = services.find((s) => s.metadata.name === name)
  if (!service) return 'no Service'
  // Of another name's address the cluster knows nothing.
  return service.spec?.['type'] === 'ExternalName' || slices.some(hasReady) ? 'somebody' : 'no pod'
}

/** https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#conditions: unset means ready. */
function hasReady(slice: KubernetesObject): boolean {
  const { endpoints } = slice
  return (
    Array.isArray(endpoints) &&
    endpoints.some((e: { conditions?: { ready?: boolean } }) => e.conditions?.ready !== false)
  )
}
