import { once } from 'node:events'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import type { Platform } from '../src/domain/platform.ts'
import { Outside } from '../test/support/fakes.ts'

/**
 * A worker in a process of its own, on a world that answers at once. It is sent what it needs, answers `running`, and with
 * what it has used whenever it is sent something more.
 */
export interface Told {
  readonly address: string
  readonly queue: string
  readonly codePath: string
  readonly platform: Platform
}

export interface Used {
  readonly cpuSeconds: number
  readonly megabytes: number
}

const [told] = await once(process, 'message')
const { address, queue, codePath, platform } = told as Told // of its own bench
Runtime.install({ logger: new DefaultLogger('ERROR') })
const connection = await NativeConnection.connect({ address })
const worker = await Worker.create({
  connection,
  taskQueue: queue,
  workflowBundle: { codePath },
  activities: new Outside(platform, '15s').activities(),
  // As src/worker.ts sets them.
  stickyQueueScheduleToStartTimeout: '5s',
  maxConcurrentActivityTaskExecutions: 100,
  maxHeartbeatThrottleInterval: '10s',
})
process.on('message', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const used: Used = { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, megabytes: Math.round(maxRSS / 1024) }
  process.send?.(used)
})
process.send?.('running')
await worker.run()
