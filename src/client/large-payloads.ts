import type { Payload, PayloadCodec } from '@temporalio/common'
import { promisify } from 'node:util'
import { deflate, inflate } from 'node:zlib'
import protobuf from 'protobufjs'

/**
 * What is large is packed on its way into a history: a platform and its plan are text that says most things a thousand
 * times, and Temporal takes 2 MB in one piece. Everything below `PACKED_FROM` stays the plain JSON that Temporal's UI and
 * command show: all that people say, and all of an upgrade of a few dozen apps.
 *
 * Packed as Temporal's Go SDK does (`converter.NewZlibCodec`), so that a codec server made of that shows it.
 */
const codec: PayloadCodec = {
  encode: (payloads) => Promise.all(payloads.map(packed)),
  decode: (payloads) => Promise.all(payloads.map(unpacked)),
}

/** Of every client and every worker: what one has packed another has to read. */
export const dataConverter = { payloadCodecs: [codec] }

/** Bytes. Temporal begins to warn of a payload at twice that. */
const PACKED_FROM = 256 * 1024
/** Bytes. Whoever may write to the namespace may send 2 MB that unpack to a thousand times as much. */
const UNPACKED_AT_MOST = 32 * 1024 * 1024

const ENCODING = 'binary/zlib'

/** https://github.com/temporalio/api/blob/master/temporal/api/common/v1/message.proto */
const wire = new protobuf.Type('Payload')
  .add(new protobuf.MapField('metadata', 1, 'string', 'bytes'))
  .add(new protobuf.Field('data', 2, 'bytes'))

async function packed(payload: Payload): Promise<Payload> {
  if ((payload.data?.length ?? 0) < PACKED_FROM) return payload
  const data = await promisify(deflate)(wire.encode(payload).finish())
  return { metadata: { encoding: Buffer.from(ENCODING) }, data }
}

/** What cannot be unpacked is left as it is: it is nothing that we have written, and must not stop who reads it. */
async function unpacked(payload: Payload): Promise<Payload> {
  const encoding = payload.metadata?.['encoding']
  if (!payload.data || !encoding || Buffer.from(encoding).toString() !== ENCODING) return payload
  try {
    const text = await promisify(inflate)(payload.data, { maxOutputLength: UNPACKED_AT_MOST })
    const { metadata = null, data = null } = wire.decode(text) as Payload & protobuf.Message // as `wire` says
    return { metadata, data }
  } catch {
    return payload
  }
}
