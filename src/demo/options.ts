import type { ParseArgsOptionsConfig } from 'node:util'

/** What stands after `npm run demo --`. */
export const demoOptions = {
  /** Its last line of stdout is what was judged, for programs. */
  json: { type: 'boolean', default: false },
  kubernetes: { type: 'string', default: 'stand-in' },
  /** With a thirteenth app, whose record external-dns makes: some minutes more for each of its weights. */
  'external-dns': { type: 'boolean', default: false },
  /** Nobody answers but whoever reads. */
  'hands-on': { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig
