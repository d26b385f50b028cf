import { z } from 'zod'
import type { Mapping } from './find.ts'
import { get } from './find.ts'
import { classesWith, handover, platformHandover } from './handover.ts'
import { flaw, type Flaw, type Path } from './problem.ts'
import { schema, type Written } from './schema.ts'
import { didYouMean, visible } from './words.ts'

/** Types, forms and keys: what the schema says, in our words. */
export function readShape(data: Mapping): { readonly written?: Written; readonly flaws: readonly Flaw[] } {
  const { data: written, error } = schema.safeParse(data)
  if (!error) return { written, flaws: [] }
  return { flaws: error.issues.flatMap((issue) => flawsOf(issue, data)) }
}

function flawsOf(issue: z.core.$ZodIssue, data: Mapping): Flaw[] {
  // Paths of JSON-like data have no symbols.
  const path = issue.path.filter((part) => typeof part !== 'symbol')
  if (issue.code !== 'unrecognized_keys') return [flaw(path, issue.message)]
  return issue.keys
    .filter((key) => key !== '<<') // said already, as what it is
    .map((key) => flaw([...path, key], unknownKey(key, path, data)))
}

function unknownKey(key: string, path: Path, data: Mapping): string {
  const { known, chosen } = keysAt(path, data)
  const owners = chosen === undefined ? [] : classesWith(key)
  if (chosen !== undefined && owners.length > 0)
    return `belongs to handover: ${owners.join(' or ')}, and this is ${chosen}; take it out, or change the class`
  const near = didYouMean(key, known)
  return `is not known here${near === '' ? `; known ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}` : near}`
}

/** The keys that may stand at a path; where they go by the handover class, which one was chosen. */
function keysAt(path: Path, data: Mapping): { readonly known: readonly string[]; readonly chosen?: string } {
  let type: z.core.$ZodType | undefined = schema
  let value: unknown = data
  for (const part of path) {
    type = child(unwrapped(type), part, value)
    value = typeof part === 'number' && Array.isArray(value) ? (value as unknown[])[part] : get(value, String(part))
  }
  const found = unwrapped(type)
  if (found === platformHandover) return { known: Object.keys(platformHandover.options[0].shape) }
  if (found instanceof z.ZodDiscriminatedUnion) {
    const chosen = get(value, 'handover')
    const variant = variantOf(value)
    return { known: variant ? Object.keys(variant.shape) : [], chosen: visible(String(chosen)) }
  }
  const shape = found instanceof z.ZodUnion ? found.options.find((o) => o instanceof z.ZodObject) : found
  return { known: shape instanceof z.ZodObject ? Object.keys(shape.shape) : [] }
}

const variantOf = (value: unknown) =>
  handover.options.find((option) => option.shape.handover.value === get(value, 'handover'))

function child(type: z.core.$ZodType | undefined, part: string | number, value: unknown): z.core.$ZodType | undefined {
  if (type === handover || type === platformHandover) return child(variantOf(value), part, value)
  if (type instanceof z.ZodRecord) return type.valueType
  if (type instanceof z.ZodArray) return type.element
  if (!(type instanceof z.ZodObject)) return undefined
  return Object.hasOwn(type.shape, part) ? type.shape[part] : type.def.catchall
}

function unwrapped(type: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  if (type instanceof z.ZodNullable || type instanceof z.ZodDefault || type instanceof z.ZodPrefault)
    return unwrapped(type.unwrap())
  if (type instanceof z.ZodExactOptional) return unwrapped(type.unwrap())
  return type
}
