import { closeSync, openSync, readSync } from 'node:fs'
import type { KubernetesCall } from '../types.ts'

/** As far as a call is told by it. https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/ */
interface AuditEvent {
  readonly verb: string
  readonly requestURI: string
  readonly requestReceivedTimestamp: string
  readonly user: { readonly username: string }
  readonly userAgent?: string
  readonly responseStatus?: { readonly code: number }
}

const methods: Readonly<Record<string, string>> = {
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
}

/** The calls in an API server's audit log, read on from where it was left. */
export function auditedCalls(cluster: string, path: string): () => readonly KubernetesCall[] {
  const calls: KubernetesCall[] = []
  let [read, rest] = [0, '']
  return () => {
    const text = textFrom(path, read)
    read += text.length
    const lines = Buffer.concat([Buffer.from(rest), text])
      .toString('utf8')
      .split('\n')
    rest = lines.pop() ?? ''
    calls.push(...lines.map((line) => callOf(cluster, JSON.parse(line) as AuditEvent))) // an API server wrote it
    return calls
  }
}

function textFrom(path: string, position: number): Buffer {
  const file = openSync(path, 'r')
  try {
    const chunks: Buffer[] = []
    for (let at = position; ;) {
      const chunk = Buffer.alloc(1 << 20)
      const bytes = readSync(file, chunk, 0, chunk.length, at)
      if (bytes === 0) return Buffer.concat(chunks)
      chunks.push(chunk.subarray(0, bytes))
      at += bytes
    }
  } finally {
    closeSync(file)
  }
}

function callOf(cluster: string, event: AuditEvent): KubernetesCall {
  const [path = '', query = ''] = event.requestURI.split('?')
  return {
    at: event.requestReceivedTimestamp,
    cluster,
    user: event.user.username,
    method: methods[event.verb] ?? 'GET',
    path,
    query,
    status: event.responseStatus?.code ?? 0,
    ...(event.userAgent !== undefined && { userAgent: event.userAgent }),
  }
}
