import type { TwinPart } from '../../domain/twin.ts'
import { blank, cell, columns, head, type Cell, type Line } from './lines.ts'
import { many } from './words.ts'

/** Green beside blue. `wide`: also what is the same, by name. */
export function twin(parts: readonly TwinPart[], wide: boolean): Line[] {
  if (parts.length === 0) return []
  return [
    blank,
    ...columns([head('GREEN', 'SETTING', 'ON BLUE', 'ON GREEN', 'WHY'), ...parts.flatMap((p) => rows(p, wide))]),
  ]
}

function rows({ part, same, changed, own, notCopied }: TwinPart, wide: boolean): Cell[][] {
  const sames = wide ? same.map((s) => [cell(s), cell('same', 'faint'), cell('same', 'faint'), cell('')]) : []
  const others = [
    ...changed.map(({ setting, blue, green, why }) => [
      cell(setting),
      cell(blue ?? '-'),
      cell(green),
      cell(why, 'faint'),
    ]),
    ...(own.length === 0
      ? []
      : [[cell(own.join(', ')), cell('its own'), cell('its own'), cell('EKS makes them anew', 'faint')]]),
    ...notCopied.map((s) => [cell(s), cell('there'), cell('✖ not copied', 'bad'), cell('')]),
    ...(wide || same.length === 0
      ? []
      : [[cell(many(same.length, 'setting'), 'faint'), cell('same', 'faint'), cell('same', 'faint'), cell('')]]),
  ]
  return [...sames, ...others].map((row, n) => [cell(n === 0 ? part : '', 'strong'), ...row])
}
