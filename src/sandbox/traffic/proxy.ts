/**
 * The load balancer's data plane: finds the rule by host, splits by its weights, and sends each request once, to a target
 * that serves. It retries nothing, so what an upgrade drops stays dropped.
 */
import { Agent, request as send, type IncomingMessage, type ServerResponse } from 'node:http'
import { listen, type Listening } from '../listen.ts'
import type { ListenerRule, SandboxAws } from '../types.ts'
import { whenIdleFor } from './patience.ts'
import { takingTurns } from './shares.ts'
import { refuse, tunnel } from './tunnel.ts'

export interface ProxyOptions {
  readonly elbv2: Pick<SandboxAws['elbv2'], 'rules' | 'serving'>
  /** Where the pods' network listens. */
  readonly pods: string
  readonly port?: number
  /** To be told of every answer of a target. */
  readonly answered?: SandboxAws['metrics']['answered']
  /** And of every request that its target did not answer. */
  readonly unanswered?: SandboxAws['metrics']['unanswered']
  /** Whether there is anybody at that address; left out: always. What breaks off nevertheless was connected to. */
  readonly listens?: (ip: string) => boolean
  /** How long a pod may take. */
  readonly timeoutMs?: number
}

/** Of this hop alone, or set anew for the next one. */
const HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'x-pod-ip'])

export async function startProxy(options: ProxyOptions): Promise<Listening> {
  const { elbv2, listens = () => true, timeoutMs = 5_000 } = options
  const { answered = () => undefined, unanswered = () => undefined } = options
  const agent = new Agent({ keepAlive: true })
  const pods = new URL(options.pods)
  const turnOf = takingTurns()
  const pick = ({ ruleArn, forward }: ListenerRule) =>
    turnOf(
      ruleArn,
      forward.map(({ targetGroupArn: name, weight }) => ({ name, weight })),
    )
  const turn = new Map<string, number>()

  const server = await listen(
    (request, response) => {
      const to = chosen(request)
      if (typeof to === 'string') own(response, 503, to)
      else if ('page' in to) answer(response, to.page)
      else forward(request, response, to.ip, to.by)
    },
    options.port,
    (request, socket, head) => {
      const to = chosen(request)
      if (typeof to === 'string') refuse(socket, 503, to)
      else if ('page' in to) refuse(socket, to.page.status, to.page.body)
      else tunnel(request, socket, { pods, ip: to.ip, head })
    },
  )

  /** Whose turn it is; a text says why it is nobody's. */
  function chosen({ headers }: IncomingMessage) {
    const host = (headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
    const rule = elbv2.rules().find((r) => r.hosts.includes(host))
    if (!rule) return `no rule for ${host}`
    if (rule.page) return { page: rule.page }
    const group = pick(rule)
    if (group === undefined) return `no target group of ${host} has a weight`
    const target = next(group)
    if (!target) return `no target in ${group}`
    return { ip: target.id, by: { ruleArn: rule.ruleArn, targetGroupArn: group } }
  }

  /** Targets of a group take turns. */
  function next(group: string) {
    const targets = elbv2.serving(group)
    const n = turn.get(group) ?? 0
    turn.set(group, n + 1)
    return targets[n % targets.length]
  }

  function forward(
    request: IncomingMessage,
    response: ServerResponse,
    ip: string,
    by: { readonly ruleArn: string; readonly targetGroupArn: string },
  ): void {
    const began = performance.now()
    const headers = { ...ownHeaders(request), 'x-pod-ip': ip }
    const upstream = send({
      agent,
      host: pods.hostname,
      port: pods.port,
      method: request.method,
      path: request.url,
      headers,
    })
    const give = (status: number, why: string) => {
      if (response.headersSent) response.destroy()
      else own(response, status, why)
    }
    // As of when it is asked: one that ends meanwhile was connected to.
    const refused = !listens(ip)
    let late = false
    let counted = false
    const count = () => {
      if (!counted) unanswered({ ...by, refused })
      counted = true
    }
    const callOff = whenIdleFor(timeoutMs, () => {
      late = true
      upstream.destroy()
      count()
      give(504, `${ip} did not answer in ${timeoutMs} ms`)
    })

    upstream.on('response', (answer) => {
      const status = answer.statusCode ?? 502
      counted = true
      answered({ ...by, status, seconds: (performance.now() - began) / 1000 })
      response.writeHead(status, ownHeaders(answer))
      answer.on('error', () => response.destroy())
      answer.pipe(response)
    })
    upstream.on('error', (error) => {
      count()
      if (!late) give(502, `${ip}: ${error.message}`)
    })
    response.on('close', () => {
      callOff()
      if (!response.writableFinished) upstream.destroy()
    })
    request.pipe(upstream)
  }

  return {
    url: server.url,
    async stop() {
      await server.stop()
      agent.destroy()
    },
  }
}

const ownHeaders = ({ headers }: IncomingMessage) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP.has(name)))

/** A rule's own answer, as it was written: nobody failed. */
function answer(response: ServerResponse, { status, type, body }: NonNullable<ListenerRule['page']>): void {
  response.writeHead(status, { 'x-served-by': 'page', 'content-type': type })
  response.end(body)
}

function own(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'x-served-by': 'proxy', 'content-type': 'text/plain' })
  response.end(`${why}\n`)
}
