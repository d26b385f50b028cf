import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { OpenGate } from '../src/client/shapes.ts'
import type { Beside } from '../src/demo/processes.ts'
import { milliseconds, type Duration } from '../src/domain/duration.ts'
import { p50AndP99 } from './figures.ts'
import { aStage } from './stage.ts'

/**
 * How long it takes from an approval until the first weight was read back, and from the moment at which an app fails on
 * green until it has no weight there; and whether any weight is raised once its failing could be seen. In a whole sandbox
 * with real workers: an app is approved, fails in the middle of a window, goes back by itself, is mended and tried again:
 * one, since several that fail at once are taken for the platform's trouble, or go back together where they move together. With --killed a worker gets SIGKILL in both moments, and another runs already (two) or is
 * started in that moment (one): node bench/moments.ts [--runs 50] [--every 1s] [--killed one|two].
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '50' },
    every: { type: 'string', default: '1s' },
    killed: { type: 'string' },
  },
})
const every = milliseconds(values.every as Duration)
const APP = 'chat-api'
/** Readings of a window. */
const WINDOW = 6
/** Two bad readings in a row are a breach in the sandbox. */
const BREACH_AFTER = 2

const approved: number[] = []
const failed: number[] = []
let raised = 0
const stage = await aStage([APP], ours)
try {
  const workers: Beside[] = []
  const man = async (): Promise<void> => {
    while (workers.length < (values.killed === 'two' ? 2 : 1)) workers.push(await stage.worker())
  }
  /** When a worker was killed; the other one goes on, or the next one comes as soon as it can. */
  const killed = async (): Promise<number> => {
    const at = Date.now()
    if (values.killed === undefined) return at
    await workers.shift()?.kill()
    manned = man()
    return at
  }
  let manned = man()
  await manned

  const busy = new Map<string, Promise<void>>()
  while (failed.length < Number(values.runs)) {
    const gates = await stage.gates().catch(async (error: unknown) => {
      if (values.killed === undefined) throw error
      await manned
      return []
    })
    for (const gate of gates.filter((g) => !busy.has(g.gate)))
      busy.set(gate.gate, gate.environment === 'production' ? production(gate) : stage.answer(gate))
    await Promise.race([sleep(200), ...[...busy.values()].map((work) => work.then(() => sleep(200)))])
  }
  process.stdout.write(
    [
      `${failed.length} runs, health looked at every ${values.every}${values.killed === undefined ? '' : `, SIGKILL with ${values.killed} worker(s)`}; seconds (p50 · p99)`,
      `  approval → first weight read back   ${p50AndP99(approved)}`,
      `  fault → weight 0                    ${p50AndP99(failed)}   (a breach takes ${((BREACH_AFTER * every) / 1000).toFixed(0)})`,
      `  raised after a bad reading          ${raised}`,
      '',
    ].join('\n'),
  )

  async function production(gate: OpenGate): Promise<void> {
    const app = gate.app ?? ''
    if (gate.send.some((s) => s.message === 'retry')) {
      if (gate.problem?.includes('not rolled back by itself'))
        throw new Error(`${app} did not go back: ${gate.problem}`)
      await stage.failing(app, 0)
      return stage.answer(gate)
    }
    await manned
    const asked = await killed()
    await stage.answer(gate, values.killed === undefined ? 'update' : 'signal')
    approved.push((await stage.readBack(app, asked)) - asked)
    await manned
    // Anywhere in a window, once both sides have been seen.
    await sleep(4_000 + Math.random() * WINDOW * every)
    await stage.failing(app, 1)
    const began = await killed()
    failed.push((await stage.backToNone(app, began)) - began)
    // By then it was read: what was under way before is none of it.
    const seen = began + every + 1_000
    const weights = await stage.written(app, asked)
    raised += weights.filter(({ to, at }, n) => at > seen && to > (weights[n - 1]?.to ?? 0)).length
    await manned
  }
} finally {
  await stage.close()
}

/** Half of the traffic at once and then more of it, so that there is enough to see. */
function ours(text: string): string {
  return (
    text
      .replace(
        'weights: [5, 25, 50, 100], observe: 4s',
        `weights: [50, 60, 70, 80, 90, 100], observe: ${(WINDOW * every) / 1000}s`,
      )
      // As many readings as make a verdict, and one more: in test and stage nobody is to be asked for more of them.
      .replaceAll('observe: 3s', `observe: ${(4 * every) / 1000}s`)
      .replace(/^ {2}every: 1s$/m, `  every: ${values.every}`)
      .replaceAll('window: 5s', `window: ${Math.max(5_000, every) / 1000}s`)
      // Not there where the sandbox was asked for apps of which it says nothing.
      .replace(/^apps:\n(?: .*\n)*/m, '')
  )
}
