import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { OpenGate } from '../src/client/shapes.ts'
import type { Beside } from '../src/demo/processes.ts'
import { hostOf } from '../src/sandbox/seed/apps.ts'
import { startCallers, type Seen } from '../test/support/callers.ts'
import { limitsRow } from './figures.ts'
import { progress, settled } from './settled.ts'
import { aStage } from './stage.ts'

/**
 * How many requests a second go through the sandbox, and how many of them are dropped, while an app is moved to green and
 * taken back again and again, with a worker killed in some of the moves, there and back by turns: node bench/traffic.ts
 * [--requests 1000000] [--moves 20] [--kills 10] [--connections 24] [--rate 2000] [--sockets 16]. Callers keep their
 * connections, or speak over WebSockets; messages count as requests. `rate` is of requests a second over all connections:
 * faster ones leave the rest of the sandbox no time. It goes on until there were that many of each. Ends with 1 where one was
 * dropped, a move went back by itself, or callers came no further; with 2 where more workers are to be killed than there are
 * moves.
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
/** A move with what comes before it is asked for, a dead worker's time-outs among it. */
const MOVES_WITHIN_MS = 5 * 60_000
/** Longer without one more request, and nobody calls any more. */
const CALLS_WITHIN_MS = 60_000
const say = (text: string) => void process.stdout.write(`${text}\n`)

if (kills > moves) {
  process.stderr.write(`--kills ${kills}: at most one in every other move, which are ${moves}\n`)
  process.exit(2)
}
/** In which moves, counted from none, a worker is killed: those there are even, those back odd. */
const killedIn = new Set(Array.from({ length: kills }, (_, n) => 2 * Math.floor((n * moves) / kills) + (n % 2)))

/** Where the app was when it was looked at last, and why it asks. */
let standing = 'not seen'
const until = (what: string, look: () => Promise<boolean>) =>
  settled(what, look, { withinMs: MOVES_WITHIN_MS, standing: () => standing })

const stage = await aStage([APP], ours, 10)
let says = () => standing
const told = progress(15_000, () => says())
try {
  let worker: Beside = await stage.worker()
  let manned: Promise<unknown> = Promise.resolve()
  let [forward, back, killed] = [0, 0, 0]
  /** Gates that asked whether to try again: after each time that it was taken back, and where it went by itself. */
  const retried = new Set<string>()
  /** Somewhere in the move that has just begun. */
  const perhapsKill = () => {
    if (!killedIn.has(forward + back)) return
    killed += 1
    manned = sleep(Math.random() * 4_000).then(async () => {
      await worker.kill()
      worker = await stage.worker()
    })
  }

  await until('production is asked', async () => {
    await stateOf()
    return (await answered((g) => g.environment !== 'production')) !== undefined
  })
  const callers = startCallers({
    url: stage.info.traffic.url,
    host: hostOf(APP, 'production'),
    connections: Number(values.connections),
    rate: Number(values.rate),
    sockets: Number(values.sockets),
  })
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1000
  says = () => {
    const seen = callers.seen()
    return `${forward} of ${moves} there, ${back} back, ${killed} of ${kills} killed, now ${standing}; ${sumOf(seen)} of ${wanted} requests, ${(sumOf(seen) / seconds()).toFixed(0)} a second, ${seen.dropped.length} dropped`
  }
  while (back < moves) {
    perhapsKill()
    await until('on green', async () => {
      for (const { gate, send } of await stage.gates()) if (send.some((s) => s.message === 'retry')) retried.add(gate)
      await answered(() => true)
      return (await stateOf()) === 'on-green'
    })
    await manned
    forward += 1
    perhapsKill()
    await until('taken back', async () => {
      // Its answer may have gone with a worker.
      if ((await stateOf()) === 'on-green') await stage.takeBack(APP, 'production')
      return true
    })
    await until('back on blue', async () => (await stateOf()) === 'rolled-back')
    await manned
    back += 1
  }
  for (let [at, sum] = [Date.now(), 0]; sumOf(callers.seen()) < wanted; await sleep(500)) {
    if (sumOf(callers.seen()) > sum) [at, sum] = [Date.now(), sumOf(callers.seen())]
    if (Date.now() - at > CALLS_WITHIN_MS) throw new Error(`nobody calls any more: ${says()}`)
  }
  const seen = await callers.stop()
  const byItself = Math.max(0, retried.size - (moves - 1))
  say(
    [
      `${forward} moves there and ${back} back, a worker killed in ${killed} of them, ${seconds().toFixed(0)} s`,
      `  ${sumOf(seen)} requests, ${(sumOf(seen) / seconds()).toFixed(0)} a second: ${seen.requests} over ${values.connections} connections that were kept, ${seen.messages} messages over ${values.sockets} WebSockets (${seen.ended} ended by their servers, in order)`,
      `  answered by ${Object.entries(seen.by)
        .map(([cluster, count]) => `${cluster}: ${count}`)
        .join(', ')}; ${seen.failed} failed; ${byItself} moves went back by themselves`,
      `  dropped: ${seen.dropped.length}`,
      ...seen.dropped.slice(0, 10).map((why) => `    ${why}`),
      limitsRow(
        `requests that are dropped while an app goes to green ${forward} times and back ${back} times, with a worker killed in ${killed} of these moves`,
        `${seen.dropped.length} of ${sumOf(seen)}, ${(sumOf(seen) / seconds()).toFixed(0)} a second: ${seen.messages} of them messages over ${values.sockets} WebSockets, the others over ${values.connections} kept connections; ${seconds().toFixed(0)} s`,
        'traffic',
      ),
    ].join('\n'),
  )
  if (seen.dropped.length > 0 || byItself > 0 || killed < kills) process.exitCode = 1
} finally {
  told.stop()
  await stage.close()
}

function sumOf({ requests, messages }: Seen): number {
  return requests + messages
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

/** Moves that are worth their name in seconds, and nothing after them. */
function ours(text: string): string {
  return text
    .replace('weights: [5, 25, 50, 100], observe: 4s', 'weights: [25, 75, 100], observe: 2s')
    .replace('soak: 25s', 'soak: 7d')
    .replace(/^apps:\n(?: .*\n)*/m, '')
}
