import type { Screen } from './render/lines.ts'

/** What is known of where this runs: data goes to stdout, everything said beside it to stderr. */

export interface Look {
  /** `--no-color` makes it false. */
  readonly color?: boolean
  readonly as?: string | undefined
}

/** Where nobody's terminal limits it, lines are as long as they are. */
export function screenOn(stream: NodeJS.WriteStream, { color = true, as }: Look): Screen {
  const { NO_COLOR, FORCE_COLOR, TERM, NORIKAE_AS } = process.env
  const refused = !color || (NO_COLOR !== undefined && NO_COLOR !== '')
  const wanted = (stream.isTTY && TERM !== 'dumb') || (FORCE_COLOR !== undefined && FORCE_COLOR !== '0')
  return {
    width: stream.isTTY ? stream.columns : Infinity,
    ...(stream.isTTY && { height: stream.rows }),
    colour: !refused && wanted,
    now: new Date().toISOString(),
    ...(as !== undefined && { who: as, ...(as !== NORIKAE_AS && { named: true }) }),
  }
}

export const isInteractive = (): boolean => process.stdin.isTTY && process.stderr.isTTY

export const out = (text: string): void => void process.stdout.write(`${text}\n`)
export const tell = (text: string): void => void process.stderr.write(`${text}\n`)
