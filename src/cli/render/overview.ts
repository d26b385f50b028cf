import type { OpenGate, Overview } from '../../client/shapes.ts'
import { gateList, split } from './gates.ts'
import { blank, cell, columns, drawn, head, line, type Cell, type Line, type Screen } from './lines.ts'
import { ended, moment, since } from './words.ts'

/** Where it is known who looks: what waits for them first, whichever platform it is of. */
function asked(all: readonly OpenGate[], screen: Screen, wide: boolean): Line[] {
  const [gates, shut] = [all.filter((g) => g.opensAt === undefined), all.filter((g) => g.opensAt !== undefined)]
  return [
    ...askedOf(gates, screen, wide),
    ...(shut.length === 0 ? [] : [blank, line('waiting for their hours:', 'faint'), ...gateList(shut, screen, wide)]),
  ]
}

function askedOf(gates: readonly OpenGate[], screen: Screen, wide: boolean): Line[] {
  const { who } = screen
  if (who === undefined) return gateList(gates, screen, wide)
  const { yours, others } = split(gates, who)
  return [
    line(`waiting for you (${who})${yours.length === 0 ? ': nothing' : ':'}`, yours.length === 0 ? 'faint' : 'asks'),
    ...(yours.length === 0 ? [] : gateList(yours, screen, wide)),
    ...(others.length === 0 ? [] : [blank, line('waiting for others:', 'asks'), ...gateList(others, screen, wide)]),
  ]
}

/** All upgrades, open ones first, and every gate where somebody is waited for. */
export function overview({ upgrades, gates, silent }: Overview, screen: Screen, wide = false): string {
  if (upgrades.length === 0)
    return drawn(
      [
        line('no upgrade was ever started here', 'faint'),
        line('  → norikae preflight <platform>, which says what is in the way of one', 'faint'),
      ],
      screen,
    )
  return drawn(
    [
      ...columns([
        head('PLATFORM', 'TO', 'STATE', 'PHASE', 'WAITS FOR', 'STARTED BY', 'FOR', ...(wide ? ['STARTED', 'RUN'] : [])),
        ...upgrades.map((u): Cell[] => [
          cell(u.platform, 'strong'),
          cell(u.to || '?'),
          ended(u.outcome),
          cell(u.phase.join(', ') || '-'),
          cell(u.waitingFor.join(', ') || '-', 'asks'),
          cell(u.by || '?'),
          cell(since(u.startedAt, u.closedAt ?? screen.now)),
          ...(wide ? [cell(moment(u.startedAt)), cell(u.runId, 'faint')] : []),
        ]),
      ]),
      blank,
      ...(silent === undefined ? [] : [line(`▲ ${silent}`, 'bad')]),
      ...(silent === undefined || gates.length > 0 ? asked(gates, screen, wide) : []),
    ],
    screen,
  )
}
