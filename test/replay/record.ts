import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { aPlatform } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { dev, Trial } from '../support/server.ts'
import { fileOf, folderOf, release } from './histories.ts'
import { apps, findings, kept, paths, scheduledId, soon, type Path } from './paths.ts'

/** Runs each path once on the dev server, in real time with short waits, and keeps what it wrote. Started by scripts/record.mjs. */
const AT_ONCE = 4
const say = (text: string) => process.stderr.write(`norikae: ${text}\n`)

mkdirSync(folderOf(release), { recursive: true })
const env = await dev()
try {
  const queue = Object.entries(paths).filter(([name, path]) => {
    const isThere = kept(name, path).every(({ history }) => existsSync(fileOf(release, history)))
    if (isThere) say(`${name} is there`)
    return !isThere
  })
  const one = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await record(...next)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
} finally {
  await env.teardown()
}

async function record(name: string, path: Path): Promise<void> {
  const all = path.platform?.apps ?? apps
  // Of what is not kept there need not be more than one; `replanned` begins with fewer than it keeps.
  const few = path.platform?.apps ?? all.filter((app) => path.of.length === 0 || path.of.includes(app.name))
  const platform = aPlatform({ name: `recorded-${name}`, soak: '1s', rest: '1s', ...path.platform, apps: few })
  const trial = new Trial(env, new Outside(platform, '100ms'))
  Object.assign(trial.outside, { findings: findings(name) })
  Object.assign(trial.outside.foreseen, soon())
  const worker = await trial.worker()
  await worker.runUntil(async () => {
    if (path.scheduled)
      await env.client.workflow.start('scheduledUpgrade', {
        workflowId: scheduledId(platform.name),
        taskQueue: trial.queue,
        args: [{ platform: platform.name }],
      })
    else await trial.begin()
    await path.walk(trial)
    await trial.result()
    for (const { history, whose } of kept(name, path)) {
      const handle =
        whose === 'schedule'
          ? env.client.workflow.getHandle(scheduledId(platform.name))
          : trial.handle(whose === 'upgrade' ? undefined : whose.app)
      if (whose === 'schedule') await handle.result()
      const text = JSON.stringify(JSON.parse(historyToJSON(await handle.fetchHistory()), withoutStack))
      const packed = gzipSync(text, { level: 9 })
      writeFileSync(fileOf(release, history), packed)
      say(`${release}/${history}: ${Math.round(text.length / 1000)} kB, ${Math.round(packed.length / 1000)} kB packed`)
    }
  })
}

/** Where in whose folder something was thrown is nobody's business, and replay does not look at it. */
function withoutStack(key: string, value: unknown): unknown {
  return key === 'stackTrace' ? '' : value
}
