import { hashes, verify } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'

/**
 * The one file of `domain` that imports anything from outside: validators of messages are synchronous and run where there
 * is no `node:crypto` (docs/adr/0034-what-people-say-is-signed-and-checked-in-the-workflow.md). Pure: the same answer
 * each time.
 */

// What the library asks for before it checks synchronously; set once, as it is loaded.
hashes.sha512 = sha512

/** `key`: `ed25519:` and 64 hexadecimal digits; `signature`: 128. By RFC 8032, strictly. Never throws. */
export function isSigned(text: string, key: string, signature: string): boolean {
  try {
    return verify(bytesOf(signature), new TextEncoder().encode(text), bytesOf(key.slice('ed25519:'.length)), {
      zip215: false,
    })
  } catch {
    // Of a length or a point that is none.
    return false
  }
}

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from({ length: Math.floor(hex.length / 2) }, (_, n) => Number.parseInt(hex.slice(2 * n, 2 * n + 2), 16))
