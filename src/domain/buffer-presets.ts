import type { Measure } from './measures.ts'

/** What is known of a buffer whose name says what it is. */
export interface BufferPreset {
  /** How much it has not delivered yet. */
  readonly depth: Measure
  /** On each of its pods: a GET that makes it deliver at once what it would keep for a while. */
  readonly flush?: string
}

export const bufferPresets = {
  // https://github.com/fluent/fluent-plugin-prometheus#prometheus_output_monitor-input-plugin: chunks that wait to be sent,
  // and those that are being filled. https://docs.fluentd.org/deployment/rpc, where `rpc_endpoint 0.0.0.0:24444` is set.
  fluentd: {
    depth:
      'sum(fluentd_output_status_buffer_queue_length{cluster="{cluster}",namespace=~"{namespaces}"})' +
      ' + (sum(fluentd_output_status_buffer_stage_length{cluster="{cluster}",namespace=~"{namespaces}"}) or vector(0))',
    flush: ':24444/api/plugins.flushBuffers',
  },
  // Its metrics have no chunks; its own API has, where `storage.metrics on` is set.
  // https://docs.fluentbit.io/manual/administration/monitoring
  'fluent-bit': { depth: { http: ':2020/api/v1/storage', value: '/storage_layer/chunks/total_chunks' } },
  // https://github.com/Hsn723/postfix_exporter: one observation for each mail in each queue.
  postfix: {
    depth: 'sum(postfix_showq_message_size_bytes_count{cluster="{cluster}",namespace=~"{namespaces}"})',
  },
} as const satisfies Readonly<Record<string, BufferPreset>>

export type BufferPresetName = keyof typeof bufferPresets
