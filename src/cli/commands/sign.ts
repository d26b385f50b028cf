import { BadInput } from '../../client/problems.ts'
import { proven } from '../../client/prove.ts'
import type { Signed } from '../../client/shapes.ts'
import { isDuration } from '../../domain/duration.ts'
import { badShape, upgradeId, type MessageName } from '../../domain/messages.ts'
import { timeRefusal } from '../../domain/proofs.ts'
import { requestFaults } from '../../domain/requests.ts'
import { NEXT_RUN, START } from '../../domain/starting.ts'
import { exit } from '../exit-codes.ts'
import { print, whoIs, type Shape } from '../output.ts'
import { textOf } from '../request.ts'

interface Options {
  readonly workflow: string
  readonly run?: string | undefined
  readonly to?: string | undefined
  readonly file?: string | undefined
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
export async function sign(message: Signed['message'], options: Options): Promise<number> {
  const { workflow: workflowId, plan = [], audience } = options
  if (!isDuration(options.for)) throw new BadInput(`--for ${options.for} is not a duration; write 30m or 2h`)
  const { body, run } = message === START ? await startOf(options) : messageOf(message, options)
  const kind = audience === undefined ? 'signed' : 'oidc'
  const proves = { kind, run, ...(audience !== undefined && { audience }) } as const
  const said = await proven({ workflowId, message, body }, proves, plan, options.for)
  const late = timeRefusal(said.body, new Date().toISOString())
  if (late) throw new BadInput(late.message)
  const shown: Signed = said
  await print(shown, options.output, { table: () => JSON.stringify(said.body), names: () => [workflowId] })
  return exit.done
}

interface ToSign {
  readonly body: Signed['body']
  readonly run: string
}

function messageOf(message: MessageName, options: Options): ToSign {
  const { run, gate = [], comment, typed, reason, environment, app, notBefore, notAfter } = options
  const wrong = ['to', 'file'].find((name) => options[name as 'to' | 'file'] !== undefined)
  if (wrong !== undefined) throw new BadInput(`--${wrong} is of start; leave it out of ${message}`)
  if (run === undefined)
    throw new BadInput(`--run <id> is missing: the run of the workflow, which its current details have`)
  const body = {
    ...(gate.length === 1 && { gate: gate[0] ?? '' }),
    ...(gate.length > 1 && { gates: gate }),
    ...given({ by: whoIs(options.as), comment, typed, reason, environment, app, notBefore, notAfter }),
  }
  const bad = badShape(message, body)
  if (bad) throw new BadInput(bad.message)
  return { body, run }
}

/** What a start is given as its input: the platform is in its id. */
async function startOf({ workflow, to, file, as }: Options): Promise<ToSign> {
  if (!workflow.startsWith(upgradeId('')))
    throw new BadInput(`--workflow ${workflow} is no upgrade; write ${upgradeId('<platform>')}`)
  if (to === undefined) throw new BadInput('--to <version> is missing: what it is upgraded to, like 1.36')
  const text = file === undefined ? undefined : await textOf(file)
  const body = given({ platform: workflow.slice(upgradeId('').length), to, by: whoIs(as), file: text })
  const faults = requestFaults(body)
  if (faults.length > 0) throw new BadInput(faults.join('\n'))
  return { body, run: NEXT_RUN }
}

const given = (all: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
