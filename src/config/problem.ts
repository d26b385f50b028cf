export type Path = readonly (string | number)[]

/** What is wrong with a platform file, where, and what to write instead. */
export interface Problem {
  /** `Unsupported`: right, but for a later release. */
  readonly code: 'InvalidInput' | 'Unsupported'
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units. */
  readonly column: number
  /** `teams.scala.approvers`, `environments.production.weights[1]`; empty for the file as a whole. */
  readonly path: string
  readonly message: string
}

/** A problem before its place in the text is known. */
export interface Flaw {
  readonly code: Problem['code']
  readonly path: Path
  readonly message: string
  /** Where the text itself is wrong; else the place follows from the path. */
  readonly offset?: number
}

export const flaw = (path: Path, message: string): Flaw => ({ code: 'InvalidInput', path, message })

/** More than people read at once, and a file that is no platform file at all has thousands. */
const SHOWN = 100

/** A line for each problem, `file:line:column  path: message`, and one that counts them. */
export function formatProblems(problems: readonly Problem[]): string {
  const more = problems.length - SHOWN
  return [
    ...problems.slice(0, SHOWN).map(line),
    ...(more > 0 ? [`… and ${more} more`] : []),
    `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}; nothing was started`,
  ].join('\n')
}

const line = ({ file, line, column, path, message }: Problem): string =>
  `${file}:${line}:${column}  ${path === '' ? '' : `${path}: `}${message}`
