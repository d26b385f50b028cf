import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface QuietPrometheus {
  readonly url: string
  /** How many queries it has answered. */
  asked(): number
  close(): Promise<void>
}

/** Answers every query with nothing amiss, on loopback. */
export async function quietPrometheus(): Promise<QuietPrometheus> {
  let asked = 0
  const answer = JSON.stringify({ status: 'success', data: { resultType: 'scalar', result: [0, '0'] } })
  const server = createServer((request, response) => {
    asked += 1
    request.resume()
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    asked: () => asked,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
