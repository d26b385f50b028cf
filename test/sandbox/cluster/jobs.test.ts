import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { type Stage, aJob, aNamespace, eventually, stageOfThisFile } from './fixtures.ts'

const stage = stageOfThisFile()

const ended = async ({ batch }: Stage, name: string, namespace: string) =>
  await eventually(`${name} has ended`, async () => {
    const { status } = await batch.readNamespacedJob({ name, namespace })
    const condition = status?.conditions?.find(
      (one) => ['Complete', 'Failed'].includes(one.type) && one.status === 'True',
    )
    return condition && { status, condition }
  })

describe('a Job', () => {
  test('runs one pod for as long as it is told, and is complete', async () => {
    const { batch, core } = stage()
    const namespace = aNamespace(stage())
    const body = aJob('once', namespace, { annotations: { 'sandbox.norikae.io/runs-for': '50' } })
    await batch.createNamespacedJob({ namespace, body })
    await eventually(
      'it is active',
      async () => (await batch.readNamespacedJob({ name: 'once', namespace })).status?.active === 1,
    )
    const { status } = await ended(stage(), 'once', namespace)
    expect(status).toMatchObject({ succeeded: 1, startTime: expect.any(Date), completionTime: expect.any(Date) })
    expect(status?.active).toBeUndefined()
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: 'job-name=once' })
    expect(items.map((pod) => pod.status?.phase)).toEqual(['Succeeded'])
  })

  test('that fails tries again up to its limit', async () => {
    const { batch } = stage()
    const namespace = aNamespace(stage())
    const annotations = { 'sandbox.norikae.io/runs-for': '1', 'sandbox.norikae.io/fails': 'true' }
    await batch.createNamespacedJob({
      namespace,
      body: aJob('never', namespace, { annotations, spec: { backoffLimit: 2 } }),
    })
    const { condition, status } = await ended(stage(), 'never', namespace)
    expect(condition).toMatchObject({ type: 'Failed', reason: 'BackoffLimitExceeded' })
    expect(status?.failed).toBe(3)
  })

  test('that fails says why in the status of its pod, where its owner asked for that', async () => {
    const { batch, core } = stage()
    const namespace = aNamespace(stage())
    const annotations = {
      'sandbox.norikae.io/runs-for': '1',
      'sandbox.norikae.io/fails': 'true',
      'sandbox.norikae.io/says': 'GET /pay: 502',
    }
    const said = async (name: string, policy: string) => {
      const { spec } = aJob(name, namespace, { annotations }).spec.template
      const containers = spec.containers.map((c) => ({ ...c, terminationMessagePolicy: policy }))
      const template = { metadata: { annotations }, spec: { ...spec, containers } }
      await batch.createNamespacedJob({
        namespace,
        body: aJob(name, namespace, { spec: { backoffLimit: 0, template } }),
      })
      await ended(stage(), name, namespace)
      const { items } = await core.listNamespacedPod({ namespace, labelSelector: `job-name=${name}` })
      return items[0]?.status?.containerStatuses?.[0]?.state?.terminated
    }
    const [told, silent] = await Promise.all([said('told', 'FallbackToLogsOnError'), said('silent', 'File')])
    expect(told).toMatchObject({ exitCode: 1, message: 'GET /pay: 502' })
    expect(silent?.message).toBeUndefined()
  })

  test('is gone after its time to live, with its pods', async () => {
    const { batch, core } = stage()
    const namespace = aNamespace(stage())
    await batch.createNamespacedJob({
      namespace,
      body: aJob('brief', namespace, { spec: { ttlSecondsAfterFinished: 0 } }),
    })
    await eventually('job and pods are gone', async () => {
      const jobs = await batch.listNamespacedJob({ namespace })
      const pods = await core.listNamespacedPod({ namespace })
      return jobs.items.length === 0 && pods.items.length === 0
    })
  })

  test('of nc really knocks', async () => {
    const { batch } = stage()
    const namespace = aNamespace(stage())
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const knock = (to: number) => ({
      command: ['nc', '-z', '-w', '2', '127.0.0.1', String(to)],
      spec: { backoffLimit: 0 },
    })
    await batch.createNamespacedJob({ namespace, body: aJob('open', namespace, knock(port)) })
    expect((await ended(stage(), 'open', namespace)).condition.type).toBe('Complete')
    await new Promise((resolve) => server.close(resolve))
    await batch.createNamespacedJob({ namespace, body: aJob('closed', namespace, knock(port)) })
    expect((await ended(stage(), 'closed', namespace)).condition.type).toBe('Failed')
  })

  test('deleted with no word about its pods leaves them, and is warned of', async () => {
    const { core, raw, batch } = stage()
    const namespace = aNamespace(stage())
    await batch.createNamespacedJob({ namespace, body: aJob('careless', namespace) })
    await ended(stage(), 'careless', namespace)
    const { warnings } = await raw('DELETE', `/apis/batch/v1/namespaces/${namespace}/jobs/careless`)
    expect(warnings).toContain('child pods are preserved by default')
    await eventually('the pod has no owner', async () => {
      const [pod] = (await core.listNamespacedPod({ namespace })).items
      return pod !== undefined && pod.metadata?.ownerReferences === undefined
    })
  })
})
