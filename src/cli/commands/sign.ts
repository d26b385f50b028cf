import { BadInput } from '../../client/problems.ts'
import type { Signed } from '../../client/shapes.ts'
import { isDuration } from '../../domain/duration.ts'
import { badShape, type MessageName } from '../../domain/messages.ts'
import { timeRefusal } from '../../domain/proofs.ts'
import { exit } from '../exit-codes.ts'
import { print, whoIs, type Shape } from '../output.ts'
import { proven } from '../../client/prove.ts'

interface Options {
  readonly workflow: string
  readonly run: string
  readonly plan?: readonly string[] | undefined
  readonly gate?: readonly string[] | undefined
  readonly audience?: string | undefined
  readonly as?: string | undefined
  readonly comment?: string | undefined
  readonly typed?: string | undefined
  readonly reason?: string | undefined
  readonly environment?: string | undefined
  readonly app?: string | undefined
  readonly notBefore?: string | undefined
  readonly notAfter?: string | undefined
  readonly for: string
  readonly output: Shape
}

/** The JSON to send, with its proof. Asks Temporal nothing: the key may be on a machine that reaches no server. */
export async function sign(message: MessageName, options: Options): Promise<number> {
  const { workflow: workflowId, run, plan = [], gate = [], audience } = options
  if (!isDuration(options.for)) throw new BadInput(`--for ${options.for} is not a duration; write 30m or 2h`)
  const { comment, typed, reason, environment, app, notBefore, notAfter } = options
  const all = { by: whoIs(options.as), comment, typed, reason, environment, app, notBefore, notAfter }
  const body = {
    ...(gate.length === 1 && { gate: gate[0] ?? '' }),
    ...(gate.length > 1 && { gates: gate }),
    ...Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
  }
  const bad = badShape(message, body)
  if (bad) throw new BadInput(bad.message)
  const kind = audience === undefined ? 'signed' : 'oidc'
  const proves = { kind, run, ...(audience !== undefined && { audience }) } as const
  const said = await proven({ workflowId, message, body }, proves, plan, options.for)
  const late = timeRefusal(said.body, new Date().toISOString())
  if (late) throw new BadInput(late.message)
  const shown: Signed = said
  await print(shown, options.output, { table: () => JSON.stringify(said.body), names: () => [workflowId] })
  return exit.done
}
