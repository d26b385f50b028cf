import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { WorkflowHandle } from '@temporalio/client'
import { Worker } from '@temporalio/worker'
import type { Platform } from '../src/domain/platform.ts'
import { anApp, anEnvironment, aPlatform } from '../test/support/builders.ts'
import { bundle } from '../test/support/bundle.ts'
import { Outside } from '../test/support/fakes.ts'
import { dev, Trial } from '../test/support/server.ts'
import type { Told, Used } from './fleet-worker.ts'

/**
 * What an upgrade of many apps costs the worker and leaves in the histories: node bench/fleet.ts [--apps 12,100,300,500].
 * A whole upgrade on a real server and one worker, of apps with three environments and a cron job each, on a world that
 * answers at once: what is left is Temporal's time and ours.
 */
const { values } = parseArgs({ options: { apps: { type: 'string', default: '12,100,300,500' } } })
const say = (text: string) => process.stdout.write(`${text}\n`)
const program = fileURLToPath(new URL('fleet-worker.ts', import.meta.url))

const folder = await mkdtemp(join(tmpdir(), 'norikae-bench-'))
const codePath = join(folder, 'workflows.js')
const made = await bundle()
if ('code' in made) await writeFile(codePath, made.code)
try {
  say(
    'apps  wall s  worker CPU s  worker MB  upgrade: events  KB  longest task ms  replay s  app: events  KB  replay s',
  )
  for (const count of values.apps.split(',').map(Number)) say(await measured(count))
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function measured(count: number): Promise<string> {
  const env = await dev()
  const platform = aFleet(count)
  const trial = new Trial(env, new Outside(platform))
  const worker = await started({ address: env.address, queue: trial.queue, codePath, platform })
  try {
    const upgrade = await trial.begin()
    await trial.start()
    const began = performance.now()
    await trial.decommission()
    const { outcome } = await trial.result()
    const seconds = (performance.now() - began) / 1000
    if (outcome !== 'done') throw new Error(`the upgrade of ${count} apps ended ${outcome}`)
    const used = await usedBy(worker)
    const of = { upgrade: await figures(upgrade), app: await figures(trial.handle(`app-${count - 1}`)) }
    return [
      String(count).padStart(4),
      seconds.toFixed(1).padStart(7),
      used.cpuSeconds.toFixed(1).padStart(13),
      String(used.megabytes).padStart(10),
      String(of.upgrade.events).padStart(16),
      String(of.upgrade.kilobytes).padStart(3),
      String(of.upgrade.longestTaskMs).padStart(16),
      of.upgrade.replaySeconds.toFixed(2).padStart(9),
      String(of.app.events).padStart(12),
      String(of.app.kilobytes).padStart(3),
      of.app.replaySeconds.toFixed(2).padStart(9),
    ].join(' ')
  } finally {
    worker.kill('SIGKILL')
    await env.teardown()
  }
}

/** Each app with test, stage and production: the gates of production stay shut for nobody. */
function aFleet(count: number): Platform {
  const environments = [
    anEnvironment('test'),
    anEnvironment('stage'),
    anEnvironment('production', { weights: [5, 25, 50, 100] }),
  ]
  return aPlatform({
    name: `fleet-${count}`,
    apps: Array.from({ length: count }, (_, n) => anApp(`app-${n}`, { environments })),
    maxParallel: 50,
    rest: '0s',
    soak: '1s',
  })
}

async function started(told: Told): Promise<ChildProcess> {
  const worker = spawn(process.execPath, [program], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  worker.send(told)
  await once(worker, 'message')
  return worker
}

async function usedBy(worker: ChildProcess): Promise<Used> {
  const answer = once(worker, 'message')
  worker.send('used')
  const [used] = await answer
  return used as Used // as fleet-worker.ts sends it
}

async function figures(handle: WorkflowHandle) {
  const { historyLength, historySize } = await handle.describe()
  const history = await handle.fetchHistory()
  const times = new Map((history.events ?? []).map((e) => [Number(e.eventId), ms(e.eventTime)]))
  const tasks = (history.events ?? []).flatMap((e) => {
    const began = e.workflowTaskCompletedEventAttributes?.startedEventId
    return began == null ? [] : [ms(e.eventTime) - (times.get(Number(began)) ?? 0)]
  })
  const began = performance.now()
  await Worker.runReplayHistory({ workflowBundle: { codePath } }, history, handle.workflowId)
  return {
    events: historyLength,
    kilobytes: Math.round((historySize ?? 0) / 1024),
    longestTaskMs: Math.max(...tasks),
    replaySeconds: (performance.now() - began) / 1000,
  }
}

function ms(time: { seconds?: unknown; nanos?: number | null } | null | undefined): number {
  return Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6
}
