/** Addresses that no two pods or nodes of this process ever share, over all its clusters; and names made up at random. */
import { randomInt } from 'node:crypto'

// Blocks 10.<n>.0.0/16 are handed to clusters one by one; 254 of them, then from the start again.
let blocks = 0

/** The first two numbers of addresses that no other cluster of this process has: `10.7`. */
export function podBlock(): string {
  blocks = (blocks % 254) + 1
  return `10.${blocks}`
}

export interface Addresses {
  pod(): string
  clusterIp(): string
}

export function addresses(): Addresses {
  let block = ''
  let used = 0
  let services = 1
  return {
    pod() {
      // 0.0 and 255.255 of a block are no host's.
      if (block === '' || used === 65_534) {
        block = podBlock()
        used = 0
      }
      used += 1
      return `${block}.${used >> 8}.${used & 255}`
    },
    // 172.20.0.0/16 is what EKS gives Services.
    clusterIp() {
      services += 1
      return `172.20.${(services >> 8) & 255}.${services & 255}`
    },
  }
}

// Without vowels and look-alikes, so that no word comes out (apimachinery util/rand).
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

export const randomName = (length = 5): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')

/** FNV-1a of a text in the same alphabet: how a ReplicaSet gets its name from a template. */
export function hashName(text: string): string {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return String(hash)
    .split('')
    .map((digit) => alphabet[Number(digit)])
    .join('')
}
