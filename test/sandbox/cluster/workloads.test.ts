import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'
import { describe, expect, test } from 'vitest'
import type { RunningPod } from '../../../src/sandbox/types.ts'
import { type Stage, aDeployment, aNamespace, aStage, eventually, refusal, stageOfThisFile } from './fixtures.ts'

const stage = stageOfThisFile()
const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)

const podsIn = ({ cluster }: Stage, namespace: string): readonly RunningPod[] =>
  cluster.pods().filter((pod) => pod.namespace === namespace)

const available = async ({ apps }: Stage, namespace: string, replicas: number) =>
  await eventually(`${replicas} replicas are available`, async () => {
    const { metadata, spec, status } = await apps.readNamespacedDeployment({ name: 'web', namespace })
    const settled = status?.observedGeneration === metadata?.generation && spec?.replicas === replicas
    const counts = [status?.replicas, status?.updatedReplicas, status?.availableReplicas].map((count) => count ?? 0)
    return settled && counts.every((count) => count === replicas) && { metadata, spec, status }
  })

describe('a Deployment', () => {
  test('becomes available through a ReplicaSet and its pods', async () => {
    const { apps, core } = stage()
    const namespace = aNamespace(stage())
    await apps.createNamespacedDeployment({ namespace, body: aDeployment('web', namespace) })
    const { status } = await available(stage(), namespace, 2)
    expect(status?.conditions).toMatchObject([
      { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' },
      { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
    ])
    const { items } = await apps.listNamespacedReplicaSet({ namespace })
    const [set] = items
    expect(items).toHaveLength(1)
    expect(set?.metadata?.name).toMatch(/^web-[a-z0-9]+$/)
    const pods = await core.listNamespacedPod({ namespace })
    expect(pods.items).toHaveLength(2)
    for (const pod of pods.items) {
      expect(pod.metadata?.name).toMatch(new RegExp(`^${set?.metadata?.name}-[a-z0-9]{5}$`))
      expect(pod.status?.podIP).toMatch(/^10\.\d+\.\d+\.\d+$/)
    }
  })

  test('scales up and to nothing, where its status has no counts', async () => {
    const { apps } = stage()
    const namespace = aNamespace(stage())
    await apps.createNamespacedDeployment({ namespace, body: aDeployment('web', namespace) })
    const scale = (replicas: number) =>
      apps.patchNamespacedDeploymentScale({ name: 'web', namespace, body: { spec: { replicas } } }, merge)
    await scale(4)
    await available(stage(), namespace, 4)
    await scale(0)
    const { status } = await available(stage(), namespace, 0)
    expect(status?.replicas).toBeUndefined()
    await eventually('no pod is left', () => podsIn(stage(), namespace).length === 0)
  })

  test('rolls to a new template without falling below what must be available', async () => {
    const { apps, cluster } = stage()
    const namespace = aNamespace(stage())
    await apps.createNamespacedDeployment({ namespace, body: aDeployment('web', namespace) })
    await available(stage(), namespace, 2)
    const seen: number[] = []
    cluster.onPod((pod) => {
      if (pod.namespace === namespace) seen.push(podsIn(stage(), namespace).filter(({ ready }) => ready).length)
    })
    const body = { spec: { template: { metadata: { annotations: { release: '2' } } } } }
    await apps.patchNamespacedDeployment({ name: 'web', namespace, body }, merge)
    const { metadata } = await available(stage(), namespace, 2)
    expect(metadata?.annotations).toEqual({ 'deployment.kubernetes.io/revision': '2' })
    expect(Math.min(...seen)).toBe(2)
    expect(
      podsIn(stage(), namespace)
        .filter(({ ready }) => ready)
        .map(({ annotations }) => annotations['release']),
    ).toEqual(['2', '2'])
  })

  test('to be recreated never has old and new pods at once', async () => {
    const { apps, cluster } = stage()
    const namespace = aNamespace(stage())
    const strategy = { type: 'Recreate' }
    await apps.createNamespacedDeployment({ namespace, body: aDeployment('web', namespace, { spec: { strategy } }) })
    await available(stage(), namespace, 2)
    const mixed: boolean[] = []
    cluster.onPod((pod) => {
      if (pod.namespace === namespace)
        mixed.push(new Set(podsIn(stage(), namespace).map((one) => one.annotations['release'])).size > 1)
    })
    const body = { spec: { template: { metadata: { annotations: { release: '2' } } } } }
    await apps.patchNamespacedDeployment({ name: 'web', namespace, body }, merge)
    await available(stage(), namespace, 2)
    expect(mixed).not.toContain(true)
  })

  test('a pod that is deleted is replaced, and tells of its life in order', async () => {
    const { apps, cluster, core } = stage()
    const namespace = aNamespace(stage())
    const told: string[] = []
    cluster.onPod((pod, is) => pod.namespace === namespace && told.push(`${pod.name} ${is}`))
    await apps.createNamespacedDeployment({ namespace, body: aDeployment('web', namespace, { spec: { replicas: 1 } }) })
    await available(stage(), namespace, 1)
    const name = podsIn(stage(), namespace)[0]?.name ?? ''
    await core.deleteNamespacedPod({ name, namespace })
    expect(podsIn(stage(), namespace).find((pod) => pod.name === name)).toMatchObject({
      terminating: true,
      ready: false,
    })
    await eventually('the pod is gone', () => told.includes(`${name} gone`))
    expect(told.filter((one) => one.startsWith(name))).toEqual(
      ['started', 'ready', 'terminating', 'gone'].map((is) => `${name} ${is}`),
    )
    await available(stage(), namespace, 1)
  })

  test('that never becomes ready says so after its deadline', async () => {
    const { apps } = stage()
    const namespace = aNamespace(stage())
    const body = aDeployment('web', namespace, {
      spec: { progressDeadlineSeconds: 1 },
      template: { nodeSelector: { pool: 'none' } },
    })
    await apps.createNamespacedDeployment({ namespace, body })
    const failed = await eventually('progress has timed out', async () => {
      const { status } = await apps.readNamespacedDeployment({ name: 'web', namespace })
      return status?.conditions?.find(({ reason }) => reason === 'ProgressDeadlineExceeded')
    })
    expect(failed).toMatchObject({ type: 'Progressing', status: 'False' })
  })
})

describe('pods and nodes', () => {
  test('a pod waits for a node, runs on it, and goes with it', async () => {
    const other = await aStage({ name: 'green' })
    try {
      const namespace = aNamespace(other)
      const body = aDeployment('web', namespace, {
        spec: { replicas: 1 },
        template: { nodeSelector: { pool: 'batch' } },
      })
      await other.apps.createNamespacedDeployment({ namespace, body })
      const pending = await eventually('a pod waits', async () => {
        const { items } = await other.core.listNamespacedPod({ namespace })
        return items.find((pod) => pod.status?.conditions?.some(({ reason }) => reason === 'Unschedulable'))
      })
      expect(pending.status?.phase).toBe('Pending')
      other.cluster.setNodes('batch', 1, { pool: 'batch' })
      await available(other, namespace, 1)
      const nodes = await other.core.listNode({ labelSelector: 'eks.amazonaws.com/nodegroup=batch' })
      expect(nodes.items).toHaveLength(1)
      other.cluster.setNodes('batch', 0, {})
      await eventually('the pod is gone', () => podsIn(other, namespace).length === 0)
    } finally {
      await other.stop()
    }
  })

  test('no two pods have one address, not even in two clusters', async () => {
    const other = await aStage({ name: 'green' })
    try {
      for (const one of [stage(), other]) {
        const namespace = aNamespace(one)
        await one.apps.createNamespacedDeployment({ namespace, body: aDeployment('web', namespace) })
        await available(one, namespace, 2)
      }
      const all = [...stage().cluster.pods(), ...other.cluster.pods()].map(({ ip }) => ip)
      expect(new Set(all).size).toBe(all.length)
    } finally {
      await other.stop()
    }
  })

  test('a pod can be made unready, and ready again, by its annotation', async () => {
    const { apps, cluster, core } = stage()
    const namespace = aNamespace(stage())
    await apps.createNamespacedDeployment({ namespace, body: aDeployment('web', namespace, { spec: { replicas: 1 } }) })
    await available(stage(), namespace, 1)
    const told: string[] = []
    cluster.onPod((pod, is) => pod.namespace === namespace && told.push(is))
    const name = podsIn(stage(), namespace)[0]?.name ?? ''
    const mark = (unready: string | null) =>
      core.patchNamespacedPod(
        { name, namespace, body: { metadata: { annotations: { 'sandbox.norikae.io/unready': unready } } } },
        merge,
      )
    await mark('true')
    await eventually('it is unready', () => told.includes('unready'))
    await mark(null)
    await available(stage(), namespace, 1)
    expect(told).toEqual(['unready', 'ready'])
  })

  test('a StatefulSet’s pods come in order, one after the other; a DaemonSet has one a node', async () => {
    const { apps, cluster, objects } = stage()
    const namespace = aNamespace(stage())
    const { spec } = aDeployment('db', namespace)
    const order: string[] = []
    cluster.onPod(
      (pod, is) => pod.namespace === namespace && pod.name.startsWith('db-') && order.push(`${pod.name} ${is}`),
    )
    const { replicas: _, ...bare } = spec
    await objects.create({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db', namespace },
      spec,
    } as never)
    await objects.create({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'agent', namespace },
      spec: bare,
    } as never)
    await eventually('the set is ready', async () => {
      const { status } = await apps.readNamespacedStatefulSet({ name: 'db', namespace })
      return status?.readyReplicas === 2
    })
    expect(order).toEqual(['db-0 started', 'db-0 ready', 'db-1 started', 'db-1 ready'])
    await eventually('the agents are ready', async () => {
      const { status } = await apps.readNamespacedDaemonSet({ name: 'agent', namespace })
      return status?.numberReady === 2 && status.desiredNumberScheduled === 2
    })
  })
})

describe('an HPA', () => {
  const anAutoscaler = (namespace: string) => ({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 3,
      maxReplicas: 4,
    },
  })

  test('holds a workload between its bounds, and lets one at zero be', async () => {
    const { apps, objects } = stage()
    const namespace = aNamespace(stage())
    await apps.createNamespacedDeployment({ namespace, body: aDeployment('web', namespace, { spec: { replicas: 1 } }) })
    const autoscaler = await objects.create(anAutoscaler(namespace))
    await available(stage(), namespace, 3)
    const status = async () => ((await objects.read(autoscaler)) as { status?: Record<string, unknown> }).status
    await eventually('the HPA has seen them', async () => (await status())?.['currentReplicas'] === 3)
    const scale = (replicas: number) =>
      apps.patchNamespacedDeploymentScale({ name: 'web', namespace, body: { spec: { replicas } } }, merge)
    await scale(9)
    await available(stage(), namespace, 4)
    await scale(0)
    await available(stage(), namespace, 0)
    await eventually('the HPA is disabled', async () =>
      JSON.stringify((await status())?.['conditions']).includes('ScalingDisabled'),
    )
    expect((await apps.readNamespacedDeployment({ name: 'web', namespace })).spec?.replicas).toBe(0)
  })
})

describe('a Service', () => {
  test('has an address, and a slice with its ready pods', async () => {
    const { apps, core, cluster } = stage()
    const namespace = aNamespace(stage())
    await apps.createNamespacedDeployment({ namespace, body: aDeployment('web', namespace) })
    const service = await core.createNamespacedService({
      namespace,
      body: { metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] } },
    })
    expect(service.spec?.clusterIP).toMatch(/^172\.20\./)
    const ready = await eventually('the slice has two ready endpoints', () => {
      const [slice] = cluster.list('discovery.k8s.io/v1', 'EndpointSlice', namespace)
      const endpoints = (slice?.['endpoints'] ?? []) as { addresses: string[]; conditions: { ready: boolean } }[]
      const found = endpoints.filter(({ conditions }) => conditions.ready)
      return found.length === 2 && { slice, found }
    })
    expect(ready.found.flatMap(({ addresses }) => addresses).toSorted()).toEqual(
      podsIn(stage(), namespace)
        .map(({ ip }) => ip)
        .toSorted(),
    )
    expect(ready.slice).toMatchObject({
      ports: [{ port: 8080 }],
      metadata: { labels: { 'kubernetes.io/service-name': 'web' } },
    })
  })
})

describe('the garbage collector', () => {
  test('takes what a Deployment made with it, in the background', async () => {
    const { apps } = stage()
    const namespace = aNamespace(stage())
    await apps.createNamespacedDeployment({ namespace, body: aDeployment('web', namespace) })
    await available(stage(), namespace, 2)
    await apps.deleteNamespacedDeployment({ name: 'web', namespace })
    expect(await refusal(apps.readNamespacedDeployment({ name: 'web', namespace }))).toMatchObject({ code: 404 })
    await eventually('nothing is left', async () => {
      const sets = await apps.listNamespacedReplicaSet({ namespace })
      return sets.items.length === 0 && podsIn(stage(), namespace).length === 0
    })
  })

  test('in the foreground the Deployment goes last', async () => {
    const { apps } = stage()
    const namespace = aNamespace(stage())
    await apps.createNamespacedDeployment({ namespace, body: aDeployment('web', namespace) })
    await available(stage(), namespace, 2)
    await apps.deleteNamespacedDeployment({ name: 'web', namespace, propagationPolicy: 'Foreground' })
    const { metadata } = await apps.readNamespacedDeployment({ name: 'web', namespace })
    expect(metadata).toMatchObject({ finalizers: ['foregroundDeletion'], deletionTimestamp: expect.any(Date) })
    await eventually('it is gone', async () => {
      const answer = await refusal(apps.readNamespacedDeployment({ name: 'web', namespace }))
      return answer.code === 404
    })
    expect(podsIn(stage(), namespace)).toEqual([])
  })

  test('orphans stay and have no owner', async () => {
    const { apps } = stage()
    const namespace = aNamespace(stage())
    await apps.createNamespacedDeployment({ namespace, body: aDeployment('web', namespace) })
    await available(stage(), namespace, 2)
    await apps.deleteNamespacedDeployment({ name: 'web', namespace, propagationPolicy: 'Orphan' })
    await eventually('the Deployment is gone', async () => {
      const answer = await refusal(apps.readNamespacedDeployment({ name: 'web', namespace }))
      return answer.code === 404
    })
    const { items } = await apps.listNamespacedReplicaSet({ namespace })
    expect(items.map((set) => set.metadata?.ownerReferences)).toEqual([undefined])
    expect(podsIn(stage(), namespace)).toHaveLength(2)
  })
})

test('a controller’s update changes the object and its status, and nothing where the object is gone', async () => {
  const { cluster } = stage()
  const namespace = aNamespace(stage())
  const binding = {
    apiVersion: 'elbv2.k8s.aws/v1beta1',
    kind: 'TargetGroupBinding',
    metadata: { name: 'web', namespace, finalizers: ['elbv2.k8s.aws/resources'] },
    spec: { targetGroupARN: 'arn:a' },
  }
  cluster.apply(binding)
  const read = () => cluster.list('elbv2.k8s.aws/v1beta1', 'TargetGroupBinding', namespace)[0]
  const found = read() ?? binding
  cluster.update({ ...found, status: { observedGeneration: 1 } })
  expect(read()).toMatchObject({ status: { observedGeneration: 1 } })
  await stage().objects.delete(binding)
  const marked = read() ?? binding
  cluster.update({ ...marked, metadata: { ...marked.metadata, finalizers: [] } })
  expect(read()).toBeUndefined()
  cluster.update(marked)
  expect(read()).toBeUndefined()
})
