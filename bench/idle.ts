import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { milliseconds, type Duration } from '../src/domain/duration.ts'
import { aStage } from './stage.ts'

/**
 * What is asked of AWS and of the clusters while nothing happens: apps are on green, watched every 15 s, and nobody says
 * anything. An app and hour each: node bench/idle.ts [--for 10m] [--source prometheus|cloudwatch]. With `cloudwatch` there
 * are no checks in the platform file, so that a load balancer's own measures are looked at.
 */
const { values } = parseArgs({
  options: {
    for: { type: 'string', default: '10m' },
    source: { type: 'string', default: 'prometheus' },
  },
})
const watched = milliseconds(values.for as Duration)
const APPS = ['chat-api', 'chat-search', 'legacy-php', 'admin', 'files']
const say = (text: string) => void process.stdout.write(`${text}\n`)

const stage = await aStage(APPS, ours, 30)
try {
  await stage.worker()
  const said = new Set<string>()
  for (;;) {
    const { gates, status } = await stage.view()
    for (const gate of gates.filter((g) => !said.has(g.gate))) {
      said.add(gate.gate)
      if (gate.problem !== undefined) throw new Error(`${gate.app ?? 'the upgrade'} asks: ${gate.problem}`)
      await stage.answer(gate)
    }
    const all = status.apps.flatMap((a) => a.environments)
    if (status.run?.phase === 'soak' && all.every((e) => e.is === 'on-green')) break
    await sleep(1_000)
  }
  // What soak begins with is something that happens.
  await sleep(30_000)
  const from = Date.now()
  await sleep(watched)
  const calls = await stage.calls(from)
  const hours = watched / 3_600_000
  const counted = Map.groupBy(calls, (c) => (c.service === 'kubernetes' ? 'kubernetes' : `${c.service}:${c.operation}`))
  const rows = [...counted].map(([what, its]) => ({ what, each: its.length / hours / APPS.length }))
  const ofAws = rows.filter((r) => r.what !== 'kubernetes').reduce((sum, r) => sum + r.each, 0)
  say(
    [
      `${APPS.length} apps on green in one environment, looked at every 15 s by ${values.source}, for ${values.for}; an app and hour each`,
      `  AWS         ${ofAws.toFixed(1)} calls`,
      ...rows.toSorted((a, b) => b.each - a.each).map(({ what, each }) => `    ${what.padEnd(50)} ${each.toFixed(1)}`),
    ].join('\n'),
  )
} finally {
  await stage.close()
}

/** Production alone, at once, and a soak that does not end. */
function ours(text: string): string {
  const cloudWatch = values.source === 'cloudwatch'
  const less = text
    .replace(/^ {2}(?:test|stage): .*\n/gm, '')
    // CloudWatch tells whole minutes.
    .replace('weights: [5, 25, 50, 100], observe: 4s', `weights: [100], observe: ${cloudWatch ? '6m' : '4s'}`)
    .replace('soak: 25s', 'soak: 7d')
    .replace(/^apps:\n(?: .*\n)*/m, '')
  return cloudWatch
    ? less.replace(/^health:\n(?: .*\n)*/m, 'health: { every: 15s }\n')
    : less.replace(/^ {2}every: 1s$/m, '  every: 15s').replaceAll('window: 5s', 'window: 30s')
}
