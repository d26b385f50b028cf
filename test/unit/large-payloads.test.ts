import { defaultPayloadConverter, type Payload } from '@temporalio/common'
import { deflateSync, inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { dataConverter } from '../../src/client/large-payloads.ts'
import { textsOf } from '../support/history-texts.ts'

const [codec] = dataConverter.payloadCodecs
if (!codec) throw new Error('no codec')
const { encode, decode } = codec
const text = ({ data }: Payload = {}) => Buffer.from(data ?? []).toString()
const encoding = ({ metadata }: Payload = {}) => Buffer.from(metadata?.['encoding'] ?? []).toString()
const large = { apps: Array.from({ length: 20_000 }, (_, n) => ({ name: `application-${n}`, note: '乗り換え' })) }

test('what is small is sent as it is, so that everybody reads it; what is large is packed, and is the same again', async () => {
  const payloads = [{ by: 'aoki' }, large].map((value) => defaultPayloadConverter.toPayload(value))
  const sent = await encode(payloads)
  expect(sent[0]).toBe(payloads[0])
  expect(encoding(sent[1])).toBe('binary/zlib')
  expect((sent[1]?.data?.length ?? 0) * 5).toBeLessThan(payloads[1]?.data?.length ?? 0)
  const back = await decode(sent)
  expect(back.map((p) => defaultPayloadConverter.fromPayload(p))).toEqual([{ by: 'aoki' }, large])
})

test('it is packed as the Go SDK packs: zlib, and in it the payload as Temporal sends it', async () => {
  const [sent] = await encode([defaultPayloadConverter.toPayload(large)])
  const inside = inflateSync(sent?.data ?? Buffer.of())
  // Field 1, an entry of 22 bytes: key "encoding", value "json/plain".
  expect(inside.subarray(0, 24).toString('latin1')).toBe('\n\x16\n\x08encoding\x12\njson/plain')
})

test('who looks for secrets in a history finds them in what is packed too', async () => {
  const payloads = await encode([defaultPayloadConverter.toPayload({ ...large, password: 'hunter2' })])
  const texts = await textsOf([{ workflowExecutionStartedEventAttributes: { input: { payloads } } }])
  expect(texts.join('\n')).toContain('hunter2')
})

test.for([
  { says: 'is no such text', data: Buffer.from('not packed') },
  { says: 'holds something else', data: deflateSync('not a payload') },
  { says: 'unpacks to more than anything of ours', data: deflateSync(Buffer.alloc(40_000_000)) },
])('what says that it is packed and $says is left as it is', async ({ data }) => {
  const payload: Payload = { metadata: { encoding: Buffer.from('binary/zlib') }, data }
  expect(await decode([payload])).toEqual([payload])
})

test('what others have written their own way is left to them', async () => {
  const payload: Payload = { metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.from('?') }
  expect(text((await decode([payload]))[0])).toBe('?')
})
