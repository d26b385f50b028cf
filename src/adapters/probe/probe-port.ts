import { request as plain } from 'node:http'
import { request as secured } from 'node:https'
import { unreachable } from '../../activities/errors.ts'
import type { ProbePort } from '../../activities/ports.ts'
import type { Probed } from '../../domain/probes.ts'
import { parse, shown } from '../http.ts'
import { codeOf, whyNoAnswer } from '../words.ts'

/** Nobody was asked: the name is not known, or there is no way there. Whoever hangs up or shows a bad certificate was. */
const NOBODY = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN'])

/**
 * Node's own client: `fetch` takes neither a Host of its own nor another name for TLS. Each look has a connection of its
 * own, so that a new one is part of what is looked at, and an old one does not stay with what serves no more.
 */
export const probes = (): ProbePort => ({
  get: ({ url, host }, timeoutMs) => {
    const target = parse(url)
    const began = performance.now()
    return new Promise<Probed>((resolve, reject) => {
      const end = (probed: Omit<Probed, 'seconds'>) =>
        resolve({ ...probed, seconds: (performance.now() - began) / 1000 })
      const options = {
        agent: false as const,
        signal: AbortSignal.timeout(timeoutMs),
        headers: { accept: '*/*', 'user-agent': 'norikae', ...(host !== undefined && { host }) },
        ...(host !== undefined && { servername: host.replace(/:\d+$/, '') }),
      }
      const sent = (target.protocol === 'https:' ? secured : plain)(target, options, (answer) => {
        const { statusCode: status } = answer
        // It has answered when all of it is there.
        answer.on('end', () => end(status === undefined ? {} : { status }))
        answer.on('error', failed)
        answer.resume()
      })
      sent.on('error', failed)
      sent.end()

      function failed(error: Error): void {
        if (options.signal.aborted) return end({ why: `no answer in ${timeoutMs / 1000}s` })
        if (NOBODY.has(codeOf(error) ?? '')) reject(unreachable(`GET ${shown(url)}: ${whyNoAnswer(error)}`))
        else end({ why: whyNoAnswer(error) })
      }
    })
  },
})
