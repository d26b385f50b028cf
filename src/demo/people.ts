import { namesOf } from '../client/gates.ts'
import type { OpenGate } from '../client/shapes.ts'

/** Who answers for a team, and who for it where the first may not. */
const first: Readonly<Record<string, string>> = {
  sre: 'aoki@example.com',
  scala: 'chiba@example.com',
  php: 'endo@example.com',
}
const SECOND = 'baba@example.com'

export interface Typed {
  readonly args: readonly string[]
  /** What a person would say to it; shown beside it. */
  readonly because: string
}

/** What the team that is waited for types; undefined where only somebody who looked into it would know. */
export function answerTo(gate: OpenGate, blue: string): Typed | undefined {
  const names = namesOf(gate).filter((name) => name !== undefined)
  const who = first[gate.who[0] ?? ''] ?? SECOND
  const says = (answer: string, by: string, ...more: readonly string[]) => [answer, ...names, '--as', by, ...more]
  if (names[0] === 'start') return { args: says('approve', who), because: 'the platform team agrees to begin' }
  if (names[0] === 'decommission') {
    return {
      args: says('approve', SECOND, '--typed', blue),
      because: 'a second approver types the name of what is deleted',
    }
  }
  if (gate.send.some((s) => s.message === 'approve'))
    return { args: says('approve', who), because: `team ${gate.who.join(', ')} lets it go` }
  return undefined
}

export const retryOf = (gate: OpenGate): Typed => ({
  args: ['retry', ...namesOf(gate).filter((name) => name !== undefined), '--as', first[gate.who[0] ?? ''] ?? SECOND],
  because: `team ${gate.who.join(', ')} has mended it`,
})

/** As it stands on a screen. */
export const asTyped = (args: readonly string[]): string =>
  `norikae ${args.map((a) => (/[\s"']/.test(a) ? JSON.stringify(a) : a)).join(' ')}`
