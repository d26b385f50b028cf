import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { ApplicationFailure } from '@temporalio/common'
import { listen, type Listening, readBody } from '../../../src/sandbox/listen.ts'

export interface Heard {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

type Reply = { readonly status?: number; readonly json: unknown; readonly headers?: Record<string, string | string[]> }

/** A server that answers as it is told, and remembers what it heard. `silent`: it takes a request and never answers. */
export async function aServer(
  answer: (heard: Heard, index: number) => Reply | 'silent' | 'break',
): Promise<Listening & { readonly heard: readonly Heard[]; readonly connections: () => number }> {
  const heard: Heard[] = []
  const sockets = new Set<object>()
  const server = await listen((request, response: ServerResponse) => {
    sockets.add(request.socket)
    void readBody(request).then((body) => {
      const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body }
      const reply = answer(one, heard.push(one) - 1)
      if (reply === 'silent') return
      if (reply === 'break') return request.socket.destroy()
      const text = typeof reply.json === 'string' ? reply.json : JSON.stringify(reply.json)
      return response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers }).end(text)
    })
  })
  return { ...server, heard, connections: () => sockets.size }
}

/** What it failed with, as one of our errors. */
export async function failureOf(work: Promise<unknown>): Promise<ApplicationFailure> {
  try {
    await work
  } catch (error) {
    if (error instanceof ApplicationFailure) return error
    throw new Error(`no error of ours: ${String(error)}`, { cause: error })
  }
  throw new Error('it did not fail')
}

/** An address at which nothing listens. */
export async function nowhere(): Promise<string> {
  const server = await aServer(() => 'silent')
  await server.stop()
  return server.url
}

export const credentials = async () => ({ accessKeyId: 'AKIATEST', secretAccessKey: 'secret' })
