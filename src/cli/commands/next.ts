import { exit } from '../exit-codes.ts'
import { print, type Shape } from '../output.ts'
import { foreseen } from '../planning.ts'
import { outlook } from '../render/outlook.ts'
import { platformFrom } from '../request.ts'
import { withTemporal } from '../run.ts'
import { screenOn } from '../terminal.ts'

interface Options {
  readonly file?: string | undefined
  readonly output: Shape
  readonly color: boolean
}

/** What the schedule would do next, and why. Starts nothing, changes nothing. */
export async function next(named: string | undefined, options: Options): Promise<number> {
  const request = await platformFrom(named, options.file)
  const it = await withTemporal((temporal) => foreseen(temporal, request))
  await print(it, options.output, {
    table: () => outlook(it, screenOn(process.stdout, options)),
    names: () => (it.decision.to === undefined ? [] : [it.decision.to]),
  })
  return exit.done
}
