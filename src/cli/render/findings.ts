import { blockersFirst, placeOf, type Finding } from '../../domain/findings.ts'
import { cell, head, columns, type Cell, type Line } from './lines.ts'
import { level } from './words.ts'

/** Blockers first; each with what to do about it on a line of its own. */
export function findings(all: readonly Finding[]): Line[] {
  if (all.length === 0) return []
  const sorted = blockersFirst(all)
  const rows: Cell[][] = sorted.map((f) => [level(f.level), cell(placeOf(f)), cell(f.message), cell(f.code, 'faint')])
  const [heads, ...lines] = columns([head('FINDING', 'ABOUT', 'WHAT', 'CODE'), ...rows])
  return [
    heads ?? [],
    ...lines.flatMap((line, n) => {
      const remedy = sorted[n]?.remedy ?? ''
      return remedy === '' ? [line] : [line, [cell(`  → ${remedy}`, 'faint')]]
    }),
  ]
}
