import { BadInput, NotReady } from '../../client/problems.ts'
import { platformMeant } from '../../client/where.ts'
import type { HealthRequest } from '../../domain/health-explained.ts'
import { exit } from '../exit-codes.ts'
import { print, type Shape } from '../output.ts'
import { healthNow } from '../planning.ts'
import { health as drawHealth } from '../render/health.ts'
import { platformFrom } from '../request.ts'
import { withTemporal } from '../run.ts'
import { screenOn } from '../terminal.ts'

interface Options {
  readonly file?: string | undefined
  readonly platform?: string | undefined
  readonly output: Shape
  readonly color: boolean
}

/** What the checks of an app would say now, and why: asked by the worker, of what is there. Changes nothing. */
export async function explainHealth(named: string, more: string | undefined, options: Options): Promise<number> {
  const [app = '', environment, ...rest] = [...named.split('/'), ...(more === undefined ? [] : [more])]
  if (app === '' || environment === '' || rest.length > 0)
    throw new BadInput(
      `${[named, more].join(' ').trim()} is no app; write norikae explain health <app> or norikae explain health <app>/<environment>`,
    )
  const { file, platform } = options
  const it = await withTemporal(async (temporal) => {
    const which = await platformFrom(
      file === undefined ? await platformMeant(temporal, platform, unsure) : platform,
      file,
    )
    const request: HealthRequest = { ...which, app, ...(environment !== undefined && { environment }) }
    return healthNow(temporal, request)
  })
  await print(it, options.output, {
    table: () => drawHealth(it, screenOn(process.stdout, options)),
    names: () =>
      it.environments.flatMap((e) => e.checks.map((c) => `${it.app}/${e.environment} ${c.check} ${c.verdict}`)),
  })
  return exit.done
}

const unsure = (why: string) =>
  new NotReady('not-found', `of which platform? ${why}: name it with --platform <name>, or send its file along (-f)`)
