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
}

const { address, queue, codePath, folder, platform } = JSON.parse(process.argv[2] ?? '') as Told // of its own test
Runtime.install({ logger: new DefaultLogger('ERROR') })
const connection = await NativeConnection.connect({ address })
const worker = await Worker.create({
  connection,
  taskQueue: queue,
  workflowBundle: { codePath },
  activities: new WorldOnDisk(folder).open(platform).activities(),
  stickyQueueScheduleToStartTimeout: '1s',
})
process.stdout.write('running\n')
await worker.run()
