import { info, type Finding } from './findings.ts'

/** Bytes: what a plan has to spare for what people read. */
const LARGEST = 250_000

/** So many of each code; the first that fits. */
const MOST = [200, 100, 50, 20, 10, 5, 1] as const

/**
 * Findings that fit into a plan. Blockers stay, all of them, and those that were waived; of warnings there may be one for each of thousands of
 * workloads, and then the first of each code stay, and how many more there are is told.
 */
export function condensed(all: readonly Finding[], largest = LARGEST): readonly Finding[] {
  if (size(all) <= largest) return all
  const forms = MOST.map((most) => cut(all, most))
  return forms.find((form) => size(form) <= largest) ?? cut(all, 1)
}

const size = (findings: readonly Finding[]): number => JSON.stringify(findings).length

function cut(all: readonly Finding[], most: number): Finding[] {
  const seen = new Map<string, number>()
  const kept = all.filter(({ level, code, waived }) => {
    const stays = level === 'blocker' || waived !== undefined
    const n = (seen.get(code) ?? 0) + 1
    if (!stays) seen.set(code, n)
    return stays || n <= most
  })
  const left = [...seen].filter(([, n]) => n > most)
  return [
    ...kept,
    ...left.map(([code, n]) =>
      info('findings-left-out', code, `${n - most} more of this code were found`, 'mend these, and plan again'),
    ),
  ]
}
