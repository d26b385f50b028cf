import {
  called,
  couldNotLook,
  notLookedAt,
  ofAccount,
  organs,
  type ExaminationRequest,
  type Organ,
  type Seen,
} from '../domain/examination.ts'
import { question } from './activities.ts'
import { problemOf, shown } from './problems.ts'

/** What of all that an upgrade needs works where the worker is. Reads only; what cannot be looked at is told as broken. */
export async function examination(request: ExaminationRequest): Promise<readonly Seen[]> {
  const { platform, file: text } = request
  const look = (organ: Organ): Promise<readonly Seen[]> =>
    question('examine', `look/${organ}`, `look at ${called[organ]} of ${shown(platform)}`, 'glance', {
      organ,
      platform,
      ...(text !== undefined && { file: text }),
    }).catch((error: unknown) => [couldNotLook(organ, problemOf(error).message)])
  const isBroken = (some: readonly Seen[]) => some.some((s) => s.is === 'broken')
  const file = await look('file')
  if (isBroken(file)) return [...file, ...notLookedAt(organs, 'file')]
  const identity = await look('identity')
  const others = organs.filter((organ) => organ !== 'file' && organ !== 'identity')
  const closed = isBroken(identity) ? others.filter((organ) => ofAccount.includes(organ)) : []
  const seen = await Promise.all(others.filter((organ) => !closed.includes(organ)).map(look))
  return [...file, ...identity, ...notLookedAt(closed, 'identity'), ...seen.flat()]
}
