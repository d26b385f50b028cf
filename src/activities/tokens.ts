import { createHash } from 'node:crypto'
import type { ActionCall } from '../domain/actions.ts'
import { madeTags } from '../domain/clone.ts'

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * The same for every attempt of one try of a step, so that AWS takes a repeated request for the one it has had.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Run_Instance_Idempotency.html (64 ASCII characters at most)
 */
export const tokenOf = ({ asker, step, attempt }: Pick<ActionCall, 'asker' | 'step' | 'attempt'>, part = ''): string =>
  sha256(`${asker} ${step} ${attempt} ${part}`)

export const ATTEMPT_TAG = 'norikae.io/attempt'

/** Who made it, and in which try: a thing that failed to become is made anew by the next try only. */
export const tagsOf = ({ run, attempt, scope }: Pick<ActionCall, 'run' | 'attempt' | 'scope'>) => ({
  ...madeTags({ platform: scope.platform, run }),
  [ATTEMPT_TAG]: String(attempt),
})
