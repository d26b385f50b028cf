import { createHash, createHmac } from 'node:crypto'

/**
 * Standard Webhooks, version 1: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * What is signed is `<id>.<timestamp>.<body>`, so that neither an old message nor another body passes for a new one.
 */

/** A secret is `whsec_` and its bytes in Base64. */
const keyOf = (secret: string): Buffer => Buffer.from(secret.slice('whsec_'.length), 'base64')

interface Signed {
  readonly id: string
  /** Unix seconds. */
  readonly timestamp: number
  readonly body: string
}

/** One signature a secret: while a secret is exchanged for another, receivers know either. */
export const headersOf = ({ id, timestamp, body }: Signed, secrets: readonly string[]): Record<string, string> => ({
  'webhook-id': id,
  'webhook-timestamp': `${timestamp}`,
  ...(secrets.length > 0 && {
    'webhook-signature': secrets
      .map((secret) => createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64'))
      .map((signature) => `v1,${signature}`)
      .join(' '),
  }),
})

/** The same for the same message. Ours has full stops in it, which the standard keeps for itself. */
export const idOf = (notice: string): string =>
  `msg_${createHash('sha256').update(notice).digest('base64url').slice(0, 27)}`
