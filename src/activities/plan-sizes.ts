import { deflateSync } from 'node:zlib'
import { eventsOfRoles, MOST_EVENTS, mostEvents } from '../domain/history-size.ts'
import type { Prepared } from '../workflows/activities.ts'
import { invalidInput } from './errors.ts'

/**
 * Bytes, as they are sent: packed. What is answered is one payload, and Temporal takes 2 MiB: more would be retried for
 * ever. https://docs.temporal.io/self-hosted-guide/defaults
 */
const LARGEST_UPGRADE = 1_500_000
/** Bytes of JSON: whatever worker takes the upgrade over reads them within a task. Larger ones are not unpacked. */
const LARGEST_UNPACKED = 24_000_000
/** All environments of one app. */
export const LARGEST_APP = 1_500_000
/** One of them, which is sent again when its turn comes. */
export const LARGEST_CUTOVER = 500_000

export const DIVIDE_AN_APP = 'divide its workloads over several apps'

const DIVIDE_A_PLATFORM = "divide the platform's apps over several files, and so over several upgrades"

const FEWER_ROLES =
  'take blue out of trust policies of roles that nothing uses any more, or have those of a tool say so (owners.terraform.tags): what tools own is asked for in one step'

/** A platform and the plan of its upgrade. Throws `invalidInput` where they are too large to be sent, or to be carried out. */
export function fitting<T extends Pick<Prepared, 'platform' | 'plan'>>(answer: T): T {
  const { name, apps } = answer.platform
  const { phases } = answer.plan
  const events = mostEvents(phases, answer.platform)
  if (events > MOST_EVENTS) {
    const ofRoles = eventsOfRoles(phases)
    throw invalidInput(
      `an upgrade of ${apps.length} apps may leave ${events} events in Temporal's history, ${ofRoles} of them of the IAM roles that speak of blue, and ${MOST_EVENTS} is the end: ${events - ofRoles > MOST_EVENTS ? DIVIDE_A_PLATFORM : FEWER_ROLES}`,
    )
  }
  const text = JSON.stringify(answer)
  const size = Buffer.byteLength(text)
  // As src/client/large-payloads.ts packs them.
  const sent = deflateSync(text).length
  if (size > LARGEST_UNPACKED || sent > LARGEST_UPGRADE)
    throw invalidInput(
      `platform ${name} and its plan, of ${apps.length} apps, have ${size} bytes, ${sent} when packed, and ${LARGEST_UNPACKED} and ${LARGEST_UPGRADE} are the end: ${DIVIDE_A_PLATFORM}`,
    )
  return answer
}

/** As it was given. Throws `invalidInput` where it has more bytes, with what to do. */
export function bounded<T>(answer: T, largest: number, what: string, remedy: string): T {
  const size = Buffer.byteLength(JSON.stringify(answer))
  if (size <= largest) return answer
  throw invalidInput(`${what} have ${size} bytes, and ${largest} is the end: ${remedy}`)
}
