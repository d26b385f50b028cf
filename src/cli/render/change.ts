import type { Change } from '../../client/shapes.ts'
import { cell, drawn, line, type Cell, type Screen, type Tone } from './lines.ts'
import { ended, isPlace, places } from './words.ts'

const signs = {
  phase: { glyph: '▶', tone: 'strong' },
  environment: { glyph: '◐', tone: 'plain' },
  waiting: { glyph: '◇', tone: 'asks' },
  closed: { glyph: '◆', tone: 'good' },
  note: { glyph: '·', tone: 'plain' },
  ended: { glyph: '■', tone: 'strong' },
} as const satisfies Record<Change['what'], { glyph: string; tone: Tone }>

/** One line a change, where there is no terminal to draw on; what a run ended with may take more. */
export function change(it: Change, screen: Screen): string {
  const [first = '', ...rest] = it.now.split('\n')
  const ended = it.what === 'ended'
  const words = said(ended ? { ...it, now: first } : it)
  const more = ended ? rest.map((text) => line(`  ${text}`)) : []
  return drawn([[cell(`${it.at.slice(0, 19)}Z  `, 'faint'), sign(it), ...words], ...more], screen)
}

function sign({ what, now }: Change): Cell {
  const { glyph, tone } = what === 'environment' && isPlace(now) ? places[now] : signs[what]
  return cell(`${glyph} `, tone)
}

function said(it: Change): Cell[] {
  const place = it.app === undefined ? it.platform : `${it.app} ${it.environment ?? ''}`.trim()
  const share = it.weight === undefined ? '' : ` at ${it.weight} %`
  switch (it.what) {
    case 'phase':
      return [cell(`${place}: ${it.now}`, 'strong')]
    case 'environment':
      return [cell(`${place}: ${it.now}${share}`)]
    case 'waiting':
      return [cell(`${place}: ${it.now}`, 'asks')]
    case 'closed':
      return [cell(`${place}: no longer asked: ${it.now}`)]
    case 'note':
      return [cell(`${place}: ${it.now}`)]
    case 'ended': {
      const outcome = ended(it.outcome ?? 'failed')
      const why = it.now === it.outcome ? '' : `: ${it.now}`
      return [cell(`${place} ended: `), outcome, cell(why)]
    }
  }
}
