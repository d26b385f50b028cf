/** What was noticed before anything moves, and what to do about it. */
export interface Finding {
  readonly level: 'blocker' | 'warning' | 'info'
  /** Stable name; a blocker is known by it. */
  readonly code: string
  readonly about: string
  readonly message: string
  readonly remedy: string
}

const finding =
  (level: Finding['level']) =>
  (code: string, about: string, message: string, remedy: string): Finding => ({ level, code, about, message, remedy })

/** The run ends before anything moves. */
export const blocker = finding('blocker')
export const warning = finding('warning')
export const info = finding('info')
