import { askedToWait, failed, unreachable } from '../../activities/errors.ts'
import type { WebhookPort } from '../../activities/ports.ts'
import { parse, post } from '../http.ts'
import { headersOf, idOf } from './signature.ts'

/** A message must not hold up a run; the policy of the activity sends it again. */
const TIMEOUT_MS = 10_000

/**
 * POSTs JSON, signed where there are secrets (`signature.ts`); when it is sent again, under the same `webhook-id`. An
 * error names the receiver by its host only, and does not repeat what it answered: a path, a query or an answer may hold
 * what lets others in.
 */
export const webhooks = ({ secrets = [] }: { readonly secrets?: readonly string[] } = {}): WebhookPort => ({
  async send(url, id, notice) {
    const body = JSON.stringify(notice)
    const timestamp = Math.floor(Date.now() / 1000)
    const to = parse(url)
    const { status, retryAfter } = await post(url, {
      body,
      headers: { 'content-type': 'application/json', ...headersOf({ id: idOf(id), timestamp, body }, secrets) },
      timeoutMs: TIMEOUT_MS,
      calledAs: to.origin,
    })
    if (status >= 200 && status < 300) return
    const message = `POST ${to.origin}: it answers with status ${status}`
    if (status !== 408 && status !== 429 && status < 500) throw failed(message)
    throw retryAfter === undefined ? unreachable(message) : askedToWait(message, retryAfter)
  },
})
