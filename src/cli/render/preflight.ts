import { hop } from '../../domain/kubernetes-version.ts'
import type { Preflight } from '../../domain/preflight.ts'
import { finding } from './findings.ts'
import { blank, cell, drawn, line, paragraph, type Line, type Screen } from './lines.ts'
import { many } from './words.ts'

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
        ...its.flatMap((f) => finding(f, screen)),
      ]),
      blank,
      blockers === 0
        ? line('✔ no blockers: an upgrade would be planned, and ask for its start', 'good')
        : line(`✖ ${many(blockers, 'blocker')}: an upgrade would end before anything is built`, 'badly'),
    ],
    screen,
  )
}

const counted = (levels: readonly string[]): string =>
  (['blocker', 'warning', 'info'] as const)
    .map((level) => [level, levels.filter((l) => l === level).length] as const)
    .filter(([, n]) => n > 0)
    .map(([level, n]) => (level === 'info' ? `${n} to know` : many(n, level)))
    .join(', ')
