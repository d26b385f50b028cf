import type { Receipt } from '../domain/actions.ts'
import { seconds, type Duration } from '../domain/duration.ts'
import {
  acceptedTraffic,
  callersInWords,
  NOBODY_TELLS,
  quietness,
  untoldInWords,
  untoldTraffic,
  waysOnWithTraffic,
  type Quietness,
} from '../domain/quiet.ts'
import { acceptedOn, noteAccepted, noteTold, toldOn } from './accepted.ts'
import { called } from './errors.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { trafficOn } from './traffic-counts.ts'
import { hasWaited, notYet } from './waiting.ts'

/** What was used a moment ago may be so again: several windows, and some patience, before people are asked. */
export const patience = (window: Duration): Duration => `${10 * seconds(window) + 600}s`

export const quietActions = (outside: Outside) => {
  const confirmQuiet: Deed<'confirmQuiet'> = async ({ input, scope, choice }) => {
    const world = await proven(outside, scope)
    const { on, app, environment, routes, namespaces } = input
    const counts = await trafficOn(world, input)
    const names = routes.map(({ name }) => name)
    const is = quietness(counts, input, names)
    if (is.is === 'quiet') return receiptOf(is, `${app}/${environment} on ${scope[on]}`)

    // Only now: most are quiet, and ask nothing of a cluster.
    const matter = { trafficOf: namespaces.toSorted()[0] ?? '' }
    const here = await world.ifThere(on)
    if (!here) return { note: `${scope[on]} is not there, and serves nobody` }
    const accept = [...input.accept, ...(await acceptedBy(here, matter, is, choice === 'skip'))]
    const now = quietness(counts, { ...input, accept }, names)
    if (now.is === 'quiet') return receiptOf(now, `${app}/${environment} on ${scope[on]}`)
    const says =
      now.is === 'untold'
        ? untoldInWords(now.untold, app, scope[on])
        : `${app} is still used on ${scope[on]}, in ${input.for}: ${callersInWords(now.left)}`
    const budget = patience(input.for)
    if (!hasWaited(budget)) throw notYet(says, budget)
    await noteTold(here, matter, namesOf(now))
    throw called(`${says}. ${waysOnWithTraffic(app, now)}`)
  }
  return { confirmQuiet }
}

type Open = Exclude<Quietness, { is: 'quiet' }>

/** Who was accepted before, and whom this answer accepts: of those that people were told of, who has not stopped since. */
async function acceptedBy(
  here: KubernetesPort,
  matter: { readonly trafficOf: string },
  is: Open,
  now: boolean,
): Promise<readonly string[]> {
  const before = await acceptedOn(here, matter)
  if (!now) return before
  const told = await toldOn(here, matter)
  const accepted = [...new Set([...before, ...namesOf(is).filter((name) => told.includes(name))])]
  if (accepted.length > before.length) await noteAccepted(here, matter, accepted)
  return accepted
}

const namesOf = (is: Open): readonly string[] =>
  is.is === 'untold' ? is.untold.map(({ of }) => NOBODY_TELLS[of]) : [...new Set(is.left.map(({ name }) => name))]

function receiptOf({ note, accepted, untold }: Extract<Quietness, { is: 'quiet' }>, about: string): Receipt {
  const findings = [
    ...(accepted.length > 0 ? [acceptedTraffic(about, accepted)] : []),
    ...untold.map((it) => untoldTraffic(about, it)),
  ]
  return { note, ...(findings.length > 0 && { findings }) }
}
