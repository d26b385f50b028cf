import { find, isMapping, isText, type Mapping } from '../find.ts'
import { flaw, type Flaw } from '../problem.ts'
import { didYouMean } from '../words.ts'
import type { Rule } from './rule.ts'

const LIMITS = ['atMost', 'atLeast', 'timesBlue']

export const checksHaveOneLimit: Rule = (file) => [
  ...find(file, 'health.checks').flatMap(({ path, value }) =>
    isMapping(value) && Object.keys(value).length === 0
      ? flaw(path, 'needs at least one check; leave checks out to watch the share of 5xx')
      : [],
  ),
  ...find(file, 'health.checks.*').flatMap(({ path, value }) => (isMapping(value) ? oneLimit(path, value) : [])),
]

function oneLimit(path: Flaw['path'], check: Mapping): Flaw[] {
  const written = LIMITS.filter((key) => Object.hasOwn(check, key))
  if (written.length === 0) return [flaw(path, 'has no limit; write one of atMost, atLeast and timesBlue')]
  return written
    .slice(1)
    .map((key) => flaw([...path, key], `is a second limit beside ${String(written[0])}; keep one of them`))
}

const PLACEHOLDERS = ['{cluster}', '{namespaces}', '{window}']

/** Without them the same number is read for both sides, or for everybody: no judgement of one app on one side. */
const queries: readonly { readonly at: string; readonly needs: readonly string[] }[] = [
  { at: 'health.requests', needs: PLACEHOLDERS },
  { at: 'health.checks.*.query', needs: ['{cluster}'] },
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
