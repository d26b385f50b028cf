import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { milliseconds, type Duration } from '../src/domain/duration.ts'
import { limitsRow } from './figures.ts'
import { progress, settled } from './settled.ts'
import { aStage } from './stage.ts'

/**
 * What is asked of AWS and of the clusters while nothing happens: apps are on green, watched every 15 s, and nobody says
 * anything. An app and hour each: node bench/idle.ts [--for 10m] [--source prometheus|cloudwatch]. With `cloudwatch` there
 * are no checks in the platform file, so that a load balancer's own measures are looked at. Ends with 1 where they do not come
 * to green, or somebody is asked something that is not meant.
 */
const { values } = parseArgs({
  options: {
    for: { type: 'string', default: '10m' },
    source: { type: 'string', default: 'prometheus' },
  },
})
const watched = milliseconds(values.for as Duration)
const APPS = ['chat-api', 'chat-search', 'legacy-php', 'admin', 'files']
/** With CloudWatch a weight is observed for minutes. */
const MOVES_WITHIN_MS = 30 * 60_000
const say = (text: string) => void process.stdout.write(`${text}\n`)

/** Nobody answers what is asked here. */
class Asked extends Error {}

let standing = 'before its plan'
const stage = await aStage(APPS, ours, 30)
const told = progress(15_000, () => standing)
try {
  await stage.worker()
  /** Answered once each, and not again. */
  const said = new Set<string>()
  await settled(
    'all on green',
    async () => {
      const { gates, status } = await stage.view()
      const all = status.apps.flatMap((a) => a.environments)
      const onGreen = all.filter((e) => e.is === 'on-green').length
      const asked = gates.map((g) => `${g.app ?? 'the upgrade'}: ${g.problem ?? g.what}`).join('; ')
      standing = `${status.run?.phase ?? 'before its plan'}, ${onGreen} of ${all.length} on green; asked: ${asked === '' ? 'nothing' : asked}`
      for (const gate of gates.filter((g) => !said.has(g.gate))) {
        if (gate.problem !== undefined) throw new Asked(standing)
        await stage.answer(gate)
        said.add(gate.gate)
      }
      return status.run?.phase === 'soak' && onGreen === all.length
    },
    { withinMs: MOVES_WITHIN_MS, standing: () => standing, isFinal: (error) => error instanceof Asked },
  )
  standing = 'all on green; what soak begins with is let pass'
  await sleep(30_000)
  const from = Date.now()
  standing = `counted since ${new Date(from).toISOString().slice(11, 19)}, for ${values.for}`
  await sleep(watched)
  const calls = await stage.calls(from)
  const hours = watched / 3_600_000
  const counted = Map.groupBy(calls, (c) => (c.service === 'kubernetes' ? 'kubernetes' : `${c.service}:${c.operation}`))
  const rows = [...counted].map(([what, its]) => ({ what, each: its.length / hours / APPS.length }))
  const sorted = rows.toSorted((a, b) => b.each - a.each)
  const most = sorted.filter(({ what }) => what !== 'kubernetes').slice(0, 4)
  const ofAws = rows.filter((r) => r.what !== 'kubernetes').reduce((sum, r) => sum + r.each, 0)
  say(
    [
      `${APPS.length} apps on green in one environment, looked at every 15 s by ${values.source}, for ${values.for}; an app and hour each`,
      `  AWS         ${ofAws.toFixed(1)} calls`,
      ...sorted.map(({ what, each }) => `    ${what.padEnd(50)} ${each.toFixed(1)}`),
      limitsRow(
        `calls of AWS for an app on green in one environment while nothing happens, looked at every 15 s by ${values.source}`,
        `${ofAws.toFixed(0)} an hour${most.length === 0 ? '' : `: ${most.map(({ what, each }) => `${what} ${each.toFixed(0)}`).join(', ')}`}`,
        'idle',
      ),
    ].join('\n'),
  )
} finally {
  told.stop()
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
