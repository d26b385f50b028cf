import { z } from 'zod'
import { address, expecting, moment, words } from './pieces.ts'

export const A_WAIVER =
  '{ code: scaled-job, about: ScaledJob/shop/importer, reason: moved by hand, until: 2026-12-31, by: aoki@example.com }'

/** Which codes there are, and who may say this, is in `rules/waivers.ts`. */
export const waiver = z.strictObject(
  {
    code: words('the code of a blocker', 'it as norikae plan prints it, such as scaled-job').describe(
      'The code of the blocker, as norikae plan prints it.',
    ),
    about: words('what the blocker is about', 'it as norikae plan prints it').describe(
      'What it is about, as norikae plan prints it.',
    ),
    reason: words('a reason', 'why the upgrade may go on')
      .max(500, { error: 'is longer than 500 characters' })
      .describe('Why the upgrade may go on in spite of it; it is in the plan and the report.'),
    until: moment.describe('A day, to its end in UTC, or a time. What is planned later is blocked again.'),
    by: address.describe('Who of the platform team answers for it.'),
  },
  expecting('a mapping', A_WAIVER),
)
