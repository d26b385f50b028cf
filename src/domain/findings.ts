/** What was noticed before anything moves, and what to do about it. */
export interface Finding {
  readonly level: 'blocker' | 'warning' | 'info'
  /** Stable name; a blocker is known by it. */
  readonly code: string
  readonly about: string
  /** The field of it that this is about. */
  readonly field?: string
  readonly message: string
  readonly remedy: string
  /** What was read that it comes from. Only as people are shown it: `sourced` adds it. */
  readonly source?: string
  /** The one of `looks` (missing-rights.ts) without which it cannot be said. Only while preflight gathers: `sayable` takes it off. */
  readonly look?: string
  /** It is a blocker, and somebody answers for going on in spite of it. */
  readonly waived?: { readonly by: string; readonly reason: string; readonly until: string }
}

/** Where to look: `Deployment/shop/web spec.replicas`. */
export const placeOf = ({ about, field }: Finding): string => (field === undefined ? about : `${about} ${field}`)

export const blockersFirst = (all: readonly Finding[]): Finding[] =>
  (['blocker', 'warning', 'info'] as const).flatMap((level) => all.filter((f) => f.level === level))

const finding =
  (level: Finding['level']) =>
  (code: string, about: string, message: string, remedy: string): Finding => ({ level, code, about, message, remedy })

/** The run ends before anything moves. */
export const blocker = finding('blocker')
export const warning = finding('warning')
export const info = finding('info')
