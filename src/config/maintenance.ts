import { z } from 'zod'
import { CONTENT_TYPES, LONGEST_BODY } from '../domain/maintenance.ts'
import { expecting, oneOf } from './pieces.ts'

const STATUS = expecting('a status that a listener rule may answer with: 200 to 299, or 400 to 599', '503')
const BODY = expecting(`a text of 1 to ${LONGEST_BODY} characters`, 'This service moves, and is back in a few minutes.')

/** A page for visitors while an app runs on neither side. Its limits are those of a listener rule's fixed response. */
export const maintenance = z.strictObject(
  {
    status: z
      .int(STATUS)
      .refine((n) => (n >= 200 && n <= 299) || (n >= 400 && n <= 599), STATUS)
      .default(503)
      .describe('Its HTTP status: 2xx, 4xx or 5xx. 503 tells caches and search engines that it is for a while.'),
    type: oneOf(CONTENT_TYPES).default('text/plain').describe('Its Content-Type.'),
    body: z
      .string(BODY)
      .min(1, BODY)
      .max(LONGEST_BODY, BODY)
      .default('This service is being moved, and will be back in a few minutes.\n')
      .describe(`Its text, 1 to ${LONGEST_BODY} characters.`),
  },
  expecting('a mapping', '{} for a plain 503, or { status: 503, type: text/html, body: "<h1>Back soon</h1>" }'),
)
