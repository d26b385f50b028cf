import type { KubernetesPort } from '../../src/activities/ports.ts'
import { kinds, type Kind } from '../../src/domain/kubernetes-objects.ts'
import { withConditions } from '../../src/sandbox/cluster/conditions.ts'
import { autoscalerName, FINALIZER, kedaWill, saysTheSame, targetOf } from '../../src/sandbox/keda.ts'
import type { KubernetesObject } from '../../src/sandbox/types.ts'

const EVERY_MS = 250

/**
 * Does what KEDA's operator does, by the rules that the sandbox's stand-in follows, on API servers on which KEDA itself
 * cannot run: its scalers ask queues, and there are none. Like the operator it writes while others do, and tries again.
 */
export function runKeda(...servers: readonly { readonly admin: KubernetesPort }[]): { stop(): Promise<void> } {
  const end = new AbortController()
  const follow = async ({ admin }: { readonly admin: KubernetesPort }): Promise<void> => {
    while (!end.signal.aborted) {
      // The same JSON: only its lists may be written to.
      const all = (await admin.list('ScaledObject').catch(() => [])) as readonly KubernetesObject[]
      // What is refused now is tried again in the next round.
      await Promise.all(all.map((one) => reconcile(admin, one).catch(() => undefined)))
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
  }
  const loops = servers.map(follow)
  return {
    async stop() {
      end.abort()
      await Promise.all(loops)
    },
  }
}

async function reconcile(admin: KubernetesPort, scaledObject: KubernetesObject): Promise<void> {
  const { namespace, name, resourceVersion, finalizers = [], deletionTimestamp } = scaledObject.metadata
  const has = finalizers.includes(FINALIZER)
  const finalize = (to: readonly string[]) =>
    admin.patch('ScaledObject', namespace, name, { metadata: { resourceVersion, finalizers: to } })
  if (deletionTimestamp !== undefined) {
    if (has) await finalize(finalizers.filter((f) => f !== FINALIZER))
    return
  }
  if (!has) {
    await finalize([...finalizers, FINALIZER])
    return
  }
  const target = targetOf(scaledObject)
  const kind = isKind(target.kind) ? target.kind : undefined
  const workload = kind && (await admin.find(kind, namespace, target.name))
  const asks = workload?.spec?.['replicas']
  const will = kedaWill(scaledObject, workload && (typeof asks === 'number' ? asks : 1))
  if (will.autoscaler !== undefined) await settle(admin, scaledObject, will.autoscaler)
  if (kind && workload && will.replicas !== undefined)
    await admin.patch(kind, namespace, target.name, {
      metadata: { resourceVersion: workload.metadata.resourceVersion },
      spec: { replicas: will.replicas },
    })
  const conditions = withConditions(scaledObject, new Date().toISOString(), ...will.conditions)
  if (JSON.stringify(conditions) !== JSON.stringify(scaledObject.status?.['conditions']))
    await admin.patch('ScaledObject', namespace, name, { status: { conditions } }, 'status')
}

async function settle(
  admin: KubernetesPort,
  scaledObject: KubernetesObject,
  wanted: KubernetesObject | 'none',
): Promise<void> {
  const { namespace } = scaledObject.metadata
  const name = autoscalerName(scaledObject)
  const found = (await admin.find('HorizontalPodAutoscaler', namespace, name)) as KubernetesObject | undefined
  if (wanted === 'none') {
    if (found) await admin.remove('HorizontalPodAutoscaler', namespace, name)
  } else if (!found) await admin.create(wanted)
  else if (!saysTheSame(found, wanted)) {
    // Made anew rather than merged: what went from the ScaledObject goes from it.
    await admin.remove('HorizontalPodAutoscaler', namespace, name)
  }
}

const isKind = (kind: string): kind is Kind => Object.hasOwn(kinds, kind)
