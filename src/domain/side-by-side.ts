/** What blue and green have in one setting, as people read it side by side: where it is long, the place where they differ. */

const AT_MOST = 60
/** Of what is the same in both, before the first difference. */
const BEFORE = 20

interface SideBySide {
  readonly blue: string
  readonly green: string
}

export function sideBySide(setting: string, blue: unknown, green: unknown): SideBySide {
  const [is, gets] = [textOf(setting, blue), textOf(setting, green)]
  if (is.length <= AT_MOST && gets.length <= AT_MOST) return { blue: is, green: gets }
  let first = 0
  while (first < is.length && is[first] === gets[first]) first++
  // What ends within the first columns is shown from its beginning.
  const from = first < AT_MOST - BEFORE ? 0 : first - BEFORE
  return { blue: part(is, from), green: part(gets, from) }
}

/** A value by itself, where the other side has nothing. */
export const shown = (setting: string, value: unknown): string => part(textOf(setting, value), 0)

function part(text: string, from: number): string {
  const room = AT_MOST - (from > 0 ? 1 : 0)
  const rest = text.slice(from)
  const kept = rest.length > room ? `${rest.slice(0, room - 1)}…` : rest
  return from > 0 ? `…${kept}` : kept
}

/** Of tags only the keys: their values are nobody's difference. */
function textOf(setting: string, value: unknown): string {
  if (setting === 'tags' && typeof value === 'object' && value !== null)
    return Object.keys(value).toSorted().join(' ') || 'none'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
