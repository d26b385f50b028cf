import type { HealthExplained, HealthRequest } from '../domain/health-explained.ts'
import { question } from './activities.ts'
import { shown } from './problems.ts'

/** What the checks of one app say now, and why. Reads only. */
export const healthExplained = (request: HealthRequest): Promise<HealthExplained> =>
  question('explainHealth', 'look', `look what the checks of ${shown(request?.app)} say`, 'long', request)
