import { BadInput } from '../../client/problems.ts'
import { platformMeant, whereIs } from '../../client/where.ts'
import { exit } from '../exit-codes.ts'
import { print, type Shape } from '../output.ts'
import { whereabouts } from '../render/where.ts'
import { withTemporal } from '../run.ts'
import { screenOn } from '../terminal.ts'

interface Options {
  readonly platform?: string | undefined
  readonly output: Shape
  readonly color: boolean
}

/** To which clusters a pipeline deploys an environment of an app now; with `-o name` one a line. */
export async function where(named: string, more: string | undefined, options: Options): Promise<number> {
  const [app = '', environment] = more === undefined ? named.split('/') : [named, more]
  if (app === '' || environment === undefined || environment === '')
    throw new BadInput(`say which environment: norikae where ${app || '<app>'}/<environment>`)
  return withTemporal(async (temporal) => {
    const it = await whereIs(temporal, await platformMeant(temporal, options.platform), app, environment)
    await print(it, options.output, {
      table: () => whereabouts(it, screenOn(process.stdout, options)),
      names: () => it.clusters,
    })
    return exit.done
  })
}
