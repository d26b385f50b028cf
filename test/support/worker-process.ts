import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import type { Platform } from '../../src/domain/platform.ts'
import { WorldOnDisk } from './world-on-disk.ts'

/** A worker in a process of its own, to be killed: `node worker-process.ts <JSON>`. Says `running` when it is. */
interface Told {
  readonly address: string
  readonly queue: string
  readonly codePath: string
  readonly folder: string
  readonly platform: Platform
  /** For how long a task waits for the worker that had the one before. */
  readonly sticky: '1s' | '10s'
}

const { address, queue, codePath, folder, platform, sticky } = JSON.parse(process.argv[2] ?? '') as Told // of its own test
Runtime.install({ logger: new DefaultLogger('ERROR') })
const connection = await NativeConnection.connect({ address })
const worker = await Worker.create({
  connection,
  taskQueue: queue,
  workflowBundle: { codePath },
  activities: new WorldOnDisk(folder).open(platform).activities(),
  stickyQueueScheduleToStartTimeout: sticky,
})
process.stdout.write('running\n')
await worker.run()
