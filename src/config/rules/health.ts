import { LIMITS, SOURCES } from '../checks.ts'
import { find, get, isMapping, isText, type Mapping } from '../find.ts'
import { flaw, type Flaw } from '../problem.ts'
import { didYouMean } from '../words.ts'
import type { Rule } from './rule.ts'

const CHECKS = ['health.checks.*', 'apps.*.checks.*']

export const checksAreWhole: Rule = (file) => [
  ...find(file, 'health.checks').flatMap(({ path, value }) =>
    isMapping(value) && Object.keys(value).length === 0
      ? flaw(path, 'needs at least one check; leave checks out to watch the share of 5xx')
      : [],
  ),
  ...CHECKS.flatMap((at) => find(file, at)).flatMap(({ path, value }) =>
    isMapping(value) ? [...oneSource(path, value), ...limits(path, value)] : [],
  ),
]

function oneSource(path: Flaw['path'], check: Mapping): Flaw[] {
  const [first, ...more] = SOURCES.filter((key) => Object.hasOwn(check, key))
  if (first === undefined) return [flaw(path, `has nothing to read; write one of ${SOURCES.join(', ')}`)]
  return [
    ...more.map((key) => flaw([...path, key], `is a second source beside ${first}; make it a check of its own`)),
    ...(first !== 'query' && first !== 'datadog' && Object.hasOwn(check, 'window')
      ? [flaw([...path, 'window'], 'is for {window} of a query; take it out')]
      : []),
  ]
}

/** What is written must hold together, or nothing ever passes. */
function limits(path: Flaw['path'], check: Mapping): Flaw[] {
  const { atMost, atLeast, fineUpTo } = check
  if (Object.hasOwn(check, 'job'))
    return [...LIMITS, 'fineUpTo', 'minSamples', 'breachAfter'].flatMap((key) =>
      Object.hasOwn(check, key)
        ? flaw([...path, key], 'is of numbers, and a job ends well or does not; take it out')
        : [],
    )
  const none = !LIMITS.some((key) => Object.hasOwn(check, key))
  if (none && !countsFailures(check))
    return [flaw(path, `has no limit; write ${LIMITS.join(', ')}, or more than one of them`)]
  return [
    ...(typeof atMost === 'number' && typeof atLeast === 'number' && atLeast > atMost
      ? [flaw([...path, 'atLeast'], `is more than atMost: nothing is at least ${atLeast} and at most ${atMost}`)]
      : []),
    ...(fineUpTo !== undefined && !Object.hasOwn(check, 'timesBlue')
      ? [flaw([...path, 'fineUpTo'], 'goes with timesBlue; write atMost, which needs no blue')]
      : []),
  ]
}

const countsFailures = ({ probe }: Mapping): boolean => isMapping(probe) && get(probe, 'gives') !== 'latency'

const PLACEHOLDERS = ['{cluster}', '{namespaces}', '{window}']

/** Without them the same number is read for both sides, or for everybody: no judgement of one app on one side. */
const queries: readonly { readonly at: string; readonly needs: readonly string[] }[] = [
  { at: 'health.requests', needs: PLACEHOLDERS },
  { at: 'quiet.callers', needs: PLACEHOLDERS },
  { at: 'quiet.open', needs: ['{cluster}', '{namespaces}'] },
  ...CHECKS.map((at) => ({ at: `${at}.query`, needs: ['{cluster}'] })),
  { at: 'apps.*.workloads.*.depth', needs: ['{cluster}'] },
  { at: 'apps.*.workloads.*.proof', needs: ['{cluster}'] },
  { at: 'platformApps.*.depth', needs: ['{cluster}'] },
  // A queue may be of both sides.
  { at: 'apps.*.workloads.*.inFlight', needs: [] },
]

export const queriesNameTheCluster: Rule = (file) =>
  queries.flatMap(({ at, needs }) =>
    find(file, at).flatMap(({ path, value }) =>
      isText(value) && value.trim() !== '' ? placeholders(path, value, needs) : [],
    ),
  )

function placeholders(path: Flaw['path'], query: string, needs: readonly string[]): Flaw[] {
  const missing = needs.filter((p) => !query.includes(p))
  // PromQL itself has no bare word in braces: {up} is a placeholder that was meant.
  const unknown = [...new Set(query.match(/\{[A-Za-z]+\}/g))].filter((p) => !PLACEHOLDERS.includes(p))
  return [
    ...(missing.length > 0
      ? [flaw(path, `has no ${missing.join(' and no ')}; without it the number is not about one side's app`)]
      : []),
    ...unknown.map((p) =>
      flaw(path, `${p} stands for nothing; known are ${PLACEHOLDERS.join(', ')}${didYouMean(p, PLACEHOLDERS)}`),
    ),
  ]
}
