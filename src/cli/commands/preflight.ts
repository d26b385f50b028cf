import { BadInput } from '../../client/problems.ts'
import { inTheWay } from '../../domain/preflight.ts'
import { isKubernetesVersion } from '../../domain/kubernetes-version.ts'
import { placeOf } from '../../domain/findings.ts'
import { exit } from '../exit-codes.ts'
import { print, type Shape } from '../output.ts'
import { preflown } from '../planning.ts'
import { preflight as drawPreflight } from '../render/preflight.ts'
import { platformFrom } from '../request.ts'
import { withTemporal } from '../run.ts'
import { screenOn, tell } from '../terminal.ts'

interface Options {
  readonly file?: string | undefined
  readonly to?: string | undefined
  readonly as?: string | undefined
  readonly output: Shape
  readonly color: boolean
}

/** What is in the way of an upgrade. Starts nothing, changes nothing; 6 where there is a blocker. */
export async function preflight(named: string | undefined, options: Options): Promise<number> {
  const { file, to, as = 'norikae preflight' } = options
  if (to !== undefined && !isKubernetesVersion(to))
    throw new BadInput(`--to ${to} is not a Kubernetes version; write it like 1.36`)
  const request = { ...(await platformFrom(named, file)), ...(to !== undefined && { to }), by: as }
  const it = await withTemporal((temporal) => preflown(temporal, request))
  await print(it, options.output, {
    table: () => drawPreflight(it, screenOn(process.stdout, options)),
    names: () => it.teams.flatMap((t) => t.findings.filter(inTheWay).map((f) => `${f.code} ${placeOf(f)}`)),
  })
  tell('nothing was started')
  return it.blockers > 0 ? exit.refused : exit.done
}
