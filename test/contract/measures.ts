import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import type { Side, WorkloadRef } from '../../src/domain/platform.ts'
import { aServer } from '../sandbox/adapters/local.ts'
import { attempted, driven, ending } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { aDeployment, call } from '../support/small-world.ts'
import { aNamespace } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const TIMES = { timeout: 120_000 }

/** What is asked of pods and Services through the API server, which really goes there. */
export function measuresContract(of: () => WorldUnderTest): void {
  let app: Awaited<ReturnType<typeof anApp>>
  beforeAll(async () => {
    app = await anApp()
  })
  afterAll(() => app.stop())

  describe('a number that is told over HTTP', () => {
    test('by each pod: a buffer is told to flush, and drained once all of them hold nothing', TIMES, async () => {
      const it = await aWorkload('store', 2)
      const depth = { http: `:${app.port}/api/plugins.json?debug=1`, value: '/plugins/*/buffer_queue_length' }
      const drain = call<'drainBuffer'>({
        workload: it.workload,
        on: 'blue',
        within: '5m',
        depth,
        flush: `:${app.port}/api/plugins.flushBuffers`,
      })
      app.holds = 3
      expect(await attempted(of().activities.drainBuffer, drain)).toBe('store on demo-1-35 still holds 6')
      expect(app.asked.filter((path) => path.endsWith('flushBuffers'))).toHaveLength(2)
      expect(app.asked).toContain('/api/plugins.json?debug=1')
      app.holds = 0
      expect((await driven(of().activities.drainBuffer, drain)).answer.note).toBe('store on demo-1-35 is empty')
    })

    test('by a Service: what a consumer had in flight is awaited', TIMES, async () => {
      const it = await aWorkload('queue', 1)
      const http = `http://queue.${it.namespace}:8080/api/queues/orders`
      const awaits = (value: string) =>
        call<'awaitInFlight'>({ workload: it.workload, on: 'blue', within: '5m', inFlight: { http, value } })
      app.holds = 2
      let said = ''
      await eventually(
        'its endpoint is there',
        async () => {
          said = await attempted(of().activities.awaitInFlight, awaits('/messages_unacknowledged'))
          return said.startsWith('2')
        },
        { withinMs: 60_000 },
      ).catch((error: unknown) => {
        throw new Error(`it says: ${said}`, { cause: error })
      })
      expect(await attempted(of().activities.awaitInFlight, awaits('/messages_unacknowledged'))).toBe(
        '2 of queue on demo-1-35 are still in flight',
      )
      // What is not there is unknown, and not zero.
      expect(await attempted(of().activities.awaitInFlight, awaits('/messages'))).toMatch(
        /^nobody tells how much of queue/,
      )
      app.holds = 0
      expect(await attempted(of().activities.awaitInFlight, awaits('/messages_unacknowledged'))).toBe('ready')
    })

    test(
      'by nobody is not zero: a Service without endpoints, one that is not there, a workload without pods',
      TIMES,
      async () => {
        const it = await aWorkload('none', 0)
        const [endpoint, value] = [{ namespace: it.namespace, scheme: 'http', port: '8080', path: '/' }, '/n']
        const get = (name: string) => of().blue.port.proxyGet({ ...endpoint, kind: 'Service', name })
        // A Service is not found until a controller has looked for its endpoints.
        await eventually('it is known to have none', () =>
          get('none').then(
            () => false,
            (error: { readonly type?: string }) => error.type === 'Unreachable',
          ),
        )
        await expect(get('nothing')).rejects.toMatchObject({ type: 'NotFound' })
        const drain = call<'drainBuffer'>({
          workload: it.workload,
          on: 'blue',
          within: '5m',
          depth: { http: ':8080/', value },
        })
        expect(await attempted(of().activities.drainBuffer, drain)).toMatch(/^nobody tells how much none/)
      },
    )
  })

  test('whoever cannot be asked is not taken for empty, and what they hold can be given up', TIMES, async () => {
    const it = await aWorkload('mute', 1)
    const depth = { http: `http://nothing.${it.namespace}:8080/`, value: '/n' }
    const drain = call<'drainBuffer'>({ workload: it.workload, on: 'blue', within: '5m', depth })
    const words = `nobody tells how much mute on demo-1-35 still holds (${depth.http} /n gives nothing): `
    expect(await attempted(of().activities.drainBuffer, drain)).toContain(words)
    const late = { scheduledMs: Date.now() - 6 * 60_000 }
    const { type, message } = await ending(of().activities.drainBuffer, drain, late)
    expect([type, message]).toEqual(['Undelivered', expect.stringContaining(words)])
    const { answer } = await driven(of().activities.drainBuffer, { ...drain, choice: 'skip' }, late)
    expect(answer.findings).toMatchObject([{ code: 'rest-given-up' }])
  })

  describe('what a consumer had in flight', () => {
    test.for(['blue', 'green'] as const)(
      'by a query, is zero on %s before it starts elsewhere',
      TIMES,
      async (side) => {
        let left: string | undefined = '7'
        const prometheus = await aServer(() => ({
          json: {
            status: 'success',
            data: { resultType: 'vector', result: left === undefined ? [] : [{ value: [0, left] }] },
          },
        }))
        const namespace = await aNamespace(of()[side])
        const workload: WorkloadRef = { kind: 'Deployment', namespace, name: 'worker' }
        const awaits = (more: object = {}) =>
          call<'awaitInFlight'>(
            { workload, on: side, within: '10m', inFlight: { url: prometheus.url, query: 'unacked' } },
            more,
          )
        const { awaitInFlight } = of().activities
        expect(await attempted(awaitInFlight, awaits())).toMatch(/^7 of worker on demo-1-3[56] are still in flight$/)
        const over = { scheduledMs: Date.now() - 11 * 60_000 }
        expect(await ending(awaitInFlight, awaits(), over)).toMatchObject({
          type: 'Undelivered',
          message: expect.stringContaining('skip, with worker typed'),
        })
        expect((await driven(awaitInFlight, awaits({ choice: 'skip' }))).answer.findings).toMatchObject([
          { code: 'in-flight-not-awaited', message: expect.stringContaining('7') },
        ])
        left = undefined
        expect(await attempted(awaitInFlight, awaits())).toMatch(/^nobody tells/)
        left = '0'
        expect(await attempted(awaitInFlight, awaits())).toBe('ready')
        await prometheus.stop()
        expect(await attempted(awaitInFlight, awaits()).catch((error: Error) => error.message)).toMatch(/POST http/)
      },
    )
  })

  /** API servers go by Endpoints; the stand-in's has only slices. */
  async function leadingTo(name: string, namespace: string): Promise<KubernetesObject> {
    const served = await of().blue.admin.resources()
    const metadata = { name, namespace, labels: { 'kubernetes.io/service-name': name } }
    // An API server goes to addresses of Pods only.
    const targetRef = { kind: 'Pod', namespace, name: `${name}-1` }
    if (served.some((one) => one.plural === 'endpoints'))
      return {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata,
        subsets: [{ addresses: [{ ip: app.address, targetRef }], ports: [{ port: app.port, protocol: 'TCP' }] }],
      }
    return {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata,
      addressType: 'IPv4',
      endpoints: [{ addresses: [app.address], conditions: { ready: true }, targetRef }],
      ports: [{ name: '', port: app.port, protocol: 'TCP' }],
    }
  }

  /** A Deployment that is asleep, pods that are its by their labels, and a Service, all at the address of this machine. */
  async function aWorkload(name: string, pods: number, side: Side = 'blue') {
    const server = of()[side]
    const namespace = await aNamespace(server)
    await server.applyAs('team', aDeployment(name, namespace, 0))
    // Without a selector nobody else says where it leads.
    const selector = pods === 0 ? { selector: { app: name } } : {}
    await server.applyAs('team', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { ...selector, ports: [{ port: 8080, targetPort: app.port }] },
    })
    if (pods > 0) await server.applyAs('team', await leadingTo(name, namespace))
    for (let n = 1; n <= pods; n += 1) {
      const pod = `${name}-${n}`
      await server.applyAs('team', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: pod, namespace, labels: { app: name } },
        spec: { schedulerName: 'nobody', containers: [{ name: 'app', image: 'registry.test/app:1' }] },
      })
      const status = { phase: 'Running', podIP: app.address, podIPs: [{ ip: app.address }] }
      await server.admin.patch('Pod', namespace, pod, { status }, 'status')
    }
    const workload: WorkloadRef = { kind: 'Deployment', namespace, name }
    return { namespace, workload }
  }
}

/** At an address of this machine that is not loopback: an API server goes to no other. */
async function anApp() {
  const address = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address
  if (address === undefined)
    throw new Error('this machine has no IPv4 address but loopback, and API servers go to no pod there')
  const asked: string[] = []
  const it = { holds: 0, asked, address, port: 0, stop: async () => void server.close() }
  const server = createServer(({ url = '' }, response) => {
    asked.push(url)
    const plugins = [{ type: 'forward' }, { type: 'http', buffer_queue_length: it.holds }]
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(url.includes('flush') ? { ok: true } : { plugins, messages_unacknowledged: it.holds }))
  })
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  it.port = (server.address() as AddressInfo).port // a TCP server that listens has one
  return it
}
