import type { Whereabouts } from '../../client/shapes.ts'
import { cell, columns, drawn, head, line, type Screen } from './lines.ts'

/** Which clusters a pipeline deploys to, and what Norikae waits for there. */
export function whereabouts({ app, environment, where, clusters, waitingFor }: Whereabouts, screen: Screen): string {
  const sides = where === 'both' ? ['blue', 'green'] : [where]
  return drawn(
    [
      [cell(`${app} ${environment}`, 'strong'), cell(': deploy to '), cell(where, 'strong')],
      ...columns([head('CLUSTER', 'SIDE'), ...clusters.map((name, n) => [cell(name), cell(sides[n] ?? '')])]),
      ...(waitingFor === undefined ? [] : [line(`waiting for it: ${waitingFor}`, 'asks')]),
    ],
    screen,
  )
}
