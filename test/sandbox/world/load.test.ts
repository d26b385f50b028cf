import { afterEach, expect, test } from 'vitest'
import { listen, type Listening } from '../../../src/sandbox/listen.ts'
import { createLoad, type Load } from '../../../src/sandbox/traffic/load.ts'
import { eventually } from '../../support/eventually.ts'

let server: Listening | undefined
let load: Load | undefined
afterEach(async () => {
  await load?.stop()
  await server?.stop()
})

test.for([
  { says: 'an answer is an answer', status: 200, counts: 'answered' },
  { says: 'a 404 of the app is an answer too', status: 404, counts: 'answered' },
  { says: 'a 500 of the app is a failure', status: 500, counts: 'failed' },
  { says: 'a 503 of the app is a failure', status: 503, counts: 'failed' },
  { says: 'a 503 of the proxy is a drop', status: 503, proxy: true, counts: 'dropped', because: '503: why' },
  { says: 'a broken connection is a drop', status: 'break', counts: 'dropped', because: 'socket hang up' },
  { says: 'no answer in time is a drop', status: 'silence', counts: 'dropped', because: 'no answer in 100 ms' },
] as const)('$says', async (row) => {
  server = await listen((request, response) => {
    if (row.status === 'break') return void request.socket.destroy()
    if (row.status === 'silence') return
    response.writeHead(row.status, 'proxy' in row ? { 'x-served-by': 'proxy' } : {})
    response.end('why')
  })
  // A machine with much to do answers late: only silence is to be taken for silence.
  const timeoutMs = row.status === 'silence' ? 100 : 5_000
  load = createLoad({ to: server.url, streams: [{ host: 'a.test', perSecond: 100 }], timeoutMs })
  load.start()
  const counted = load
  await eventually('ten requests', () => counted.report().sent >= 10)
  await load.stop()

  const { sent, inFlight, lastDropped, byHost, ...counts } = load.report()
  expect(inFlight).toBe(0)
  expect(counts[row.counts]).toBe(sent)
  expect(byHost['a.test']?.[row.counts]).toBe(sent)
  if ('because' in row) expect(lastDropped[0]).toMatchObject({ host: 'a.test', because: row.because })
  else expect(lastDropped).toEqual([])
})

test.for([
  { says: 'no address', to: 'nowhere', because: 'Invalid URL' },
  { says: 'a name that leads nowhere', to: new Error('a.test leads nowhere'), because: 'a.test leads nowhere' },
])('where its next request would go is $says: it is a drop', async ({ to, because }) => {
  const next = () => (typeof to === 'string' ? Promise.resolve(to) : Promise.reject(to))
  load = createLoad({ to: 'http://127.0.0.1:1', streams: [{ host: 'a.test', perSecond: 200, to: next }] })
  load.start()
  const counted = load
  await eventually('five requests', () => counted.report().sent >= 5)
  await load.stop()
  const { sent, dropped, inFlight, lastDropped } = load.report()
  expect({ dropped, inFlight }).toEqual({ dropped: sent, inFlight: 0 })
  expect(lastDropped[0]).toMatchObject({ host: 'a.test', because })
})

test('what is late because the process stood still is not dropped', async () => {
  let stood = false
  server = await listen((_, response) => {
    if (!stood) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500)
    stood = true
    response.end()
  })
  load = createLoad({ to: server.url, streams: [{ host: 'a.test', perSecond: 100 }], timeoutMs: 1_000 })
  load.start()
  const counted = load
  await eventually('ten requests', () => counted.report().sent >= 10)
  await load.stop()
  const { sent, answered, lastDropped } = load.report()
  expect({ answered, lastDropped }).toEqual({ answered: sent, lastDropped: [] })
})

test('what is late because the process has too much to do is not dropped', async () => {
  let isBusy = true
  const work = () => {
    const until = performance.now() + 10
    while (performance.now() < until);
    if (isBusy) setImmediate(work)
  }
  server = await listen((_, response) => void setTimeout(() => response.end(), isBusy ? 600 : 0))
  load = createLoad({ to: server.url, streams: [{ host: 'a.test', perSecond: 20 }], timeoutMs: 200 })
  work()
  load.start()
  const counted = load
  await eventually('five answers', () => counted.report().answered + counted.report().dropped >= 5)
  expect(load.report().lastDropped).toEqual([])
  isBusy = false
  await load.stop()
})

test('of many drops the last fifty are kept', async () => {
  server = await listen((request) => void request.socket.destroy())
  load = createLoad({ to: server.url, streams: [{ host: 'a.test', perSecond: 300 }] })
  load.start()
  const counted = load
  await eventually('sixty requests', () => counted.report().dropped >= 60)
  expect(load.report().lastDropped).toHaveLength(50)
})

test('rates are kept by host, and in all never above 300 a second', async () => {
  server = await listen((_, response) => void response.end())
  load = createLoad({
    to: server.url,
    streams: [
      { host: 'much.test', perSecond: 900 },
      { host: 'little.test', perSecond: 100 },
    ],
  })
  const began = performance.now()
  load.start()
  const counted = load
  await eventually('300 requests', () => counted.report().sent >= 300)
  await load.stop()
  const { byHost, sent } = load.report()
  expect(sent / ((performance.now() - began) / 1000)).toBeLessThan(330)
  expect((byHost['much.test']?.sent ?? 0) / sent).toBeCloseTo(0.9, 1)
})

test('stopped twice and started again, it counts on', async () => {
  server = await listen((_, response) => void response.end())
  load = createLoad({ to: server.url, streams: [{ host: 'a.test', perSecond: 200 }] })
  load.start()
  const counted = load
  await eventually('some requests', () => counted.report().sent > 5)
  await load.stop()
  await load.stop()
  const { sent, running } = load.report()
  expect(running).toBe(false)
  load.start()
  await eventually('more requests', () => counted.report().sent > sent + 5)
  expect(load.report().dropped).toBe(0)
})
