import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import type { App } from '../../src/domain/platform.ts'
import { blocker } from '../../src/domain/findings.ts'
import { aPlatform, anApp } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { dev, Trial } from '../support/server.ts'
import { folder } from './histories.ts'

/** Runs each path once on the dev server, in real time with short waits, and keeps what it wrote. Started by scripts/record.mjs. */
const apps = [anApp('api'), anApp('mail', { dependsOn: ['api'] })]
/** Its last environment alone: a history is to be read. */
const external = anApp('api', { deploy: 'external', environments: anApp('api').environments.slice(-1) })
interface Path {
  /** Of the upgrade, and of these apps. */
  readonly of: readonly string[]
  /** Instead of `apps`. */
  readonly apps?: readonly App[]
  walk(trial: Trial): Promise<void>
}

const paths: Readonly<Record<string, Path>> = {
  'rollback-and-retry': {
    of: ['api', 'mail'],
    async walk(trial) {
      await trial.start()
      await trial.approveApps()
      await trial.onGreen('api')
      trial.outside.breaching.add('api/production')
      const gate = await trial.gate('api', 'retry', 'production@')
      trial.outside.breaching.clear()
      await trial.say('api', 'retry', { gate, by: 'doi' })
      await trial.approveApps(['api'])
      await trial.decommission()
    },
  },
  abort: {
    of: ['api', 'mail'],
    async walk(trial) {
      await trial.start()
      await trial.approveApps(['api'])
      await trial.onGreen('api')
      await trial.gate('mail', 'approve', 'production/gate@')
      await trial.say(undefined, 'abort', { by: 'baba', reason: 'not today' })
    },
  },
  'troubles-and-answers': {
    of: ['api'],
    async walk(trial) {
      trial.outside.faults.set('upgrade:nodegroup/b/create', { times: 1, type: 'QuotaExceeded' })
      trial.outside.faults.set('upgrade:verify/api/test', { times: 1, type: 'Failed' })
      trial.outside.blueVerdict = 'fail'
      await trial.start()
      await trial.say(undefined, 'retry', { gate: await trial.gate(undefined, 'retry', 'nodegroup/b'), by: 'baba' })
      await trial.signal(undefined, 'skip', {
        gate: await trial.gate(undefined, 'skip', 'verify/api/test@'),
        by: 'baba',
      })
      await trial.signal('api', 'approve', { gate: 'production/gate@00000000.1', by: 'mallory' }).catch(() => undefined)
      await trial.approveApps(['api'])
      await trial.onGreen('api')
      trial.outside.breaching.add('api/production')
      const held = await trial.gate('api', 'retry', 'production@')
      trial.outside.breaching.clear()
      await trial.say('api', 'retry', { gate: held, by: 'doi' })
      await trial.say(undefined, 'reject', { gate: await trial.gate(undefined, 'reject', 'soak/gate@'), by: 'baba' })
      await trial.say(undefined, 'retry', {
        gate: await trial.gate(undefined, 'retry', 'soak/gate/again@'),
        by: 'baba',
      })
      await trial.say('api', 'rollback', { by: 'doi', reason: 'late', environment: 'test' })
      await trial.say('api', 'retry', { gate: await trial.gate('api', 'retry', 'test@'), by: 'doi' })
      await trial.onGreen('api', 'test')
      await trial.decommission()
    },
  },
  'deployed-by-others': {
    of: ['api'],
    apps: [external],
    async walk(trial) {
      const holds = new Set(['api:production/deployed'])
      trial.outside.holds = holds
      trial.outside.differing = ['Deployment/shop/web: web:2 on blue, web:1 on green']
      trial.outside.faults.set('api:production/route/web/100', { times: 1, type: 'Failed' })
      const waits = async () => (await trial.run('api', 'production'))?.awaits !== undefined
      await trial.start()
      await trial.until('it waits to be deployed', waits)
      await trial.say('api', 'rollback', { by: 'doi', reason: 'not now', environment: 'production' })
      await trial.say('api', 'retry', { gate: await trial.gate('api', 'retry', 'production@'), by: 'doi' })
      await trial.until('it waits to be deployed again', waits)
      holds.clear()
      await trial.approveApps(['api'])
      await trial.say('api', 'retry', { gate: await trial.gate('api', 'retry', 'production@'), by: 'doi' })
      await trial.onGreen('api')
      await trial.decommission()
    },
  },
  blocked: {
    of: [],
    async walk(trial) {
      trial.outside.findings = [
        blocker('green-exists', 'toy-1-36', 'a cluster of this name is there already', 'delete it'),
      ]
    },
  },
  paused: {
    of: [],
    async walk(trial) {
      const holds = new Set(['upgrade:cluster/create'])
      trial.outside.holds = holds
      await trial.start()
      await trial.until('it builds', async () => (await trial.see()).runs[0]?.phase === 'provision')
      await trial.say(undefined, 'pause', { by: 'baba' })
      holds.clear()
      await trial.until('it waits', async () => (await trial.see()).runs[0]?.state === 'paused')
      await trial.say(undefined, 'resume', { by: 'baba' })
      await trial.gate('api', 'approve', 'production/gate@')
      await trial.handle().cancel()
    },
  },
  rejected: {
    of: [],
    async walk(trial) {
      await trial.say(undefined, 'reject', { gate: await trial.gate(undefined, 'reject', 'start@'), by: 'baba' })
    },
  },
}

const fileOf = (name: string, app: string | undefined) =>
  join(folder, app === undefined ? `clusterUpgrade.${name}.json` : `appCutover.${name}.${app}.json`)
const say = (text: string) => process.stderr.write(`norikae: ${text}\n`)

mkdirSync(folder, { recursive: true })
const env = await dev()
try {
  for (const [name, { of, apps: own = apps, walk }] of Object.entries(paths)) {
    if ([undefined, ...of].every((app) => existsSync(fileOf(name, app)))) {
      say(`${name} is there`)
      continue
    }
    const few = own.filter((app) => of.length === 0 || of.includes(app.name))
    const trial = new Trial(
      env,
      new Outside(aPlatform({ name: `recorded-${name}`, soak: '1s', rest: '1s', apps: few }), '100ms'),
    )
    await trial.during(async () => {
      await walk(trial)
      await trial.result()
      for (const app of [undefined, ...of]) {
        const history = historyToJSON(await trial.handle(app).fetchHistory())
        writeFileSync(fileOf(name, app), `${JSON.stringify(JSON.parse(history, withoutStack))}\n`)
        say(`${fileOf(name, app).slice(folder.length)} ${Math.round(history.length / 1000)} kB`)
      }
    })
  }
} finally {
  await env.teardown()
}

/** Where in whose folder something was thrown is nobody's business, and replay does not look at it. */
function withoutStack(key: string, value: unknown): unknown {
  return key === 'stackTrace' ? '' : value
}
