import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { OpenGate } from '../src/client/shapes.ts'
import type { Beside } from '../src/demo/processes.ts'
import { hostOf } from '../src/sandbox/seed/apps.ts'
import { startCallers } from './callers.ts'
import { aStage } from './stage.ts'

/**
 * How many requests a second go through the sandbox, and how many of them are dropped, while an app is moved to green and
 * taken back again and again, with a worker killed in some of the moves: node bench/traffic.ts [--requests 1000000]
 * [--moves 20] [--kills 10] [--connections 24] [--rate 2000] [--sockets 16]. Callers keep their connections, or speak over
 * WebSockets; messages count as requests. `rate` is of requests a second over all connections: faster ones leave the rest
 * of the sandbox no time. It goes on until there were that many of each, and ends with 1 where one was dropped.
 */
const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000000' },
    moves: { type: 'string', default: '20' },
    kills: { type: 'string', default: '10' },
    connections: { type: 'string', default: '24' },
    rate: { type: 'string', default: '2000' },
    sockets: { type: 'string', default: '16' },
  },
})
const APP = 'legacy-php'
const [wanted, moves, kills] = [Number(values.requests), Number(values.moves), Number(values.kills)]
/** A worker is killed in each so many-th of the moves, there and back. */
const every = kills === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor((2 * moves) / kills))
const say = (text: string) => void process.stdout.write(`${text}\n`)

/** Where the app was when it was looked at last, and why it asks. */
let standing = 'not seen'

const stage = await aStage([APP], ours, 10)
try {
  let worker: Beside = await stage.worker()
  let manned: Promise<unknown> = Promise.resolve()
  let [forward, back, killed, begun] = [0, 0, 0, 0]
  /** Somewhere in the move that has just begun. */
  const perhapsKill = () => {
    begun += 1
    if (begun % every !== 0 || killed >= kills) return
    killed += 1
    manned = sleep(Math.random() * 4_000).then(async () => {
      await worker.kill()
      worker = await stage.worker()
    })
  }

  await settled('production is asked', async () => (await answered((g) => g.environment !== 'production'))?.gate)
  const { url } = stage.info.traffic
  const callers = startCallers({
    url,
    host: hostOf(APP, 'production'),
    connections: Number(values.connections),
    rate: Number(values.rate),
    sockets: Number(values.sockets),
  })
  const began = performance.now()
  const told = setInterval(() => {
    const { requests, messages, dropped } = callers.seen()
    say(
      `  ${forward} there, ${back} back, ${killed} killed, now ${standing}; ${requests} requests, ${messages} messages, ${dropped.length} dropped`,
    )
  }, 30_000)
  while (forward < moves || back < moves) {
    perhapsKill()
    await settled('on green', async () => {
      await answered(() => true)
      return (await stateOf()) === 'on-green'
    })
    await manned
    forward += 1
    perhapsKill()
    await settled('taken back', async () => {
      // Its answer may have gone with a worker.
      if ((await stateOf()) === 'on-green') await stage.takeBack(APP, 'production')
      return true
    })
    await settled('back on blue', async () => (await stateOf()) === 'rolled-back')
    await manned
    back += 1
  }
  const sum = () => callers.seen().requests + callers.seen().messages
  while (sum() < wanted) await sleep(500)
  clearInterval(told)
  const seen = await callers.stop()
  const seconds = (performance.now() - began) / 1000
  const all = seen.requests + seen.messages
  say(
    [
      `${forward} moves there and ${back} back, a worker killed in ${killed} of them, ${seconds.toFixed(0)} s`,
      `  ${all} requests, ${(all / seconds).toFixed(0)} a second: ${seen.requests} over ${values.connections} connections that were kept, ${seen.messages} messages over ${values.sockets} WebSockets (${seen.ended} ended by their servers, in order)`,
      `  answered by ${Object.entries(seen.by)
        .map(([cluster, count]) => `${cluster}: ${count}`)
        .join(', ')}; ${seen.failed} failed`,
      `  dropped: ${seen.dropped.length}`,
      ...seen.dropped.slice(0, 10).map((why) => `    ${why}`),
    ].join('\n'),
  )
  if (seen.dropped.length > 0) process.exitCode = 1
} finally {
  await stage.close()
}

/** Answers what is open and is meant; the first gate that is not. */
async function answered(meant: (gate: OpenGate) => boolean): Promise<OpenGate | undefined> {
  const gates = await stage.gates()
  for (const gate of gates.filter(meant)) await stage.answer(gate)
  return gates.find((gate) => !meant(gate))
}

async function stateOf(): Promise<string | undefined> {
  const { status, cutovers, gates } = await stage.view()
  // Of what does not move and asks nothing there is no more than where it stands.
  const run = cutovers.find((c) => c.app === APP)?.runs.find((r) => r.subject.environment === 'production')
  const stands = status.apps.find((a) => a.app === APP)?.environments.find((e) => e.name === 'production')
  const is = run?.state ?? stands?.is
  const asks = gates.map((g) => g.problem ?? g.what).join('; ')
  standing = `${is ?? 'nowhere'}${asks === '' ? '' : `, asked: ${asks}`}`
  return is
}

/** Nobody answers while a worker is away: it is asked again. */
async function settled(what: string, look: () => Promise<unknown>): Promise<void> {
  let last: unknown
  for (const until = Date.now() + 300_000; Date.now() < until; await sleep(300)) {
    try {
      if (await look()) return
    } catch (error) {
      last = error
    }
  }
  throw new Error(`not ${what} within 5 minutes: ${standing}; last failure: ${String(last)}`)
}

/** Moves that are worth their name in seconds, and nothing after them. */
function ours(text: string): string {
  return text
    .replace('weights: [5, 25, 50, 100], observe: 4s', 'weights: [25, 75, 100], observe: 2s')
    .replace('soak: 25s', 'soak: 7d')
    .replace(/^apps:\n(?: .*\n)*/m, '')
}
