import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Rule } from './disturbances.ts'

/**
 * A web service whose requests rules may disturb: Prometheus, Slack, a webhook. What it would not serve is told by a
 * status alone, as whatever stands before such a service tells it. `operation`: of a request its path, or a name for it.
 */
export const disturbed =
  (
    rule: Rule,
    service: string,
    operation: (request: IncomingMessage) => string,
    serve: RequestListener,
  ): RequestListener =>
  (request, response) => {
    const is = rule({ service, operation: operation(request), headers: request.headers })
    if (typeof is === 'string' && is !== 'lost') return refuse(response, is)
    if (typeof is === 'object') ended(response, (end) => void is.late().then(end, () => response.destroy()))
    if (is === 'lost') ended(response, () => response.destroy())
    serve(request, response)
  }

const statuses = { failing: 503, throttled: 429, expired: 401, forbidden: 403 } as const

function refuse(response: ServerResponse, is: keyof typeof statuses): void {
  response.writeHead(statuses[is], { 'content-type': 'text/plain', ...(is === 'throttled' && { 'retry-after': '1' }) })
  response.end('the sandbox was told to refuse it')
}

/** Nothing of an answer goes out before its end: heads are held until then where the body comes in one piece. */
function ended(response: ServerResponse, instead: (end: () => void) => void): void {
  const end = response.end.bind(response)
  response.end = (...words: unknown[]): ServerResponse => {
    // The forms of `end` are passed on as they came.
    instead(() => void end(...(words as Parameters<typeof end>)))
    return response
  }
}
