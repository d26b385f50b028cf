import { z } from 'zod'
import { count, expecting, time } from './pieces.ts'

/** What may be said of a gate beside whose it is. All of it is left out as a rule. */

const MOST_APPROVALS = 10

const approvals = count(1, MOST_APPROVALS).exactOptional()
const expires = time.exactOptional()
const fourEyes = z.boolean(expecting('true or false')).exactOptional()

/** Of an environment whose `approval` is `team`. */
export const teamGate = {
  approvals: approvals.describe('How many of the team have to approve. Default: 1.'),
  expires: expires.describe(
    'Not approved for so long counts as rejected: the environment goes back to blue, and the team is asked whether to try again. Default: never.',
  ),
  fourEyes: fourEyes.describe('Whoever asked for the upgrade may not approve. Default: true.'),
}

const start = z.strictObject(
  {
    approvals: approvals.describe('How many of the platform team have to approve. Default: 1.'),
    expires: expires.describe(
      'Not approved for so long counts as rejected: the upgrade ends, and nothing was made. Default: never.',
    ),
    fourEyes: fourEyes.describe('Whoever asked for the upgrade may not approve. Default: false.'),
  },
  expecting('a mapping', '{ approvals: 2, expires: 3d }'),
)

const decommission = z.strictObject(
  {
    approvals: approvals.describe(
      'How many of the platform team have to approve, none of whom approved the start. Default: 1.',
    ),
    expires: expires.describe(
      'Not approved for so long counts as rejected: blue stays, and the platform team is asked whether to go on. Default: never.',
    ),
  },
  expecting('a mapping', '{ approvals: 2, expires: 3d }'),
)

export const platformGates = z.strictObject(
  {
    start: start.exactOptional().describe('Before anything is made.'),
    decommission: decommission.exactOptional().describe('Before blue is deleted.'),
  },
  expecting('a mapping', '{ start: { approvals: 2 }, decommission: { expires: 3d } }'),
)
