import { beforeEach, expect, test } from 'vitest'
import { createBuffers, type Buffers } from '../../../src/sandbox/buffers.ts'
import { aPod } from './stand-ins.ts'

const web = aPod('web', 'web')
const fluentd = aPod('fluentd', 'log-buffer', { namespace: 'fluentd' })
const postfix = aPod('postfix', 'mail-buffer', { namespace: 'postfix' })

let nowMs: number
let buffers: Buffers
beforeEach(() => {
  nowMs = 1_000_000
  buffers = createBuffers(() => nowMs)
})

/** A hundred requests a second, a tick every hundred milliseconds. */
function traffic(ms: number, requests = 10): void {
  for (let passed = 0; passed < ms; passed += 100) {
    for (let i = 0; i < requests; i++) buffers.answered(web)
    nowMs += 100
    buffers.tick()
  }
}
const quiet = (ms: number) => traffic(ms, 0)
const depths = () => Object.fromEntries(buffers.depths().map((d) => [d.namespace, d.depth]))

test('while there is traffic the depth is small and above zero; soon after it, zero', () => {
  for (const pod of [fluentd, postfix]) buffers.see(pod, 'ready')
  for (let s = 0; s < 5; s++) {
    traffic(1_000)
    const { fluentd: logs = 0, postfix: mails = 0 } = depths()
    expect(logs).toBeGreaterThan(0)
    expect(logs).toBeLessThan(100)
    expect(mails).toBeGreaterThan(0)
    expect(mails).toBeLessThan(20)
  }
  quiet(2_000)
  expect(depths()).toEqual({ fluentd: 0, postfix: 0 })
  expect(buffers.lost()).toEqual({ records: 0, events: [] })
})

test.for([
  { says: 'what the last pod still held is lost', ends: [fluentd], drained: false, lost: true },
  { says: 'with another pod there, nothing is', ends: [{ ...fluentd, name: 'other' }], drained: false, lost: false },
  { says: 'nor when it was drained before', ends: [fluentd], drained: true, lost: false },
])('$says', ({ ends, drained, lost }) => {
  for (const pod of [postfix, fluentd, ...ends]) buffers.see(pod, 'ready')
  traffic(1_000)
  if (drained) quiet(3_000)
  for (const pod of ends) buffers.see({ ...pod, ready: false, terminating: true }, 'terminating')
  for (const pod of ends) buffers.see(pod, 'gone')
  expect(buffers.lost().records > 0).toBe(lost)
})

test('a terminating buffer sends on what it holds and takes nothing new', () => {
  for (const pod of [fluentd, postfix]) buffers.see(pod, 'ready')
  traffic(1_000)
  buffers.see({ ...fluentd, ready: false, terminating: true }, 'terminating')
  traffic(1_000)
  expect(depths()).toMatchObject({ fluentd: 0 })
  buffers.see(fluentd, 'gone')
  expect(buffers.lost().records).toBe(0)
})

test.for([
  { says: 'apps hold records for a while', waits: 4_000, lost: 0 },
  { says: 'records that no buffer took for more than 5 s are lost', waits: 6_000, lost: 100 },
])('$says', ({ waits, lost }) => {
  buffers.see(postfix, 'ready')
  traffic(1_000)
  quiet(waits)
  buffers.see(fluentd, 'ready')
  quiet(1_000)
  expect(buffers.lost().records).toBe(lost)
  expect(depths()).toEqual({ fluentd: 0, postfix: 0 })
})

test('a buffer of the other cluster does not help', () => {
  buffers.see(postfix, 'ready')
  buffers.see({ ...fluentd, cluster: 'green' }, 'ready')
  traffic(1_000)
  quiet(6_000)
  expect(buffers.lost().records).toBe(100)
})
