import type { Outlook, OutlookRequest } from '../domain/scheduled.ts'
import { question } from './activities.ts'
import { shown } from './problems.ts'

/** What the schedule of a platform would do next, and why. Reads only. */
export async function nextUpgrade(request: OutlookRequest): Promise<Outlook> {
  const words = `look whether ${shown(request?.platform)} is to be upgraded`
  const {
    teams: _teams,
    platformTeam: _team,
    onTheWall: _onTheWall,
    ...outlook
  } = await question('foresee', 'foresee', words, 'survey', request)
  return outlook
}
