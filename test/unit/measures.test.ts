import { expect, test } from 'vitest'
import { bufferPresets } from '../../src/domain/buffer-presets.ts'
import { addressOf, isHttp, numbersAt, total } from '../../src/domain/measures.ts'

// As Fluent Bit and Fluentd answer: https://docs.fluentbit.io/manual/administration/monitoring,
// https://docs.fluentd.org/monitoring-fluentd/monitoring-rest-api
const fluentBit = {
  storage_layer: { chunks: { total_chunks: 6, mem_chunks: 4, fs_chunks: 2, fs_chunks_up: 1, fs_chunks_down: 1 } },
  input_chunks: { 'tail.0': { chunks: { total: 5, busy: 2 } }, 'cpu.1': { chunks: { total: 1, busy: 0 } } },
}
const fluentd = {
  plugins: [
    { plugin_id: 'in', plugin_category: 'input', type: 'forward', retry_count: null },
    { plugin_id: 's3', plugin_category: 'output', type: 's3', buffer_queue_length: 2, buffer_total_queued_size: 900 },
    { plugin_id: 'es', plugin_category: 'output', type: 'es', buffer_queue_length: 0, buffer_total_queued_size: 0 },
  ],
}

test.for([
  { says: 'one number', of: fluentBit, at: '/storage_layer/chunks/total_chunks', is: [6] },
  { says: 'of every key', of: fluentBit, at: '/input_chunks/*/chunks/busy', is: [2, 0] },
  { says: 'of every item that has one', of: fluentd, at: '/plugins/*/buffer_queue_length', is: [2, 0] },
  { says: 'of one item', of: fluentd, at: '/plugins/1/buffer_total_queued_size', is: [900] },
  { says: 'none where there is no such key', of: fluentd, at: '/plugins/*/depth', is: [] },
  { says: 'none where it is no number', of: fluentd, at: '/plugins/0/type', is: [] },
  { says: 'none in what is no JSON', of: 'metric 1', at: '/metric', is: [] },
  { says: 'none of what everything inherits', of: {}, at: '/constructor/length', is: [] },
  { says: 'a key with a slash and a tilde', of: { 'a/b~': 3 }, at: '/a~1b~0', is: [3] },
])('$says', ({ of, at, is }) => expect(numbersAt(of, at)).toEqual(is))

test.for([
  { says: 'all of them', parts: [[1, 2], [3]], is: 6 },
  { says: 'zero where all are', parts: [[0], [0, 0]], is: 0 },
  { says: 'unknown where one tells nothing', parts: [[1], []], is: null },
  { says: 'unknown where nobody is asked', parts: [], is: null },
])('together they are $says', ({ parts, is }) => expect(total(parts)).toBe(is))

test.for([
  [':2020/api/v1/storage', { of: 'pods', port: '2020', path: '/api/v1/storage' }],
  [
    'http://mq.queues:15672/api/q?x=1',
    { of: 'service', scheme: 'http', service: 'mq', namespace: 'queues', port: '15672', path: '/api/q?x=1' },
  ],
  [
    'https://mq.queues.svc/q',
    { of: 'service', scheme: 'https', service: 'mq', namespace: 'queues', port: '443', path: '/q' },
  ],
  [
    'http://mq.queues.svc.cluster.local/q',
    { of: 'service', scheme: 'http', service: 'mq', namespace: 'queues', port: '80', path: '/q' },
  ],
  ['http://mq/q', undefined],
  ['http://queue.example.com/q', undefined],
  ['http://10.0.0.1:80/q', undefined],
  [':2020', undefined],
  ['mq.queues/q', undefined],
] as const)('%s', ([http, is]) => expect(addressOf(http)).toEqual(is))

test('every preset says how it is measured, on one side and in its own namespace', () => {
  for (const preset of Object.values(bufferPresets)) {
    if (isHttp(preset.depth)) expect(addressOf(preset.depth.http)?.of).toBe('pods')
    else {
      const selectors = preset.depth.match(/\{[^}]*cluster="\{cluster\}",namespace=~"\{namespaces\}"\}/g)
      expect(selectors).toHaveLength(preset.depth.match(/sum\(/g)?.length ?? 0)
    }
    if ('flush' in preset) expect(addressOf(preset.flush)?.of).toBe('pods')
  }
  expect(numbersAt(fluentBit, bufferPresets['fluent-bit'].depth.value)).toEqual([6])
})
