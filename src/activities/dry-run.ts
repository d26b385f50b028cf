import type { ActionReceipt } from '../domain/actions.ts'
import { placeOf, type Finding } from '../domain/findings.ts'
import { faulty, notReady } from './errors.ts'
import type { Deed, Outside } from './outside.ts'
import { nowhere, sidesOf, tried, type Outcome, type Progress } from './trying.ts'
import { attemptIsLong, remember, remembered } from './waiting.ts'

/** Environments that are tried together: those that are done, and where the next one is. */
interface Round {
  readonly done: readonly Outcome[]
  readonly next?: Progress
}

export const dryRunActions = (outside: Outside) => {
  const dryRunObjects: Deed<'dryRunObjects'> = async ({ input, scope, run }) => {
    const next = remembered<Progress | undefined>(undefined)
    return judged([await tried(await sidesOf(outside, scope, input.on), input, run, { next })], scope[input.on])
  }

  const dryRunApps: Deed<'dryRunApps'> = async ({ input, scope, run }) => {
    const { places, on } = input
    const sides = await sidesOf(outside, scope, on)
    const environments = places.length
    let { done, next } = remembered<Round>({ done: [] })
    const isLong = attemptIsLong()
    for (const place of places.slice(done.length)) {
      if (isLong()) throw notReady(`${done.length} of ${places.length} environments tried`, '1s')
      const outcome = await tried(sides, { ...place, on }, run, {
        environments,
        next,
        noted: (it) => ({ done, next: it }),
      })
      done = [...done, outcome]
      // It was waited for once; the others would wait as long, each.
      const { silentSinceMs } = outcome
      next = silentSinceMs === undefined ? undefined : { ...nowhere, silentSinceMs }
      remember({ done, next })
    }
    return judged(done, scope[on])
  }

  return { dryRunObjects, dryRunApps }
}

/** What was noticed fails it where one of them would be refused. */
function judged(outcomes: readonly Outcome[], green: string): ActionReceipt<'dryRunObjects'> {
  const all = outcomes.flatMap((o) => o.findings)
  // What green itself lacks each of them says.
  const findings = [...new Map(all.map((f) => [JSON.stringify(f), f])).values()]
  const faults = outcomes.flatMap((o) => o.faults)
  if (faults.length > 0) throw faulty(`${green} ${faults.join(', and ')}: ${inWords(findings)}`, findings)
  const objects = outcomes.reduce((sum, o) => sum + o.tried, 0)
  return {
    note: `${objects} objects would be taken${findings.length > 0 ? `; noticed: ${codesOf(findings)}` : ''}`,
    findings,
  }
}

const FEW = 5

/** The first few, each with its reason and remedy; all of them are findings. */
function inWords(findings: readonly Finding[]): string {
  const all = findings.filter((f) => f.level === 'blocker')
  const more = all.length - FEW
  const some = all.slice(0, FEW).map((f) => `${placeOf(f)}: ${f.message} → ${f.remedy}`)
  return [...some, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}

const codesOf = (findings: readonly Finding[]): string =>
  [...new Set(findings.map((f) => `${f.level} ${f.code}`))].join(', ')
