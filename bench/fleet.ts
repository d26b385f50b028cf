import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { WorkflowHandle } from '@temporalio/client'
import { Worker } from '@temporalio/worker'
import { dataConverter } from '../src/client/large-payloads.ts'
import { milliseconds, type Duration } from '../src/domain/duration.ts'
import { mostEvents } from '../src/domain/history-size.ts'
import type { Platform } from '../src/domain/platform.ts'
import { anApp, anEnvironment, anUpgradePlan, aPlatform, errors } from '../test/support/builders.ts'
import { bundle } from '../test/support/bundle.ts'
import { Outside } from '../test/support/fakes.ts'
import { dev, Trial } from '../test/support/server.ts'
import { leastMedianMost } from './figures.ts'
import type { Told, Used } from './fleet-worker.ts'
import { quietPrometheus, type QuietPrometheus } from './quiet-prometheus.ts'
import { progress } from './settled.ts'

/**
 * What an upgrade of many apps costs the worker and leaves in the histories: node bench/fleet.ts
 * [--apps 12,100,300,500] [--parallel 50] [--watch 10m] [--environments 3] [--memory 1024]. A whole upgrade on a real server and one worker,
 * of apps with three environments and a cron job each, or with production alone, on a world that answers at once: what is left is Temporal's time and ours. With `--watch` all of
 * them stay on green for so long, and each environment is looked at every 15 s through a Prometheus on loopback.
 * `--memory`: the worker's, as in a container of so many MiB, of which Node gives half to V8.
 */
const { values } = parseArgs({
  options: {
    apps: { type: 'string', default: '12,100,300,500' },
    parallel: { type: 'string', default: '50' },
    watch: { type: 'string', default: '0s' },
    environments: { type: 'string', default: '3' },
    memory: { type: 'string' },
  },
})
const watch = milliseconds(values.watch as Duration)
/** Of one check: its value on both sides. */
const QUERIES = 2
/** An environment is looked at once in so many seconds. */
const EVERY_S = 15
const say = (text: string) => process.stdout.write(`${text}\n`)
const program = fileURLToPath(new URL('fleet-worker.ts', import.meta.url))
/** A thousand apps take about half of that on two cores. */
const OPENS_WITHIN_MS = 60 * 60_000

const folder = await mkdtemp(join(tmpdir(), 'norikae-bench-'))
const codePath = join(folder, 'workflows.js')
const made = await bundle()
if ('code' in made) await writeFile(codePath, made.code)
const metrics = await quietPrometheus()
try {
  for (const count of values.apps.split(',').map(Number)) await measure(count, metrics)
} finally {
  await metrics.close()
  await rm(folder, { recursive: true, force: true })
}

async function measure(count: number, prometheus: QuietPrometheus): Promise<void> {
  const env = await dev()
  const platform = aFleet(count, prometheus.url)
  const trial = new Trial(env, new Outside(platform))
  const worker = await started({ address: env.address, queue: trial.queue, codePath, platform })
  try {
    const upgrade = await trial.begin()
    await answered(trial, 'start@', { by: 'aoki' })
    const began = performance.now()
    // Once it is asked, all are on green.
    const gate = await open(trial, 'soak/gate@')
    const moved = (performance.now() - began) / 1000
    const onGreen = await usedBy(worker)
    const watched = watch > 0 ? [await watchedFor(worker, prometheus, count)] : []
    const committing = performance.now()
    await trial.say(undefined, 'approve', { gate, by: 'baba', typed: platform.blue })
    const { outcome } = await trial.result()
    const committed = (performance.now() - committing) / 1000
    if (outcome !== 'done') throw new Error(`the upgrade of ${count} apps ended ${outcome}`)
    const used = await usedBy(worker)
    const whole = await figures(upgrade)
    const some = platform.apps.filter((_, n) => n % Math.ceil(count / 50) === 0)
    const sizes = await Promise.all(some.map((app) => trial.handle(app.name).describe()))
    const app = await figures(trial.handle(`app-${count - 1}`))
    say(
      [
        `${count} apps, ${values.parallel} at once`,
        `  all on green after ${moved.toFixed(0)} s, committed in ${committed.toFixed(0)} s; worker: ${used.cpuSeconds.toFixed(0)} s of CPU (${onGreen.cpuSeconds.toFixed(0)} s until green), ${used.megabytes.most} MB at most`,
        ...watched,
        `  upgrade: ${whole.events} events (${(Number(whole.events) / count).toFixed(1)} an app; ${mostEvents(anUpgradePlan(platform).phases, platform)} at most, as it is counted before), ${whole.kilobytes} KB, result ${whole.resultKilobytes} KB; longest task ${whole.longestTaskMs} ms; replay ${whole.replaySeconds.toFixed(2)} s`,
        `  an app: ${leastMedianMost(sizes.map((d) => d.historyLength))} events, ${leastMedianMost(sizes.map((d) => Math.round((d.historySize ?? 0) / 1024)))} KB; longest task ${app.longestTaskMs} ms; replay ${app.replaySeconds.toFixed(2)} s`,
      ].join('\n'),
    )
  } finally {
    worker.kill('SIGKILL')
    await env.teardown()
  }
}

async function watchedFor(worker: ChildProcess, prometheus: QuietPrometheus, count: number): Promise<string> {
  const before = await usedBy(worker)
  const asked = prometheus.asked()
  await sleep(watch)
  const after = await usedBy(worker)
  const cpu = after.cpuSeconds - before.cpuSeconds
  const looks = prometheus.asked() - asked
  const sent = (operation: string) =>
    (((after.requests[operation] ?? 0) - (before.requests[operation] ?? 0)) / (watch / 1000)).toFixed(1)
  const asks = `attempts ${sent('RespondActivityTaskFailed')}, heartbeats ${sent('RecordActivityTaskHeartbeat')}, looks at the workflow ${sent('DescribeWorkflowExecution')} a second`
  const due = (count * Number(values.environments)) / EVERY_S
  return `  watched for ${values.watch}: ${cpu.toFixed(0)} s of CPU (${((cpu / watch) * 100_000).toFixed(0)} % of a core), ${after.megabytes.now} MB, ${looks} queries: ${(looks / QUERIES / (watch / 1000)).toFixed(0)} checks a second, of ${due.toFixed(0)} that were due; of Temporal: ${asks}`
}

/** Each app with test, stage and production: the gates of production stay shut for nobody. */
function aFleet(count: number, url: string): Platform {
  const checks = [
    { ...errors, source: { kind: 'prometheus', url, queries: { blue: 'blue', green: 'green' } } as const },
  ]
  const environments = [
    anEnvironment('test', { checks }),
    anEnvironment('stage', { checks }),
    anEnvironment('production', { checks, weights: [5, 25, 50, 100] }),
  ]
  return aPlatform({
    name: `fleet-${count}`,
    apps: Array.from({ length: count }, (_, n) =>
      anApp(`app-${n}`, { environments: environments.slice(-Number(values.environments)) }),
    ),
    maxParallel: Number(values.parallel),
    rest: '0s',
    soak: '1s',
  })
}

/** Looked for seldom: each look is a query to the worker that is measured. */
async function open(trial: Trial, step: string): Promise<string> {
  const told = progress(60_000, () => `${step} is awaited`)
  try {
    for (const until = Date.now() + OPENS_WITHIN_MS; Date.now() < until; await sleep(1_000)) {
      const sends = (await trial.waiting()).flatMap((w) => w.send)
      const found = sends.map((s) => s.body['gate'] ?? '').find((gate) => gate.startsWith(step))
      if (found !== undefined) return found
    }
  } finally {
    told.stop()
  }
  throw new Error(`${step} was not asked within ${OPENS_WITHIN_MS / 60_000} minutes`)
}

async function answered(trial: Trial, step: string, body: object): Promise<void> {
  await trial.say(undefined, 'approve', { gate: await open(trial, step), ...body })
}

async function started(told: Told): Promise<ChildProcess> {
  const heap = values.memory === undefined ? [] : [`--max-old-space-size=${Math.floor(Number(values.memory) / 2)}`]
  const worker = spawn(process.execPath, [...heap, program], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
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
  const events = history.events ?? []
  const times = new Map(events.map((e) => [Number(e.eventId), ms(e.eventTime)]))
  const tasks = events.flatMap((e) => {
    const began = e.workflowTaskCompletedEventAttributes?.startedEventId
    return began == null ? [] : [ms(e.eventTime) - (times.get(Number(began)) ?? 0)]
  })
  const result = events.at(-1)?.workflowExecutionCompletedEventAttributes?.result?.payloads?.[0]?.data
  const began = performance.now()
  await Worker.runReplayHistory({ workflowBundle: { codePath }, dataConverter }, history, handle.workflowId)
  return {
    events: historyLength,
    kilobytes: Math.round((historySize ?? 0) / 1024),
    resultKilobytes: Math.round((result?.length ?? 0) / 1024),
    longestTaskMs: Math.round(Math.max(...tasks)),
    replaySeconds: (performance.now() - began) / 1000,
  }
}

function ms(time: { seconds?: unknown; nanos?: number | null } | null | undefined): number {
  return Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6
}
