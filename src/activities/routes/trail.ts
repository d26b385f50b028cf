import type { Fields } from '../../domain/fields.ts'
import { lastWriter } from '../../domain/writers.ts'
import { isFailure } from '../errors.ts'
import type { Proven } from '../outside.ts'
import { attemptIsLong } from '../waiting.ts'

/** Who wrote weights a day ago is not who writes them now. */
const LOOKED_BACK_MS = 24 * 3_600_000

/**
 * One answer has calls of the whole account, and Norikae's own: two in a second may be asked, and nobody waits longer for a
 * name. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
const PAGES = 6

/**
 * Who made this call of AWS last, beside Norikae, by CloudTrail's event history. Undefined: it does not tell, or not yet, or
 * may not be asked: a name is good to have, and nothing to fail for.
 */
export async function byTrail(
  { trail, principalArn }: Pick<Proven, 'trail' | 'principalArn'>,
  region: string,
  operation: string,
  isMeant: (parameters: Fields) => boolean,
): Promise<string | undefined> {
  const since = new Date(Date.now() - LOOKED_BACK_MS).toISOString()
  try {
    const isLong = attemptIsLong()
    let pages = 0
    for await (const calls of trail(region).calls(operation, since)) {
      const last = lastWriter(calls, isMeant, principalArn)
      pages += 1
      if (last !== undefined || pages === PAGES || isLong()) return last
    }
    return undefined
  } catch (error) {
    if (isFailure(error)) return undefined
    throw error
  }
}
