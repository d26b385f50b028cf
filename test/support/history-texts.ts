import { Client, Connection } from '@temporalio/client'
import type { Payload } from '@temporalio/common'
import { dataConverter } from '../../src/client/large-payloads.ts'

/** Everything that the histories of these workflows hold, payloads and failures too, as text; by workflow id. */
export async function historyTexts(address: string, query: string): Promise<ReadonlyMap<string, string>> {
  const connection = await Connection.connect({ address })
  try {
    const client = new Client({ connection })
    const found = new Map<string, string>()
    for await (const { workflowId, runId } of client.workflow.list({ query })) {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory()
      found.set(workflowId, `${found.get(workflowId) ?? ''}${(await textsOf(history.events)).join('\n')}`)
    }
    return found
  } finally {
    await connection.close()
  }
}

/** What is packed is unpacked: a secret in it is one in the history too. */
export async function textsOf(value: unknown): Promise<string[]> {
  if (typeof value === 'string') return [value]
  if (value instanceof Uint8Array) return [new TextDecoder().decode(value)]
  if (typeof value !== 'object' || value === null) return []
  const inside = isPayload(value) ? await unpacked(value) : value
  return (await Promise.all(Object.values(inside).map(textsOf))).flat()
}

const isPayload = (value: object): value is Payload =>
  'data' in value && value.data instanceof Uint8Array && 'metadata' in value

async function unpacked(payload: Payload): Promise<Payload> {
  const decoded = await Promise.all(dataConverter.payloadCodecs.map((codec) => codec.decode([payload])))
  return decoded.flat()[0] ?? payload
}
