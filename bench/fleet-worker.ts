import { once } from 'node:events'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import type { Platform } from '../src/domain/platform.ts'
import type { Outside as Known } from '../src/activities/outside.ts'
import { beating } from '../src/activities/waiting.ts'
import { watchActivities } from '../src/activities/watch.ts'
import { dataConverter } from '../src/client/large-payloads.ts'
import { prometheus } from '../src/adapters/prometheus/metrics-port.ts'
import { freePort } from '../src/sandbox/free-port.ts'
import { Outside } from '../test/support/fakes.ts'

/**
 * A worker in a process of its own, on a world that answers at once; watches ask a Prometheus, as they do. It is sent what
 * it needs, answers `running`, and with what it has used whenever it is sent something more.
 */
export interface Told {
  readonly address: string
  readonly queue: string
  readonly codePath: string
  readonly platform: Platform
}

export interface Used {
  readonly cpuSeconds: number
  /** The most that it had, and what it has now. */
  readonly megabytes: { readonly most: number; readonly now: number }
  /** Requests that Temporal was sent, by operation, long polls aside. */
  readonly requests: Readonly<Record<string, number>>
}

const [told] = await once(process, 'message')
const { address, queue, codePath, platform } = told as Told // of its own bench
// All that a watch of Prometheus' checks asks for; of what else there is it asks nothing.
const known = {
  identity: { whoAmI: async () => ({ account: platform.account, principalArn: '' }) },
  metrics: prometheus(),
}
const watching = {
  ports: new Proxy(known, { get: (of, name) => Reflect.get(of, name) ?? (() => ({})) }),
} as unknown as Known
const METRICS = `127.0.0.1:${await freePort()}`
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { metrics: { prometheus: { bindAddress: METRICS } } },
})
const connection = await NativeConnection.connect({ address })
const worker = await Worker.create({
  connection,
  taskQueue: queue,
  workflowBundle: { codePath },
  dataConverter,
  activities: {
    ...new Outside(platform, '15s').activities(),
    watch: beating(watchActivities(watching).watch),
  },
  // As src/worker.ts sets them.
  stickyQueueScheduleToStartTimeout: '3s',
  maxConcurrentActivityTaskExecutions: 100,
  maxHeartbeatThrottleInterval: '3s',
})
process.on('message', async () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const megabytes = { most: Math.round(maxRSS / 1024), now: Math.round(process.memoryUsage.rss() / 1024 ** 2) }
  const used: Used = {
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    megabytes,
    requests: requestsIn(await (await fetch(`http://${METRICS}/metrics`)).text()),
  }
  process.send?.(used)
})
process.send?.('running')
await worker.run()

/** Of the metrics of Temporal's SDK. */
function requestsIn(text: string): Record<string, number> {
  const found = text.matchAll(/^temporal_request\{(?:[^}]*,)?operation="(\w+)"[^}]*\} (\d+)$/gm)
  return Object.fromEntries([...found].map(([, operation = '', count]) => [operation, Number(count)]))
}
