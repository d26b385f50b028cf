import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Listening {
  readonly url: string
  stop(): Promise<void>
}

/**
 * An HTTP server on loopback. Connections are kept until `stop`: a server that ended an idle one just as its client
 * picked it up again would look like a dropped request.
 */
export async function listen(answer: RequestListener, port = 0): Promise<Listening> {
  const server: Server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, answer)
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
      }),
  }
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer) // no encoding was set, so these are buffers
  return Buffer.concat(chunks).toString('utf8')
}
