import type { Draft, DraftRequest } from '../domain/draft.ts'
import { question } from './activities.ts'
import { shown } from './problems.ts'

/** A platform file for a cluster that has none, with every guess marked. Reads only. */
export const platformDraft = (request: DraftRequest): Promise<Draft> =>
  question('draft', 'draft', `look what is on ${shown(request?.cluster)}`, 'survey', request)
