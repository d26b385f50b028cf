/**
 * Steady traffic, open loop: a request goes out when its time has come, whatever became of those before it. Counts what
 * the callers of the platform would have seen.
 */
import { Agent, request as send, type ClientRequest, type IncomingMessage } from 'node:http'
import { whenIdleFor } from './patience.ts'

export interface Stream {
  readonly host: string
  readonly perSecond: number
  /** Where its next request goes; throws where that is nowhere. Left out: to the load balancer. */
  readonly to?: (() => Promise<string>) | undefined
}

interface Counts {
  sent: number
  answered: number
  /** No answer, or the proxy's own 502, 503 or 504. */
  dropped: number
  /** 5xx that the app made. */
  failed: number
  /** Answers of a listener rule itself. */
  pages: number
}

interface Dropped {
  readonly at: string
  readonly host: string
  readonly because: string
}

export interface LoadReport extends Readonly<Counts> {
  readonly running: boolean
  readonly inFlight: number
  readonly byHost: Readonly<Record<string, Readonly<Counts> & { readonly servedBy: Readonly<Record<string, number>> }>>
  readonly lastDropped: readonly Dropped[]
}

export interface Load {
  start(): void
  /** No new requests; answers when the last one in flight has ended. What was counted stays. */
  stop(): Promise<void>
  report(): LoadReport
}

/** A sandbox, no benchmark: what two cores serve beside everything else. */
const MOST_PER_SECOND = 300
const TICK_MS = 20
/** What a stalled process makes up for: more at once would be a burst that nobody asked for. */
const MOST_BEHIND_MS = 250
const KEPT = 50

export function createLoad(options: {
  /** The load balancer. */
  readonly to: string
  readonly streams: readonly Stream[]
  readonly timeoutMs?: number
}): Load {
  const { timeoutMs = 5_000 } = options
  const wanted = options.streams.reduce((sum, s) => sum + s.perSecond, 0)
  const share = Math.min(1, MOST_PER_SECOND / wanted)
  // Streams begin out of step, so that forty slow ones do not fire as one.
  const streams = options.streams.map((s, i) => ({
    ...s,
    perMs: (s.perSecond * share) / 1000,
    due: i / options.streams.length,
  }))
  const none = (): Counts => ({ sent: 0, answered: 0, dropped: 0, failed: 0, pages: 0 })
  const total = none()
  const byHost = new Map(streams.map((s) => [s.host, none()]))
  /** Answers by cluster, by host. */
  const servedBy = new Map<string, Record<string, number>>(streams.map((s) => [s.host, {}]))
  const lastDropped: Dropped[] = []

  let agent = new Agent({ keepAlive: true })
  let timer: NodeJS.Timeout | undefined
  let inFlight = 0
  const whenIdle: (() => void)[] = []

  function one({ host, to = async () => options.to }: Stream): void {
    const counts = [total, byHost.get(host) ?? none()]
    const count = (what: keyof Counts) => {
      for (const c of counts) c[what]++
    }
    count('sent')
    inFlight++
    let ended = false
    const end = (what: Exclude<keyof Counts, 'sent'>, because?: string) => {
      if (ended) return
      ended = true
      callOff()
      count(what)
      if (because !== undefined) {
        lastDropped.push({ at: new Date().toISOString(), host, because })
        if (lastDropped.length > KEPT) lastDropped.shift()
      }
      inFlight--
      if (inFlight === 0) for (const tell of whenIdle.splice(0)) tell()
    }
    let request: ClientRequest | undefined
    const callOff = whenIdleFor(timeoutMs, () => {
      end('dropped', `no answer in ${timeoutMs} ms`)
      request?.destroy()
    })
    const go = (where: string) => {
      if (ended) return
      const { hostname, port } = new URL(where)
      request = send({ agent, host: hostname, port, path: '/', headers: { host } })
      request.on('error', (error) => end('dropped', error.message))
      request.on('response', heard)
      request.end()
    }
    const heard = (answer: IncomingMessage) => {
      const status = answer.statusCode ?? 0
      const proxys = answer.headers['x-served-by'] === 'proxy'
      const cluster = answer.headers['x-cluster']?.toString()
      const served = servedBy.get(host)
      if (cluster !== undefined && served) served[cluster] = (served[cluster] ?? 0) + 1
      let why = ''
      answer.on('data', (chunk: Buffer) => {
        if (proxys) why += chunk.toString('utf8')
      })
      answer.on('error', (error) => end('dropped', error.message))
      answer.on('end', () => {
        if (proxys) end('dropped', `${status}: ${why.trim()}`)
        else if (answer.headers['x-served-by'] === 'page') end('pages')
        else end(status >= 500 ? 'failed' : 'answered')
      })
    }
    // Also where it cannot be sent there: what is counted as sent has an end.
    to()
      .then(go)
      .catch((error: unknown) => end('dropped', error instanceof Error ? error.message : String(error)))
  }

  return {
    start() {
      if (timer) return
      let before = performance.now()
      timer = setInterval(() => {
        const now = performance.now()
        const passed = Math.min(now - before, MOST_BEHIND_MS)
        before = now
        for (const stream of streams) {
          stream.due += stream.perMs * passed
          for (; stream.due >= 1; stream.due--) one(stream)
        }
      }, TICK_MS)
    },
    async stop() {
      clearInterval(timer)
      timer = undefined
      if (inFlight > 0) await new Promise<void>((resolve) => whenIdle.push(resolve))
      agent.destroy()
      agent = new Agent({ keepAlive: true })
    },
    report: () => ({
      ...total,
      running: timer !== undefined,
      inFlight,
      byHost: Object.fromEntries(
        [...byHost].map(([host, counts]) => [host, { ...counts, servedBy: { ...servedBy.get(host) } }]),
      ),
      lastDropped: [...lastDropped],
    }),
  }
}
