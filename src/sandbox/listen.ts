import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

export interface Listening {
  readonly url: string
  stop(): Promise<void>
}

/** What becomes of a connection whose client asks for another protocol; left out: it is answered as a request. */
type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/**
 * An HTTP server on loopback. Connections are kept until `stop`: a server that ended an idle one just as its client
 * picked it up again would look like a dropped request.
 */
export async function listen(answer: RequestListener, port = 0, upgrade?: Upgrade): Promise<Listening> {
  const server: Server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, answer)
  /** Connections that are no HTTP any more, which the server knows nothing of. */
  const upgraded = new Set<Duplex>()
  if (upgrade)
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      upgraded.add(socket)
      socket.on('close', () => upgraded.delete(socket))
      upgrade(request, socket, head)
    })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const { port: taken } = server.address() as AddressInfo // a TCP server that listens has one
  return {
    url: `http://127.0.0.1:${taken}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
        for (const socket of upgraded) socket.destroy()
      }),
  }
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer) // no encoding was set, so these are buffers
  return Buffer.concat(chunks).toString('utf8')
}

/** Answers in JSON; a text is sent as it is. */
export function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
