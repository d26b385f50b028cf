import { createServer, type Server } from 'node:http'
import type { Worker } from '@temporalio/worker'

/**
 * For Kubernetes: `/healthz` while the process can work at all, `/readyz` while it takes tasks.
 * Throws when the port is taken.
 */
export async function serveHealth(worker: Pick<Worker, 'getState'>, port: number, host: string): Promise<Server> {
  const server = createServer((request, response) => {
    const state = worker.getState()
    const fine = { '/healthz': state !== 'FAILED' && state !== 'STOPPED', '/readyz': state === 'RUNNING' }[
      request.url ?? ''
    ]
    response.writeHead(fine === undefined ? 404 : fine ? 200 : 503, { 'content-type': 'application/json' })
    response.end(JSON.stringify(fine === undefined ? { error: 'ask for /healthz or /readyz' } : { state }))
  })
  await new Promise<void>((done, failed) => {
    server.once('error', failed)
    server.listen(port, host, done)
  })
  return server
}
