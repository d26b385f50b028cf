import type { Fields } from '../../domain/fields.ts'
import { lastWriter } from '../../domain/writers.ts'
import { isFailure } from '../errors.ts'
import type { Proven } from '../outside.ts'

/** Who wrote weights a day ago is not who writes them now. */
const LOOKED_BACK_MS = 24 * 3_600_000

/**
 * Who made this call of AWS last, beside Norikae, by CloudTrail's event history. Undefined: it does not tell, or not yet, or
 * may not be asked: a name is good to have, and nothing to fail for.
 */
export async function byTrail(
  { trail, principalArn }: Proven,
  region: string,
  operation: string,
  isMeant: (parameters: Fields) => boolean,
): Promise<string | undefined> {
  const since = new Date(Date.now() - LOOKED_BACK_MS).toISOString()
  try {
    return lastWriter(await trail(region).calls(operation, since), isMeant, principalArn)
  } catch (error) {
    if (isFailure(error)) return undefined
    throw error
  }
}
