import { readDocument } from './document.ts'
import { get, isMapping } from './find.ts'
import type { Path, Problem } from './problem.ts'
import { readPlatformFile } from './read.ts'
import { pathText } from './words.ts'

/** What one file says in a field, or where its value comes from. */
export interface Now {
  /** `blue`: what is found there counts. `nowhere`: it has no value. */
  readonly from: 'file' | 'default' | 'blue' | 'nowhere'
  readonly value?: unknown
  /** Where it is written; or in words, where it comes from. */
  readonly where: string
  readonly problems: readonly string[]
}

/** What counts although it is not written. */
const foundOnBlue = {
  blue: 'the cluster that is named <platform>-<major>-<minor>',
  'apps.*': 'apps, their environments, routes and workloads are discovered',
  'apps.*.team': 'the label of its namespaces (discover.team)',
  'apps.*.workloads.*':
    'its annotation norikae.io/handover, or where it has none what it is (a Deployment behind a Service overlaps, a CronJob is a schedule)',
} as const satisfies Readonly<Record<string, string>>

/** `steps`: the path again, and which parts are names that people choose. `fallback`: what the schema has for it. */
export function nowAt(
  path: Path,
  steps: readonly { readonly part: string | number; readonly named: boolean }[],
  fallback: unknown,
  file: { readonly name: string; readonly text: string },
): Now {
  const { data = {}, positions } = readDocument(file.text)
  const reading = readPlatformFile(file.text, file.name)
  const at = pathText(path)
  const isHere = (p: Problem) => p.path === at || p.path.startsWith(`${at}.`) || p.path.startsWith(`${at}[`)
  const problems = reading.ok ? [] : reading.problems.filter(isHere).map((p) => `${p.path}: ${p.message}`)
  const value = path.reduce<unknown>(
    (it, part) =>
      typeof part === 'number' ? (Array.isArray(it) ? (it as unknown[])[part] : undefined) : get(it, part),
    data,
  )
  if (value !== undefined) {
    const { line, column } = positions.place(positions.offset(path))
    return { from: 'file', value, where: `${file.name}:${line}:${column}`, problems }
  }
  const patterns = steps.map((_, n) =>
    steps
      .slice(0, n + 1)
      .map((s) => (s.named ? '*' : String(s.part)))
      .join('.'),
  )
  const absent = steps.findIndex((s, n) => s.named && !isThere(data, path.slice(0, n + 1)))
  const blue = (pattern: string): Now | undefined => {
    const what = Object.entries(foundOnBlue).find(([p]) => p === pattern)?.[1]
    return what === undefined ? undefined : { from: 'blue', where: `found on blue: ${what}`, problems }
  }
  const own = blue(patterns.at(-1) ?? '')
  if (own) return own
  // An app that the file does not name is there all the same.
  const around = absent < 0 ? undefined : blue(patterns[absent] ?? '')
  if (absent >= 0 && !around)
    return { from: 'nowhere', where: `${file.name} has no ${pathText(path.slice(0, absent + 1))}`, problems }
  if (fallback !== undefined) return { from: 'default', value: fallback, where: 'default', problems }
  if (around) return around
  return { from: 'nowhere', where: `not written in ${file.name}, and there is no default`, problems }
}

const isThere = (data: unknown, path: Path): boolean =>
  path.reduce<unknown>((it, part) => (typeof part === 'string' && isMapping(it) ? get(it, part) : undefined), data) !==
  undefined
