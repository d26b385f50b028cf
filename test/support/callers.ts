import { Agent, request as send, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { whenIdleFor } from '../../src/sandbox/traffic/patience.ts'
import { acceptOf, newKey, NORMAL, webSocketOver, type WebSocketEnd } from '../../src/sandbox/traffic/web-sockets.ts'

/** What callers of one host have seen: nothing is asked twice of which it is not known that it was not answered. */
export interface Seen {
  /** Over connections that are kept. */
  readonly requests: number
  /** Over WebSockets, each answered. */
  readonly messages: number
  /** WebSockets that their server ended in order; their callers have come again. */
  readonly ended: number
  /** Answers by cluster. */
  readonly by: Readonly<Record<string, number>>
  /** 5xx that the app made. */
  readonly failed: number
  readonly dropped: readonly string[]
}

const LATE_MS = 5_000
const BETWEEN_MS = 40

/** Callers of `host` at `url`, each of which asks again once it is answered, all of them `rate` times a second at most. */
export function startCallers(options: {
  readonly url: string
  readonly host: string
  readonly connections: number
  readonly rate: number
  readonly sockets: number
  /** A WebSocket is left after about so long, and comes again: so they are on both sides. */
  readonly lifeMs?: number
}): { seen(): Seen; stop(): Promise<Seen> } {
  const { url, host, connections, rate, sockets, lifeMs = 20_000 } = options
  const eachMs = (1000 * connections) / rate
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const { hostname, port } = new URL(url)
  const to = { host: hostname, port, path: '/' }
  const by: Record<string, number> = {}
  const dropped: string[] = []
  const counts = { requests: 0, messages: 0, ended: 0, failed: 0 }
  const end = new AbortController()
  const isOver = () => end.signal.aborted
  const drop = (why: string) => void dropped.push(`${new Date().toISOString()} ${why}`)
  const answeredBy = (cluster: string) => void (by[cluster] = (by[cluster] ?? 0) + 1)

  const ask = (): Promise<void> =>
    new Promise((done) => {
      counts.requests += 1
      let over = false
      const end = (why?: string) => {
        if (over) return
        over = true
        callOff()
        if (why !== undefined) drop(why)
        done()
      }
      const request = send({ ...to, agent, headers: { host } })
      const callOff = whenIdleFor(LATE_MS, () => {
        end(`request: no answer in ${LATE_MS} ms`)
        request.destroy()
      })
      request.on('error', (error) => end(`request: ${error.message}`))
      request.on('response', (answer: IncomingMessage) => {
        let text = ''
        answer.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
        answer.on('error', (error) => end(`request: ${error.message}`))
        answer.on('end', () => {
          if (answer.headers['x-served-by'] === 'proxy') return end(`request: ${answer.statusCode} ${text.trim()}`)
          answeredBy(String(answer.headers['x-cluster']))
          if ((answer.statusCode ?? 0) >= 500) counts.failed += 1
          end()
        })
      })
      request.end()
    })

  async function caller(): Promise<void> {
    // Out of step with the others.
    await sleep(Math.random() * eachMs)
    for (let due = performance.now(); !isOver();) {
      await ask()
      due += eachMs
      const early = due - performance.now()
      if (early > 0) await sleep(early)
      // What was late is not made up for.
      else due -= early
    }
  }

  /** One connection to its end; throws where that was none in order. What was not answered by then is asked again. */
  async function conversation(): Promise<void> {
    const until = Date.now() + lifeMs * (0.5 + Math.random())
    let heard: (text: string) => void = () => undefined
    let over: (code: number | undefined) => void = () => undefined
    const ended = new Promise<number | undefined>((done) => (over = done))
    const peer = await opened(to, host, { heard: (text) => heard(text), ended: (code) => over(code) })
    while (!isOver() && Date.now() < until) {
      const said = String(counts.messages)
      const answer = new Promise<string>((done) => (heard = done))
      peer.send(said)
      const came = await inTime(Promise.race([answer, ended]))
      if (came === 'late') throw new Error(`no answer to a message in ${LATE_MS} ms`)
      if (typeof came !== 'string') break
      const [cluster = '', same] = came.split(' ')
      if (same !== said) throw new Error(`answered ${came} to ${said}`)
      counts.messages += 1
      answeredBy(cluster)
      await sleep(BETWEEN_MS)
    }
    peer.close(NORMAL)
    const code = await inTime(ended)
    if (code === undefined) throw new Error('the connection broke off')
    if (code === 'late') throw new Error('it was not ended in order')
    if (code !== NORMAL) counts.ended += 1
  }

  async function conversations(): Promise<void> {
    while (!isOver())
      await conversation().catch((error: unknown) => {
        drop(`WebSocket: ${error instanceof Error ? error.message : String(error)}`)
        return sleep(BETWEEN_MS)
      })
  }

  const all = [...Array.from({ length: connections }, caller), ...Array.from({ length: sockets }, conversations)]
  const seen = (): Seen => ({ ...counts, by: { ...by }, dropped: [...dropped] })
  return {
    seen,
    async stop() {
      end.abort()
      await Promise.all(all)
      agent.destroy()
      return seen()
    },
  }
}

const opened = (
  to: { readonly host: string; readonly port: string; readonly path: string },
  host: string,
  heard: { heard: (text: string) => void; ended: (code: number | undefined) => void },
): Promise<WebSocketEnd> =>
  new Promise((done, failed) => {
    const key = newKey()
    const asks = {
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-version': '13',
      'sec-websocket-key': key,
    }
    const request = send({ ...to, headers: { host, ...asks }, agent: false })
    request.on('error', failed)
    request.on('response', (answer) => {
      answer.resume()
      failed(new Error(`${answer.statusCode} where it asked to upgrade`))
    })
    request.on('upgrade', (answer, socket: Duplex, head: Buffer) => {
      if (answer.headers['sec-websocket-accept'] !== acceptOf(key)) return failed(new Error('accepted another key'))
      done(webSocketOver(socket, { head, masks: true, ...heard }))
    })
    request.end()
  })

async function inTime<T>(awaited: Promise<T>): Promise<T | 'late'> {
  const late = Promise.withResolvers<'late'>()
  const callOff = whenIdleFor(LATE_MS, () => late.resolve('late'))
  return Promise.race([awaited, late.promise]).finally(callOff)
}
