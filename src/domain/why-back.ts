import type { Because } from './actions.ts'
import type { Problem } from './journal.ts'

/** Why an environment goes back, by the type of what ended its way. */

/** One that it moves with went back. */
export const ALONG = 'Along'
/** The same, where people said so. */
export const ALONG_ORDERED = 'AlongOrdered'
export const isAlong = ({ type }: Pick<Problem, 'type'>): boolean => type === ALONG || type === ALONG_ORDERED

/** What people or other environments decided: nothing is to be weighed there. */
export const mayGoBack: ReadonlySet<string> = new Set(['Ordered', 'Behind', 'Rejected'])

/** Where somebody wants it on blue, or it did badly; of others nobody says so. */
export const becauseOf: Readonly<Record<string, Because>> = {
  Ordered: 'ordered',
  Rejected: 'ordered',
  [ALONG_ORDERED]: 'ordered',
  MovedBack: 'moved',
  Unhealthy: 'breach',
}
