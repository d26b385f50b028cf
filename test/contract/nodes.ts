import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { stopsAfter } from '../../src/sandbox/cluster/controllers/kubelet.ts'
import type { ServerUnderTest } from './servers.ts'

/** A node that nobody answers for, by this name and id of its provider: what is on it stays as the test leaves it. */
export async function aLostNode({ admin, applyAs }: ServerUnderTest, name: string, providerID: string): Promise<void> {
  await applyAs('cloud-provider', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    spec: { providerID },
  })
  // As its cluster sees it once its kubelet is not heard of any more.
  const ready = {
    type: 'Ready',
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
    lastHeartbeatTime: LOST_AT,
    lastTransitionTime: LOST_AT,
  }
  await admin.patch('Node', undefined, name, { status: { conditions: [ready] } }, 'status')
}

export const LOST_AT = '2026-11-25T12:00:00Z'

/** Past the scheduler, which would not choose a node that is lost. */
export const placed = (workload: KubernetesObject, nodeName: string): KubernetesObject =>
  withPods(workload, { nodeName })

/** For nodes of these labels only. */
export const selecting = (workload: KubernetesObject, nodeSelector: Readonly<Record<string, string>>) =>
  withPods(workload, { nodeSelector })

/** Its pods take so long to end, of a longer grace. */
export const endingSlowly = (workload: KubernetesObject, ms: number, graceSeconds: number): KubernetesObject => {
  const slow = withPods(workload, { terminationGracePeriodSeconds: graceSeconds })
  const { template } = slow.spec as { template: { metadata: object } } // a Deployment's
  const metadata = { ...template.metadata, annotations: { [stopsAfter]: String(ms) } }
  return { ...slow, spec: { ...slow.spec, template: { ...template, metadata } } }
}

function withPods(workload: KubernetesObject, more: object): KubernetesObject {
  const { template } = workload.spec as { template: { spec: object } } // a Deployment's
  return { ...workload, spec: { ...workload.spec, template: { ...template, spec: { ...template.spec, ...more } } } }
}
