import { request as send, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/**
 * Passes an upgraded connection (a WebSocket) on to a pod and back, for as long as both ends keep it. Whatever weights say
 * meanwhile: a load balancer chooses a target once for it.
 */
export function tunnel(
  request: IncomingMessage,
  client: Duplex,
  to: { readonly pods: URL; readonly ip: string; readonly head: Buffer },
): void {
  const upstream = send({
    host: to.pods.hostname,
    port: to.pods.port,
    path: request.url,
    headers: { ...request.headers, 'x-pod-ip': to.ip },
  })
  client.on('error', () => upstream.destroy())
  upstream.on('error', (error) => refuse(client, 502, `${to.ip}: ${error.message}`))
  upstream.on('response', (answer) => {
    answer.resume()
    refuse(client, 502, `${to.ip} answered ${answer.statusCode} where it was asked to upgrade`)
  })
  upstream.on('upgrade', (answer, pod, head) => {
    const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}`)
    client.write([`HTTP/1.1 101 Switching Protocols`, ...lines, '', ''].join('\r\n'))
    if (head.length > 0) client.write(head)
    if (to.head.length > 0) pod.write(to.head)
    pod.pipe(client)
    client.pipe(pod)
    for (const [one, other] of [
      [pod, client],
      [client, pod],
    ] as const) {
      one.on('error', () => other.destroy())
      // What was said last arrives.
      one.on('close', () => other.end(() => other.destroy()))
    }
  })
  upstream.end()
}

/** As whoever refuses it would a request. */
export function refuse(client: Duplex, status: number, why: string): void {
  client.end(
    `HTTP/1.1 ${status} Refused\r\nx-served-by: proxy\r\ncontent-length: ${why.length + 1}\r\nconnection: close\r\n\r\n${why}\n`,
  )
}
