/** JSON merge patch (RFC 7386): null removes, maps merge, everything else replaces. */
import { type Fields, isFields } from './json.ts'

export function mergePatched(value: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch
  const merged: Fields = isFields(value) ? { ...value } : {}
  for (const [field, part] of Object.entries(patch)) {
    if (part === null) delete merged[field]
    else merged[field] = mergePatched(merged[field], part)
  }
  return merged
}
