import { request } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppFaults } from '../../../src/sandbox/traffic/app-faults.ts'
import { startPodNetwork, type PodNetwork } from '../../../src/sandbox/traffic/pods.ts'
import { startProxy } from '../../../src/sandbox/traffic/proxy.ts'
import {
  acceptOf,
  GOING_AWAY,
  newKey,
  NORMAL,
  webSocketOver,
  type WebSocketEnd,
} from '../../../src/sandbox/traffic/web-sockets.ts'
import { eventually } from '../../support/eventually.ts'
import { aPod, FakeElb } from './stand-ins.ts'

let network: PodNetwork
let proxy: Awaited<ReturnType<typeof startProxy>>
let elb: FakeElb
const blue = aPod('b', 'web', { ip: '10.1.0.1' })

beforeEach(async () => {
  elb = new FakeElb()
  network = await startPodNetwork({ faults: new AppFaults(() => 'blue'), answered: () => undefined })
  proxy = await startProxy({ elbv2: elb, pods: network.url })
  network.see(blue, 'ready')
  elb.targets.set('tg/blue', [{ id: blue.ip, port: 8080 }])
  elb.forward = [{ targetGroupArn: 'tg/blue', weight: 100 }]
})
afterEach(async () => {
  await proxy.stop()
  await network.stop()
})

interface Client extends WebSocketEnd {
  readonly heard: readonly string[]
  /** Absent: it is open. */
  readonly code?: number | 'broke off'
}

const open = (host = 'chat.test'): Promise<Client> =>
  new Promise((done, failed) => {
    const key = newKey()
    const asks = {
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-key': key,
      'sec-websocket-version': '13',
    }
    const asked = request(proxy.url, { headers: { host, ...asks } })
    asked.on('error', failed)
    asked.on('response', (answer) => failed(new Error(String(answer.statusCode))))
    asked.on('upgrade', (answer, socket: Duplex, head: Buffer) => {
      expect(answer.headers['sec-websocket-accept']).toBe(acceptOf(key))
      const heard: string[] = []
      const client: { code?: number | 'broke off' } = {}
      const end = webSocketOver(socket, {
        head,
        masks: true,
        heard: (text) => heard.push(text),
        ended: (code) => void (client.code = code ?? 'broke off'),
      })
      done(Object.assign(client, end, { heard }))
    })
    asked.end()
  })

test('a key is accepted as the specification has it', () => {
  expect(acceptOf('dGhlIHNhbXBsZSBub25jZQ==')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
})

test('each message is answered by the pod that was chosen once, whatever the weights are by then', async () => {
  const client = await open()
  client.send('one')
  await eventually('an answer', () => client.heard.length === 1)
  elb.forward = []
  const long = 'x'.repeat(300)
  client.send(long)
  await eventually('another', () => client.heard.length === 2)
  expect(client.heard).toEqual(['blue one', `blue ${long}`])
  client.close(NORMAL)
  await eventually('the end', () => client.code !== undefined)
  expect(client.code).toBe(NORMAL)
})

test('what comes with the request itself is answered too, and first', async () => {
  const { hostname, port } = new URL(network.url)
  const key = newKey()
  const asks = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Key: ${key}`, `X-Pod-Ip: ${blue.ip}`]
  const socket = connect(Number(port), hostname)
  try {
    const said: Buffer[] = []
    socket.on('data', (chunk: Buffer) => said.push(chunk))
    // In one write, so that the second is behind the request when that is read.
    const messages = Buffer.concat([textFrame('one'), textFrame('two')])
    socket.write(Buffer.concat([Buffer.from(['GET / HTTP/1.1', 'Host: x', ...asks, '', ''].join('\r\n')), messages]))
    await eventually('both are answered', () => Buffer.concat(said).includes('blue two'))
    const text = Buffer.concat(said).toString('latin1')
    expect(text.indexOf('101 ')).toBeLessThan(text.indexOf('blue one'))
    expect(text.indexOf('blue one')).toBeLessThan(text.indexOf('blue two'))
  } finally {
    socket.destroy()
  }
})

/** As a client masks it: with zeroes, which change nothing. */
const textFrame = (text: string) =>
  Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])

test('a pod that is told to end says so; one that is gone breaks off', async () => {
  const [one, other] = [await open(), await open()]
  network.see({ ...blue, ready: false, terminating: true }, 'terminating')
  await eventually('both are told', () => one.code !== undefined && other.code !== undefined)
  expect([one.code, other.code]).toEqual([GOING_AWAY, GOING_AWAY])
  const third = aPod('c', 'web', { ip: '10.1.0.3' })
  network.see(third, 'ready')
  elb.targets.set('tg/blue', [{ id: third.ip, port: 8080 }])
  const last = await open()
  network.see(third, 'gone')
  await eventually('it broke off', () => last.code !== undefined)
  expect(last.code).toBe('broke off')
})

test('a host without a rule, and a pod that is not there, are refused as requests are', async () => {
  await expect(open('other.test')).rejects.toThrow('503')
  network.see(blue, 'gone')
  await expect(open()).rejects.toThrow('502')
})
