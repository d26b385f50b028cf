/**
 * The pods' network: one server answers for every pod of both clusters, because pods' addresses cannot be bound on every
 * machine. Whoever wants a pod sends its address in `x-pod-ip`; a pod that is gone, was never ready or does not listen
 * breaks the connection, as its address would. What a pod was asked before it began to end it still answers, as its grace
 * period is for.
 */
import { listen, type Listening } from '../listen.ts'
import type { PodChange, Probe, RunningPod } from '../types.ts'
import type { AppFaults } from './app-faults.ts'
import { roleOf } from './roles.ts'

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

  const see: PodChange = (pod, is) => {
    const before = known.get(pod.ip)
    const same = before?.pod.cluster === pod.cluster && before.pod.name === pod.name
    if (is === 'gone') {
      if (same && before.listens && !pod.terminating) killed.add(idOf(pod))
      if (same) known.delete(pod.ip)
      return
    }
    known.set(pod.ip, { pod, listens: pod.ready || (same && before.listens) })
  }

  const server = await listen((request, response) => {
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
  })

  return {
    ...server,
    see,
    listens: (ip) => known.get(ip)?.listens === true,
    // In the process: a socket for each of a hundred targets each second would cost more than the traffic does.
    probe: async ({ id }) => known.get(id)?.listens === true && known.get(id)?.pod.ready === true,
  }
}

const idOf = ({ cluster, namespace, name }: RunningPod) => `${cluster}/${namespace}/${name}`
