import { connect } from '../../client/connect.ts'
import { brokenBy, notLookedAt, seenFromHere, seenFromWorker } from '../../client/doctor.ts'
import { openUpgrades, platformOf } from '../../client/find.ts'
import { BadInput, NotReady } from '../../client/problems.ts'
import type { Examination } from '../../client/shapes.ts'
import type { ExaminationRequest, Seen } from '../../domain/examination.ts'
import { exit } from '../exit-codes.ts'
import { print, type Shape } from '../output.ts'
import { examined } from '../render/examined.ts'
import { fileOf, textOf } from '../request.ts'
import { screenOn } from '../terminal.ts'
import { ownVersion } from '../../client/own-version.ts'

interface Options {
  readonly file?: string | undefined
  readonly output: Shape
  readonly color: boolean
}

const NO_TEMPORAL = 'Temporal has to answer first'
const NO_WORKER = 'a worker has to be there first: it alone can look'
const NO_PLATFORM = 'say of which platform: norikae doctor <platform>, or -f <file>'

/** What works from here, and what from the worker. 1 where something is broken. */
export async function doctor(named: string | undefined, options: Options): Promise<number> {
  const given = options.file === undefined ? undefined : await requested(named, options.file)
  const { here, worker } = await looked(named, given)
  const it: Examination = { well: ![...here, ...worker].some((s) => s.is === 'broken'), here, worker }
  await print(it, options.output, {
    table: () => examined(it, screenOn(process.stdout, options)),
    names: () => [...here, ...worker].filter((s) => s.is === 'broken').map((s) => s.about),
  })
  return it.well ? exit.done : exit.error
}

async function requested(named: string | undefined, path: string): Promise<ExaminationRequest> {
  const file = await textOf(path)
  const { platform } = await fileOf(file, path)
  if (named !== undefined && named !== platform)
    throw new BadInput(`${path} is of platform ${platform}, not of ${named}; leave the name out`)
  return { platform, file }
}

async function looked(
  named: string | undefined,
  given: ExaminationRequest | undefined,
): Promise<Pick<Examination, 'here' | 'worker'>> {
  try {
    await using temporal = await connect()
    const here = await seenFromHere(temporal, ownVersion())
    const isBroken = (about: string) => here.some((s) => s.about === about && s.is === 'broken')
    if (isBroken('Temporal') || isBroken('namespace')) return { here, worker: notLookedAt(NO_TEMPORAL) }
    if (isBroken('workers')) return { here, worker: notLookedAt(NO_WORKER) }
    // The one that is being upgraded is meant where there is only one.
    const open = named === undefined && given === undefined ? await openUpgrades(temporal).catch(() => []) : []
    const only = open.length === 1 ? open.map(platformOf)[0] : undefined
    const platform = named ?? only
    const request = given ?? (platform === undefined ? undefined : { platform })
    if (request === undefined) return { here, worker: notLookedAt(NO_PLATFORM) }
    const worker = await seenFromWorker(temporal, request).catch((error: unknown): readonly Seen[] => [
      { about: 'worker', ...brokenBy(error) },
    ])
    return { here, worker }
  } catch (error) {
    if (!(error instanceof NotReady)) throw error
    return { here: [{ about: 'Temporal', ...brokenBy(error) }], worker: notLookedAt(NO_TEMPORAL) }
  }
}
