import { no, type Refusal } from '../domain/gates.ts'
import { platformIn } from '../domain/messages.ts'
import { withdrawnKey } from '../domain/proofs.ts'
import { tokenRefusal } from '../domain/tokens.ts'
import type { Activities, ToCheck } from '../workflows/activities.ts'
import { isDenied } from './errors.ts'
import type { Outside } from './outside.ts'
import { keptFile } from './platform-files.ts'
import { sha256 } from './tokens.ts'

export const proofActivities = (outside: Pick<Outside, 'ports' | 'platformFile'>): Pick<Activities, 'checkProof'> => ({
  /**
   * What time it is, and whether a token proves who says a message, or a key still does. Reads only. What is not good is
   * an answer; throws `unreachable` where an issuer does not say which keys it has, and `invalidInput` where the worker's
   * platform file cannot be read.
   */
  async checkProof({ token, key }) {
    const at = new Date().toISOString()
    const refused = token ? await tokenRefused(outside, token) : key && (await keyRefused(outside, key))
    return { at, ...(refused && { refused }) }
  },
})

/** Why a token proves nothing; undefined where it does. Throws `unreachable` where its issuer does not answer. */
export async function tokenRefused(
  { ports }: Pick<Outside, 'ports'>,
  { text, by, statement, oidc }: NonNullable<ToCheck['token']>,
): Promise<Refusal | undefined> {
  try {
    return tokenRefusal(await ports.tokens.claims(text, oidc.issuer), oidc, by, sha256(statement))
  } catch (error) {
    if (isDenied(error)) return no('proof-refused', error.message)
    throw error
  }
}

/** Where the worker keeps no file of the platform, nobody has taken a key out of it. */
async function keyRefused(
  outside: Pick<Outside, 'platformFile'>,
  { workflow, by, key }: NonNullable<ToCheck['key']>,
): Promise<Refusal | undefined> {
  const kept = await keptFile(outside, platformIn(workflow))
  return kept && withdrawnKey(kept.file.trust, by, key, kept.name)
}
