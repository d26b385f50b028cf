import { hop } from '../../domain/kubernetes-version.ts'
import type { Preflight } from '../../domain/preflight.ts'
import { placeOf, type Finding } from '../../domain/findings.ts'
import { blank, cell, drawn, line, paragraph, wrapped, type Line, type Screen } from './lines.ts'
import { level, many } from './words.ts'

/** What is in the way, team by team, and below it whether an upgrade would start. */
export function preflight(it: Preflight, screen: Screen): string {
  const { platform, from, to, blue, green, because, teams, blockers } = it
  return drawn(
    [
      [cell(`${platform} ${hop(from, to)}`, 'strong'), cell(`   ${blue} → ${green}`, 'faint')],
      ...because.flatMap((why) => paragraph(`because ${why}`, screen, 'faint')),
      ...teams.flatMap(({ team, findings: its }): Line[] => [
        blank,
        [cell(team, 'strong'), cell(`: ${counted(its.map((f) => f.level))}`)],
        ...its.flatMap((f) => found(f, screen)),
      ]),
      blank,
      blockers === 0
        ? line('✔ no blockers: an upgrade would be planned, and ask for its start', 'good')
        : line(`✖ ${many(blockers, 'blocker')}: an upgrade would end before anything is built`, 'badly'),
    ],
    screen,
  )
}

/** Place and code on a line; below it, whole, why it is so and what to do. */
function found(finding: Finding, { width }: Screen): Line[] {
  const { level: its, code, message, remedy } = finding
  const indented = (sign: string, text: string, tone: 'plain' | 'faint') =>
    wrapped(text, width - 4, Infinity).map((words, n) => line(`  ${n === 0 ? sign : ' '} ${words}`, tone))
  return [
    [level(its), cell(`  ${placeOf(finding)}`, 'strong'), cell(`  ${code}`, 'faint')],
    ...indented(' ', message, 'plain'),
    ...(remedy === '' ? [] : indented('→', remedy, 'faint')),
  ]
}

const counted = (levels: readonly string[]): string =>
  (['blocker', 'warning', 'info'] as const)
    .map((level) => [level, levels.filter((l) => l === level).length] as const)
    .filter(([, n]) => n > 0)
    .map(([level, n]) => (level === 'info' ? `${n} to know` : many(n, level)))
    .join(', ')
