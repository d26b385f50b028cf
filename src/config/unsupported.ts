import { find, isMapping, type Found, type Mapping } from './find.ts'
import type { Flaw } from './problem.ts'

interface Later {
  readonly at: string
  /** What to do without it. */
  readonly instead: string
  /** Where only some values are for later. */
  readonly values?: readonly string[]
}

const SOURCES = ['cloudwatch', 'datadog', 'probe', 'job']

/** Keys of the design that a later release reads. Each goes away with the issue that brings it. */
const later: readonly Later[] = [
  { at: 'timeZone', instead: 'leave it out: there are no hours yet that would need one' },
  { at: 'hours', instead: 'leave it out and start, pause and resume the upgrade in the hours that suit you' },
  { at: 'closed', instead: 'leave it out and pause the upgrade over closed days' },
  { at: 'green.adopt', instead: 'write green: { clone: true }; green is then made like blue' },
  {
    at: 'apps.*.route',
    instead: 'leave it out: listener rules of load balancers are found by their TargetGroupBindings',
  },
  { at: 'apps.*.workloads.*.window', instead: 'leave it out and approve the app when its time has come' },
  { at: 'environments.*.window', instead: 'leave it out and write approval: team; approve when its time has come' },
  { at: 'teams.*.notify.slack', instead: 'write webhook: https://… and pass it on from there' },
  { at: 'prices', instead: 'leave it out: the plan names no cost yet' },
  {
    at: 'trust',
    values: ['signed', 'oidc'],
    instead: 'write namespace, and let only approvers write to the namespace',
  },
  ...SOURCES.flatMap((source) => [
    { at: `health.${source}`, instead: 'leave it out and write what it asks as PromQL in health.checks' },
    { at: `health.checks.*.${source}`, instead: 'write what it asks as PromQL in query' },
  ]),
]

/** What is right and not there yet, and the data without it, so that nothing else complains about it. */
export function withoutUnsupported(data: Mapping): { readonly rest: Mapping; readonly flaws: readonly Flaw[] } {
  const rest = structuredClone(data)
  const found = later.flatMap((row) =>
    find(rest, row.at)
      .filter(({ value }) => row.values === undefined || row.values.includes(String(value)))
      .map((at) => ({ ...at, instead: row.instead })),
  )
  for (const at of found) drop(rest, at)
  const flaws = found.map(({ path, instead }): Flaw => ({
    code: 'Unsupported',
    path,
    message: `is not supported yet; ${instead}`,
  }))
  return { rest, flaws }
}

/** Two paths may lead to one value, by an alias: dropped is dropped. */
function drop(data: Mapping, { path }: Found): void {
  let parent: unknown = data
  for (const part of path.slice(0, -1)) parent = isMapping(parent) ? parent[part] : undefined
  const last = path.at(-1)
  if (isMapping(parent) && last !== undefined) Reflect.deleteProperty(parent, last)
}
