import { Client, Connection } from '@temporalio/client'

/** Everything that the histories of these workflows hold, payloads and failures too, as text; by workflow id. */
export async function historyTexts(address: string, query: string): Promise<ReadonlyMap<string, string>> {
  const connection = await Connection.connect({ address })
  try {
    const client = new Client({ connection })
    const found = new Map<string, string>()
    for await (const { workflowId, runId } of client.workflow.list({ query })) {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory()
      found.set(workflowId, `${found.get(workflowId) ?? ''}${textsOf(history.events).join('\n')}`)
    }
    return found
  } finally {
    await connection.close()
  }
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (value instanceof Uint8Array) return [new TextDecoder().decode(value)]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}
