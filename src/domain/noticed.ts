import { blockersFirst, info, type Finding } from './findings.ts'

/** What was noticed of many objects, in a size that does not grow with them. Plain JSON. */
export interface Noticed {
  readonly findings: readonly (Finding & { readonly others: number })[]
  /** Noticed and not kept. */
  readonly more: number
}

export const nothing: Noticed = { findings: [], more: 0 }

/** Nobody reads more of one app at once, and each of 1,500 environments may have as many in one history. */
const KEPT = 20

/** What environments that are tried together notice is one answer. */
const TOGETHER = 150

/**
 * Of what stops an app each object is named; of the rest the first, and how many others there are. `environments`: with so
 * many others, and itself, one is tried; the more there are, the less is kept of each.
 */
export function noting(environments: number): (noticed: Noticed, finding: Finding) => Noticed {
  const most = Math.min(KEPT, Math.max(3, Math.floor(TOGETHER / environments)))
  return ({ findings, more }, finding) => {
    const at = findings.findIndex((f) => isSame(f, finding))
    if (at >= 0) return { more, findings: findings.map((f, n) => (n === at ? { ...f, others: f.others + 1 } : f)) }
    if (findings.length < most) return { more, findings: [...findings, { ...finding, others: 0 }] }
    // What stops it is kept before what is only warned of.
    const leaves = finding.level === 'blocker' ? findings.findLastIndex((f) => f.level !== 'blocker') : -1
    if (leaves < 0) return { findings, more: more + 1 }
    return {
      findings: findings.map((f, n) => (n === leaves ? { ...finding, others: 0 } : f)),
      more: more + 1 + (findings[leaves]?.others ?? 0),
    }
  }
}

const isSame = (a: Finding, b: Finding): boolean =>
  a.level !== 'blocker' && a.level === b.level && a.code === b.code && a.message === b.message

/** As findings, those that stop it first; that some were left out is one too. */
export function told({ findings, more }: Noticed, left: string): Finding[] {
  const kept = findings.map(({ others, ...f }) => ({ ...f, message: `${f.message}${andMore(others)}` }))
  return [
    ...blockersFirst(kept),
    ...(more === 0
      ? []
      : [info('findings-left-out', left, `${more} more were noticed`, 'mend these, and what is left is told')]),
  ]
}

const andMore = (others: number): string =>
  others === 0 ? '' : ` (and ${others === 1 ? '1 other object' : `${others} other objects`} likewise)`
