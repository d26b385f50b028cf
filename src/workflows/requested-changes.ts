import type { RequestedChanges, RequestedRequest } from '../domain/requested-changes.ts'
import { question } from './activities.ts'
import { shown } from './problems.ts'

/** What others are asked for before green is like blue, whole. Reads only, and starts no upgrade. */
export const requestedChanges = (request: RequestedRequest): Promise<RequestedChanges> =>
  question(
    'tellRequested',
    'look',
    `look what is asked for of others for ${shown(request?.platform)}`,
    'survey',
    request,
  )
