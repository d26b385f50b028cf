import { connect, type Temporal } from '../client/connect.ts'
import { BadInput, Failed, Left, NotReady, Refused } from '../client/problems.ts'
import type { Complaint } from '../client/shapes.ts'
import { exit } from './exit-codes.ts'
import { SaidNo } from './prompt.ts'
import { out, screenOn, tell, type Look } from './terminal.ts'
import { drawn, line } from './render/lines.ts'

/** One connection, closed at the end. */
export async function withTemporal<T>(work: (temporal: Temporal) => Promise<T>): Promise<T> {
  await using temporal = await connect()
  return await work(temporal)
}

const exits = new Map<unknown, number>([
  [Refused, exit.refused],
  [BadInput, exit.badInput],
  [NotReady, exit.error],
  [Failed, exit.error],
  [SaidNo, exit.error],
  [Left, exit.detached],
])

/**
 * Says what went wrong: the message on stderr, with `nothing` (what did not happen) as its last line where that is
 * certain; in JSON on stdout as well. Answers the exit code. What is not ours is a bug, and keeps its stack.
 */
export function complain(error: unknown, look: Look & { output?: string }, nothing: string): number {
  const code = error instanceof Error ? exits.get(error.constructor) : undefined
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined }
  const known = code !== undefined && 'code' in Object(error)
  const name = known ? String((error as { code: unknown }).code) : 'error' // it was looked at in the line above
  const uncertain = name === 'no-answer' || (error instanceof Failed && !error.onlyLooked)
  const ends = known && nothing !== '' && !uncertain && !message.toLowerCase().endsWith(nothing)
  const screen = { ...screenOn(process.stderr, look), width: Infinity }
  const title =
    error instanceof Refused ? `✖ refused (${name}): ` : error instanceof SaidNo || error instanceof Left ? '' : '✖ '
  const [first = '', ...rest] = (known ? message : (stack ?? message)).split('\n')
  tell(drawn([line(`${title}${first}`, title === '' ? 'plain' : 'bad'), ...rest.map((text) => line(text))], screen))
  if (ends) tell(nothing)
  const result = code ?? exit.error
  if (look.output === 'json')
    out(JSON.stringify({ error: { code: name, message, exit: result } } satisfies Complaint, null, 2))
  return result
}
