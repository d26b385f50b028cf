import type { AddressInfo } from 'node:net'
import type { State } from '@temporalio/worker'
import { afterEach, expect, test } from 'vitest'
import { serveHealth } from '../../../src/worker/health.ts'

const open: { close(): void }[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

/** What Kubernetes is answered while the worker is in this state. */
async function asked(state: State, path: string): Promise<readonly [number, unknown]> {
  const server = await serveHealth({ getState: () => state }, 0, '127.0.0.1')
  open.push(server)
  const { port } = server.address() as AddressInfo // it listens on TCP
  const answer = await fetch(`http://127.0.0.1:${port}${path}`)
  return [answer.status, await answer.json()]
}

test.for([
  { state: 'INITIALIZED', alive: 200, ready: 503 },
  { state: 'RUNNING', alive: 200, ready: 200 },
  { state: 'STOPPING', alive: 200, ready: 503 },
  { state: 'DRAINING', alive: 200, ready: 503 },
  { state: 'DRAINED', alive: 200, ready: 503 },
  { state: 'STOPPED', alive: 503, ready: 503 },
  { state: 'FAILED', alive: 503, ready: 503 },
] as const)('a worker that is $state: alive $alive, ready $ready', async ({ state, alive, ready }) => {
  expect(await asked(state, '/healthz')).toEqual([alive, { state }])
  expect(await asked(state, '/readyz')).toEqual([ready, { state }])
})

test('any other path is told what there is', async () => {
  expect(await asked('RUNNING', '/')).toEqual([404, { error: 'ask for /healthz or /readyz' }])
})

test('a port that is taken is an error, not a worker without health', async () => {
  const first = await serveHealth({ getState: () => 'RUNNING' }, 0, '127.0.0.1')
  open.push(first)
  const { port } = first.address() as AddressInfo // it listens on TCP
  await expect(serveHealth({ getState: () => 'RUNNING' }, port, '127.0.0.1')).rejects.toThrow('EADDRINUSE')
})
