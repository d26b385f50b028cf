import { createServer as createHttp2Server } from 'node:http2'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { connect } from '../../src/client/connect.ts'

/** It takes connections, and says nothing. */
let silent: Server
let address: string
const sockets: Socket[] = []
beforeEach(async () => {
  vi.stubEnv('HOME', '/nonexistent') // nothing of this machine's own configuration is seen
  silent = createServer((socket) => sockets.push(socket.on('error', () => undefined)))
  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done))
  address = `127.0.0.1:${(silent.address() as AddressInfo).port}` // it listens on TCP
  vi.stubEnv('TEMPORAL_ADDRESS', address)
})
afterEach(() => {
  vi.unstubAllEnvs()
  silent.close()
  for (const socket of sockets.splice(0)) socket.destroy()
})

const told = async (withinMs: number) => {
  const began = performance.now()
  const said: unknown = await connect({}, withinMs).catch((error: unknown) => error)
  return { said, tookMs: performance.now() - began }
}
const nobody = (why: string) => ({
  code: 'no-server',
  message: expect.stringContaining(`no Temporal server answers at ${address} (${why}).\n`) as unknown,
})

test('where nobody listens nobody is waited for', async () => {
  await new Promise((done) => silent.close(done))
  const { said, tookMs } = await told(30_000)
  expect(said).toMatchObject(nobody(`connect ECONNREFUSED ${address}`))
  expect(tookMs).toBeLessThan(10_000)
})

test('who listens and says nothing is given its time', async () => {
  const { said, tookMs } = await told(300)
  expect(said).toMatchObject(nobody('not within 0.3 s'))
  expect(tookMs).toBeGreaterThan(250)
})

test('who serves no GetSystemInfo has answered', async () => {
  const server = createHttp2Server().on('stream', (stream) => {
    const status = { 'grpc-status': '12', 'grpc-message': 'unknown method GetSystemInfo' }
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...status }, { endStream: true })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  vi.stubEnv('TEMPORAL_ADDRESS', `127.0.0.1:${(server.address() as AddressInfo).port}`) // it listens on TCP
  const { said } = await told(3_000)
  expect(said).not.toBeInstanceOf(Error)
  await (said as AsyncDisposable)[Symbol.asyncDispose]()
  server.close()
})
