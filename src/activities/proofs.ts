import { no } from '../domain/gates.ts'
import { tokenRefusal } from '../domain/tokens.ts'
import type { Activities } from '../workflows/activities.ts'
import { isDenied } from './errors.ts'
import type { Outside } from './outside.ts'
import { sha256 } from './tokens.ts'

export const proofActivities = ({ ports }: Pick<Outside, 'ports'>): Pick<Activities, 'checkProof'> => ({
  /**
   * What time it is, and whether a token proves who says a message. Reads only. A token that is not good is an answer;
   * throws `unreachable` where its issuer does not say which keys it has.
   */
  async checkProof({ token }) {
    const at = new Date().toISOString()
    if (!token) return { at }
    const { text, by, statement, oidc } = token
    try {
      const refused = tokenRefusal(await ports.tokens.claims(text, oidc.issuer), oidc, by, sha256(statement))
      return { at, ...(refused && { refused }) }
    } catch (error) {
      if (isDenied(error)) return { at, refused: no('proof-refused', error.message) }
      throw error
    }
  },
})
