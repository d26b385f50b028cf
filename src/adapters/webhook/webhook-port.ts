import { failed, unreachable } from '../../activities/errors.ts'
import type { WebhookPort } from '../../activities/ports.ts'
import { post, shown } from '../http.ts'

/** A message must not hold up a run; the policy of the activity sends it again. */
const TIMEOUT_MS = 10_000

/**
 * POSTs JSON. The receiver sees the same `Idempotency-Key` when a message is sent again
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/). What it answers is not repeated in an
 * error, as it may quote the address.
 */
export const webhooks = (): WebhookPort => ({
  async send(url, id, body) {
    const { status } = await post(url, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'idempotency-key': id },
      timeoutMs: TIMEOUT_MS,
    })
    if (status >= 200 && status < 300) return
    const message = `POST ${shown(url)}: it answers with status ${status}`
    throw status === 408 || status === 429 || status >= 500 ? unreachable(message) : failed(message)
  },
})
