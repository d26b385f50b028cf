/**
 * The pods' network: one server answers for every pod of both clusters, because pods' addresses cannot be bound on every
 * machine. Whoever wants a pod sends its address in `x-pod-ip`; a pod that is gone, was never ready or does not listen
 * breaks the connection, as its address would. What a pod was asked before it began to end it still answers, as its grace
 * period is for.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { listen, type Listening } from '../listen.ts'
import type { PodChange, Probe, RunningPod } from '../types.ts'
import type { AppFaults } from './app-faults.ts'
import { roleOf } from './roles.ts'
import { acceptOf, GOING_AWAY, webSocketOver, type WebSocketEnd } from './web-sockets.ts'

export interface Answered {
  readonly pod: RunningPod
  readonly status: number
  readonly seconds: number
}

export interface PodNetwork extends Listening {
  /** To be told of every pod of every cluster. */
  readonly see: PodChange
  /** Whether a connection to that address would be taken. */
  listens(ip: string): boolean
  /** The health check of a load balancer: would this pod answer? */
  readonly probe: Probe
}

interface Known {
  readonly pod: RunningPod
  readonly listens: boolean
}

export async function startPodNetwork(options: {
  readonly faults: AppFaults
  readonly answered: (answer: Answered) => void
}): Promise<PodNetwork> {
  const known = new Map<string, Known>()
  /** Pods that ended with their node, or by force: without a grace period for what was in flight. */
  const killed = new Set<string>()
  /** WebSockets that are open, by pod. */
  const open = new Map<string, Set<{ readonly socket: Duplex; readonly end: WebSocketEnd }>>()

  const see: PodChange = (pod, is) => {
    // An app that is told to end says so to whoever keeps a connection; what stays nevertheless goes with the pod.
    if (is === 'terminating') for (const { end } of open.get(idOf(pod)) ?? []) end.close(GOING_AWAY)
    if (is === 'gone') for (const { socket } of open.get(idOf(pod)) ?? []) socket.destroy()
    const before = known.get(pod.ip)
    const same = before?.pod.cluster === pod.cluster && before.pod.name === pod.name
    if (is === 'gone') {
      if (same && before.listens && !pod.terminating) killed.add(idOf(pod))
      if (same) known.delete(pod.ip)
      return
    }
    known.set(pod.ip, { pod, listens: pod.ready || (same && before.listens) })
  }

  const server = await listen(
    (request, response) => {
      const found = known.get(String(request.headers['x-pod-ip']))
      if (!found?.listens) return void request.socket.destroy()
      const { pod } = found
      request.resume()

      const answer = (status: number, body: string) => {
        response.writeHead(status, {
          'content-type': 'text/plain',
          'x-app': pod.labels['app'] ?? '',
          'x-cluster': pod.cluster,
          'x-pod': pod.name,
        })
        response.end(body)
      }

      if (request.url === '/healthz') return answer(200, 'ok')
      if (roleOf(pod) !== 'web') return void request.socket.destroy()

      const began = performance.now()
      const { fails, addedMs } = options.faults.next(pod)
      setTimeout(
        () => {
          if (killed.has(idOf(pod))) return void request.socket.destroy()
          const status = fails ? 500 : 200
          answer(status, fails ? 'the app failed' : 'hello')
          options.answered({ pod, status, seconds: (performance.now() - began) / 1000 })
        },
        1 + Math.random() * 4 + addedMs,
      )
    },
    0,
    upgrade,
  )

  /** Says each message back, behind the name of its cluster. */
  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const found = known.get(String(request.headers['x-pod-ip']))
    const key = request.headers['sec-websocket-key']
    if (!found?.listens || roleOf(found.pod) !== 'web' || key === undefined) return void socket.destroy()
    const { pod } = found
    const id = idOf(pod)
    const its = open.get(id) ?? new Set()
    open.set(id, its)
    const accept = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${acceptOf(key)}`]
    socket.write(['HTTP/1.1 101 Switching Protocols', ...accept, '', ''].join('\r\n'))
    const end = webSocketOver(socket, {
      head,
      masks: false,
      heard: (text) => end.send(`${pod.cluster} ${text}`),
      ended: () => its.delete(one),
    })
    const one = { socket, end }
    its.add(one)
    if (pod.terminating) end.close(GOING_AWAY)
  }

  return {
    ...server,
    see,
    listens: (ip) => known.get(ip)?.listens === true,
    // In the process: a socket for each of a hundred targets each second would cost more than the traffic does.
    probe: async ({ id }) => known.get(id)?.listens === true && known.get(id)?.pod.ready === true,
  }
}

const idOf = ({ cluster, namespace, name }: RunningPod) => `${cluster}/${namespace}/${name}`
