import { blockersFirst, placeOf, type Finding } from '../../domain/findings.ts'
import { cell, hanging, withAside, type Line, type Screen } from './lines.ts'
import { level } from './words.ts'

/** Blockers first, each as `finding` shows it. */
export const findings = (all: readonly Finding[], screen: Screen): Line[] =>
  blockersFirst(all).flatMap((it) => finding(it, screen))

/** Place and code on a line; below it, whole, why it is so and what to do: a remedy that is cut helps nobody. */
export function finding(it: Finding, { width }: Screen): Line[] {
  const { level: its, code, message, remedy, source } = it
  const from = source === undefined ? '' : `  (${source})`
  return [
    ...withAside([[level(its), cell(`  ${placeOf(it)}`, 'strong')]], [cell(`  ${code}${from}`, 'faint')], width),
    ...hanging('    ', message, width),
    ...(remedy === '' ? [] : hanging('  → ', remedy, width, 'faint')),
  ]
}
