import { z } from 'zod'
import { isMapping, type Mapping } from './find.ts'
import { nowAt, type Now } from './now.ts'
import type { Path } from './problem.ts'
import { schema } from './schema.ts'
import { laterAt } from './unsupported.ts'
import { didYouMean, pathText, shown } from './words.ts'

/** What a field of the platform file means: from the schema alone, so that nothing is said twice. */
export interface Explanation {
  /** With `<name>` where people choose the name. */
  readonly field: string
  readonly type: string
  readonly needed: boolean
  readonly means: string
  /** What an error would tell to write. */
  readonly write?: string
  readonly default?: unknown
  /** Handover classes that have this field; absent where it does not go by the class. */
  readonly classes?: readonly string[]
  /** What is in it. */
  readonly fields: readonly FieldSummary[]
  /** Only where a file was given. */
  readonly now?: Now
}

export interface FieldSummary {
  readonly name: string
  readonly type: string
  readonly needed: boolean
  readonly means: string
  readonly classes?: readonly string[]
}

/** There is no such field; the message says what there is. */
export class NoSuchField extends Error {
  override readonly name = 'NoSuchField'
}

/** As much of JSON Schema as zod makes of ours. */
interface Schema {
  readonly type?: string
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly required?: readonly string[]
  readonly items?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: unknown
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
}

/**
 * `text`: `teams.scala.approvers`, `environments.production.weights[0]`; names that people choose may also be `<name>`
 * or `*`. Empty: the file as a whole. Throws `NoSuchField`.
 */
export function explain(text: string, file?: { readonly name: string; readonly text: string }): Explanation {
  const path = parsed(text)
  const later = laterAt(path)
  if (later !== undefined) throw new NoSuchField(`${text} is not there yet; ${later}`)
  const { steps, nodes, needed } = walk(path)
  const [node = {}] = nodes
  const means = [...new Set(nodes.flatMap((n) => n.description ?? []))].join(' ')
  const classes = classesOf(steps.at(-1)?.owners)
  const type = typesOf(nodes)
  const write = steps.length === 0 ? undefined : exampleAt(path, steps)
  return {
    field:
      steps.length === 0
        ? ''
        : pathText(steps.map((s) => (s.named ? '<name>' : s.part))).replaceAll('["<name>"]', '.<name>'),
    type,
    needed,
    means: means === '' ? (steps.at(-1)?.within ?? whole.title ?? '') : means,
    ...(write !== undefined && !type.startsWith('one of') && { write }),
    ...(node.default !== undefined && { default: node.default }),
    ...(classes && { classes }),
    fields: fieldsOf(nodes),
    ...(file && path.length > 0 && !path.some(isAnyName) && { now: nowAt(path, steps, node.default, file) }),
  }
}

// What zod writes for ours; no reference is in it but to any JSON at all.
const whole = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as Schema

const isAnyName = (part: string | number): boolean => part === '*' || part === '<name>'

function parsed(text: string): Path {
  const parts = [...text.matchAll(/\[(\d+)\]|\["([^"]*)"\]|([^.[\]]+)/g)]
  return parts.map(([, index, quoted, plain]) => (index === undefined ? (quoted ?? plain ?? '') : Number(index)))
}

interface StepDown {
  readonly part: string | number
  /** A name that people choose. */
  readonly named: boolean
  /** What is said of all that this is one of. */
  readonly within?: string | undefined
  /** Which alternatives have it. */
  readonly owners: readonly Schema[]
}

/** Down the schema; alternatives (handover classes) are gone down side by side. */
function walk(path: Path) {
  let nodes: readonly Schema[] = [whole]
  let needed = true
  const steps: StepDown[] = []
  for (const part of path) {
    const options = nodes.flatMap(alternatives)
    const owners = options.filter((o) => childOf(o, part) !== undefined)
    const last = nodes[0]
    if (owners.length === 0) throw new NoSuchField(unknown(part, steps, options))
    const named = typeof part === 'string' && owners.some((o) => o.properties?.[part] === undefined)
    steps.push({ part, named, within: last?.description ?? steps.at(-1)?.within, owners })
    needed = owners.every((o) => o.required?.includes(String(part)) ?? false)
    nodes = owners.flatMap((o) => childOf(o, part) ?? [])
  }
  return { steps, nodes, needed }
}

const alternatives = (node: Schema): readonly Schema[] => {
  const several = [...(node.oneOf ?? []), ...(node.anyOf ?? [])].filter((n) => n.type !== 'null')
  // A rule beside the shape ("one of these is required") is no alternative.
  return several.some((n) => n.type !== undefined) ? several.flatMap(alternatives) : [node]
}

const isSchema = (it: unknown): it is Schema => typeof it === 'object' && it !== null

function childOf(node: Schema, part: string | number): Schema | undefined {
  if (typeof part === 'number') return isSchema(node.items) && !Array.isArray(node.items) ? node.items : undefined
  const own = node.properties !== undefined && Object.hasOwn(node.properties, part) ? node.properties[part] : undefined
  if (own) return own
  return isSchema(node.additionalProperties) ? node.additionalProperties : undefined
}

function unknown(part: string | number, steps: readonly StepDown[], options: readonly Schema[]): string {
  const at = steps.length === 0 ? 'a platform file' : pathText(steps.map((s) => s.part))
  const known = [...new Set(options.flatMap((o) => Object.keys(o.properties ?? {})))]
  if (known.length === 0) return `${at} has nothing in it; see: norikae explain ${pathText(steps.map((s) => s.part))}`
  const near = typeof part === 'string' ? didYouMean(part, known) : ''
  return `${at} has no ${typeof part === 'number' ? `[${part}]` : part}${near === '' ? `; it has ${known.join(', ')}` : near}`
}

/** The classes of those alternatives that go by one. */
function classesOf(owners: readonly Schema[] = []): readonly string[] | undefined {
  const classes = owners.flatMap((o) => {
    const it = o.properties?.['handover']
    return typeof it?.const === 'string' ? [it.const] : []
  })
  return classes.length === 0 ? undefined : classes
}

const typesOf = (nodes: readonly Schema[]): string => [...new Set(nodes.flatMap(alternatives).map(typeOf))].join(' or ')

/** As `pieces.ts` writes it for durations. */
const DURATION = /\(\\d\+d\)\?\(\\d\+h\)\?/

function typeOf(node: Schema): string {
  if (node.const !== undefined) return `always ${inline(node.const)}`
  if (node.enum) return `one of ${node.enum.join(', ')}`
  switch (node.type) {
    case 'string':
      if (DURATION.test(node.pattern ?? '')) return 'duration'
      return node.format === 'uri' ? 'address on the web' : 'text'
    case 'integer':
      return `whole number from ${node.minimum ?? 0} to ${node.maximum ?? '…'}`
    case 'boolean':
      return 'true or false'
    case 'array':
      return isSchema(node.items) && !Array.isArray(node.items) ? `list of ${typesOf([node.items])}` : 'list'
    case 'object':
      return isSchema(node.additionalProperties) && node.properties === undefined ? 'mapping by name' : 'mapping'
    default:
      return node.type ?? 'anything'
  }
}

function fieldsOf(nodes: readonly Schema[]): FieldSummary[] {
  const options = nodes.flatMap(alternatives)
  const names = [...new Set(options.flatMap((o) => Object.keys(o.properties ?? {})))]
  const own = names.map((name): FieldSummary => {
    const owners = options.filter((o) => o.properties?.[name] !== undefined)
    const its = owners.flatMap((o) => childOf(o, name) ?? [])
    const classes = owners.length < options.length ? classesOf(owners) : undefined
    return {
      name,
      type: name === 'handover' ? `one of ${(classesOf(owners) ?? []).join(', ')}` : typesOf(its),
      needed: owners.every((o) => o.required?.includes(name) ?? false),
      means: name === 'handover' && its.length > 1 ? 'How it changes sides.' : (its[0]?.description ?? ''),
      ...(classes && { classes }),
    }
  })
  const entries = options.flatMap((o) => (isSchema(o.additionalProperties) ? [o.additionalProperties] : []))
  return [
    ...own,
    ...(entries.length === 0 ? [] : [{ name: '<name>', type: typesOf(entries), needed: false, means: '' }]),
  ]
}

/** The error that the schema has for it when it is left empty says what to write. */
function exampleAt(path: Path, steps: readonly StepDown[]): string | undefined {
  const concrete = path.map((part, n) => (steps[n]?.named ? 'x' : part))
  const before = concrete.slice(0, -1).map((part, n) => ({ part, next: steps[n + 1] }))
  const last = concrete.at(-1)
  if (last === undefined) return undefined
  const leaf: unknown = typeof last === 'number' ? [null] : { ...classIn(steps.at(-1)), [last]: null }
  const data = before.reduceRight<unknown>(
    (inside, { part }, n) => (typeof part === 'number' ? [inside] : { ...classIn(steps[n]), [part]: inside }),
    leaf,
  )
  const { error } = schema.safeParse(data)
  const at = concrete.map((part) => (typeof part === 'number' ? 0 : part))
  const said = error?.issues.find((i) => i.path.length === at.length && i.path.every((p, n) => p === at[n]))?.message
  return said === undefined ? undefined : /; write (?:one of )?([^]+)$/.exec(said)?.[1]
}

const classIn = (step: StepDown | undefined): Mapping => {
  const [first] = classesOf(step?.owners) ?? []
  return first === undefined ? {} : { handover: first }
}

/** A value on one line, as YAML takes it; of a mapping its keys, which are asked for one by one. */
export const inline = (value: unknown): string =>
  isMapping(value)
    ? `{ ${Object.keys(value).join(', ')} }`.replace('{  }', '{}')
    : typeof value === 'string'
      ? /^[\w./:@-]+$/.test(value)
        ? value
        : shown(value)
      : JSON.stringify(value)
