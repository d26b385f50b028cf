import { once } from 'node:events'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import type { Platform } from '../src/domain/platform.ts'
import { healthActivities } from '../src/activities/health.ts'
import type { Outside as Known } from '../src/activities/outside.ts'
import { beating } from '../src/activities/waiting.ts'
import { dataConverter } from '../src/client/large-payloads.ts'
import { prometheus } from '../src/adapters/prometheus/metrics-port.ts'
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
}

const [told] = await once(process, 'message')
const { address, queue, codePath, platform } = told as Told // of its own bench
// All that a watch of Prometheus' checks asks for.
const none = () => ({})
const watching = {
  ports: {
    identity: { whoAmI: async () => ({ account: platform.account, principalArn: '' }) },
    metrics: prometheus(),
    eks: none,
    loadBalancing: none,
    blockStorage: none,
    compute: none,
    network: none,
    registry: none,
  },
} as unknown as Known
Runtime.install({ logger: new DefaultLogger('ERROR') })
const connection = await NativeConnection.connect({ address })
const worker = await Worker.create({
  connection,
  taskQueue: queue,
  workflowBundle: { codePath },
  dataConverter,
  activities: {
    ...new Outside(platform, '15s').activities(),
    watch: beating(healthActivities(watching).watch),
  },
  // As src/worker.ts sets them.
  stickyQueueScheduleToStartTimeout: '3s',
  maxConcurrentActivityTaskExecutions: 100,
  maxHeartbeatThrottleInterval: '10s',
})
process.on('message', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const megabytes = { most: Math.round(maxRSS / 1024), now: Math.round(process.memoryUsage.rss() / 1024 ** 2) }
  const used: Used = { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, megabytes }
  process.send?.(used)
})
process.send?.('running')
await worker.run()
